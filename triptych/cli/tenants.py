"""`triptych tenant`: make and list tenants."""

from __future__ import annotations

from typing import Annotated

import typer

from triptych.cli.connecting import Data, connect, refusals_end_it

app = typer.Typer(help="Make and list tenants.", no_args_is_help=True)


@app.command("create")
def tenant_create(
    name: str,
    subdomain: Annotated[str, typer.Option()],
    owner_email: Annotated[str, typer.Option()],
    owner_password: Annotated[str, typer.Option()],
    timezone: str = "UTC",
    currency: str = "EUR",
    language: str = "en",
    data: Data = None,
) -> None:
    """Make a tenant with its owner."""
    connect(data)
    from triptych.platform import clock
    from triptych.tenants import actions, fleet, provisioning

    fleet.ensure_migrated()
    now = clock.now()
    provisioning.keep_spares(wanted=1, now=now)
    with refusals_end_it():
        tenant = actions.sign_up(
            name=name,
            subdomain=subdomain,
            email=owner_email,
            password=owner_password,
            timezone=timezone,
            currency=currency,
            language=language,
            now=now,
        )
    print(tenant.subdomain)


@app.command("list")
def tenant_list(data: Data = None) -> None:
    """List the tenants: subdomain, state, name."""
    connect(data)
    from triptych.platform.scope import CONTROL, entered
    from triptych.tenants import fleet
    from triptych.tenants.models import Tenant

    fleet.ensure_migrated()
    with entered(CONTROL):
        for tenant in Tenant.objects.named().order_by("subdomain", "pk"):
            print(f"{tenant.subdomain}\t{tenant.state}\t{tenant.name}")
