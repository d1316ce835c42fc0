"""`triptych token`: keys for the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, refuse, tenant_named

app = typer.Typer(help="Make keys for the API.", no_args_is_help=True)


@app.command("create")
def token_create(
    tenant: TenantName,
    email: Annotated[str, typer.Option(help="The member the program acts as.")],
    scopes: Annotated[str, typer.Option(help="read, or read,write.")],
    expires: Annotated[int | None, typer.Option(help="Days until it expires.", min=1)] = None,
    data: Data = None,
) -> None:
    """Make a key for the API and print it alone."""
    connect(data)
    from triptych.platform import clock
    from triptych.platform.scope import entered
    from triptych.tenants.members.models import Member
    from triptych.tenants.members.tokens import create_token

    now = clock.now()
    with entered(tenant_named(tenant)), refusals_end_it():
        member = Member.objects.active().filter(email__iexact=email).first()
        if member is None:
            raise refuse(f"{email} is not a member of {tenant}.")
        _, text = create_token(
            member=member,
            scopes=[scope.strip() for scope in scopes.split(",")],
            expires_at=now + timedelta(days=expires) if expires else None,
            name="command line",
            now=now,
        )
    print(text)
