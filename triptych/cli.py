"""The command line: `triptych`. Exit status 0, 1 for a refusal with its reason on stderr, 2 for wrong usage."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from triptych.platform import embedded
from triptych.platform.ending import set_when_asked_to_end

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant

app = typer.Typer(help="Triptych, a CRM for small businesses.", no_args_is_help=True, pretty_exceptions_enable=False)
tenant_app = typer.Typer(help="Make and list tenants.", no_args_is_help=True)
token_app = typer.Typer(help="Make keys for the API.", no_args_is_help=True)
plugin_app = typer.Typer(help="List, enable and write plugins.", no_args_is_help=True)
app.add_typer(tenant_app, name="tenant")
app.add_typer(token_app, name="token")
app.add_typer(plugin_app, name="plugin")

Data = Annotated[Path | None, typer.Option("--data", help="The folder of database, files and keys.")]
TenantName = Annotated[str, typer.Option("--tenant", help="Subdomain of the tenant.")]


def refuse(sentence: str) -> typer.Exit:
    """Print why something will not be done. Raise what this returns."""
    print(sentence, file=sys.stderr)
    return typer.Exit(1)


def find_database(data: Path | None) -> Path:
    """Find the database, starting the embedded one if no URL is set. Returns the data folder."""
    if data:
        os.environ["TRIPTYCH_DATA"] = str(data.expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "triptych.settings")
    try:
        folder = embedded.prepared(embedded.default_data_folder())
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"] = embedded.start(folder)
    except embedded.DataFolderRefused as refused:
        raise refuse(str(refused)) from refused
    return folder


def connect(data: Path | None, *, as_owner: bool = True) -> Path:
    """Find the database and set Django up on it. Returns the data folder."""
    folder = find_database(data)
    set_up(as_owner=as_owner)
    return folder


def set_up(*, as_owner: bool) -> None:
    """Set Django up on the database that was found."""
    if as_owner:
        os.environ["TRIPTYCH_AS_OWNER"] = "1"
    import django

    django.setup()


@contextmanager
def refusals_end_it() -> Iterator[None]:
    """Turn a refused action into its sentence and exit status 1."""
    from triptych.platform.refusals import Refused

    try:
        yield
    except Refused as refused:
        raise refuse(refused.message) from refused


def tenant_named(subdomain: str) -> Tenant:
    from triptych.platform.scope import CONTROL, entered
    from triptych.tenants.models import Tenant

    with entered(CONTROL):
        tenant = Tenant.objects.named().filter(subdomain=subdomain).first()
    if tenant is None:
        raise refuse(f"There is no tenant “{subdomain}”. `triptych tenant list` shows all.")
    return tenant


@app.command()
def up(
    data: Data = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin with an empty data folder; the old one is kept.")
    ] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Make no demo tenant.")] = False,
) -> None:
    """Start everything on this machine: database, web server, relay, worker, scheduler, and a demo tenant."""
    from triptych import supervisor

    folder = data.expanduser().resolve() if data else embedded.default_data_folder()
    with refusals_end_it():
        supervisor.refuse_busy_port(port)
        kept = supervisor.set_aside(folder) if fresh else None
        if kept:
            print(f"The former data is kept in {kept}.")
        os.environ["TRIPTYCH_PORT"] = str(port)
        supervisor.run(data=find_database(data), port=port, demo=not no_demo, set_up=lambda: set_up(as_owner=True))


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the control schema, the cell and every tenant to the current tables."""
    connect(data)
    from triptych.tenants import fleet

    fleet.ensure_database()
    with fleet.migrating():
        fleet.migrate_control()
        report = fleet.migrate_fleet()
    print(f"{len(report.migrated)} tenants migrated, {len(report.failed)} failed.")
    for schema, error in report.failed.items():
        print(f"{schema}: {error}", file=sys.stderr)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def provision(
    data: Data = None, wanted: Annotated[int, typer.Option(help="How many spare tenants to keep.")] = 2
) -> None:
    """Keep spare tenants ready for sign-ups, until stopped."""
    connect(data)
    from triptych.tenants.provisioner import run_provisioner

    stopping = threading.Event()
    set_when_asked_to_end(stopping)
    run_provisioner(wanted=wanted, stopping=stopping)


@app.command()
def web(data: Data = None, port: int = 8000, host: str = "127.0.0.1") -> None:
    """Serve the web app and the API."""
    find_database(data)
    os.environ.setdefault("TRIPTYCH_POOL", "10")
    address = ["--host", host, "--port", str(port)]
    threads = ["--blocking-threads", os.environ["TRIPTYCH_POOL"]]
    os.execvp("granian", ["granian", "--interface", "wsgi", *threads, *address, "--no-ws", "triptych.wsgi:application"])  # noqa: S606, S607


@app.command()
def worker(
    queues: Annotated[str, typer.Option(help="Only these, e.g. interactive,bulk.")] = "interactive,bulk,analytics",
    data: Data = None,
) -> None:
    """Work on tasks; without a broker, relay and keep the schedules, too."""
    os.environ.setdefault("TRIPTYCH_POOL", "12")
    connect(data, as_owner=False)
    from triptych.platform.events.process import run_worker

    run_worker(embedded=not os.environ.get("BROKER_URL"), queues=queues.split(","))


@app.command()
def relay(data: Data = None) -> None:
    """Run the relay alone, where workers run as processes of their own behind a broker."""
    connect(data, as_owner=False)
    from triptych.platform.events.process import run_relay

    run_relay()


@app.command()
def check(
    data: Data = None,
    deploy: Annotated[bool, typer.Option("--deploy", help="Also say what is unsafe to run in public.")] = False,
) -> None:
    """Check the settings and the installation."""
    connect(data, as_owner=False)
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    try:
        call_command("check", deploy=deploy, fail_level="WARNING" if deploy else "ERROR")
    except SystemCheckError as error:
        raise refuse(str(error)) from error


@app.command()
def schema(
    check_: Annotated[bool, typer.Option("--check", help="Only say whether schema.graphql is current.")] = False,
    data: Data = None,
) -> None:
    """Write schema.graphql, the API of a tenant with every bundled plugin."""
    connect(data)
    from triptych.graphql.sdl import write_or_check

    with refusals_end_it():
        write_or_check(only_check=check_)


@tenant_app.command("create")
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


@tenant_app.command("list")
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


@token_app.command("create")
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


@plugin_app.command("list")
def plugin_list(data: Data = None) -> None:
    """List the installed plugins: id, version, label; and those set aside because they do not load."""
    connect(data)
    from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins

    for plugin in installed_plugins():
        print(f"{plugin.id}\t{plugin.version}\t{plugin.label}")
    for broken in quarantined_plugins():
        print(f"{broken.id}\tquarantined\t{broken.reason}")


def _switch_plugin(data: Path | None, plugin_id: str, tenant: str, switch: str) -> None:
    connect(data)
    from triptych.platform import clock
    from triptych.tenants import plugins

    action: Callable[..., Any] = getattr(plugins, switch)
    with refusals_end_it():
        action(tenant=tenant_named(tenant), plugin_id=plugin_id, by=None, now=clock.now())


@plugin_app.command("enable")
def plugin_enable(plugin_id: str, tenant: TenantName, data: Data = None) -> None:
    """Enable a plugin for a tenant."""
    _switch_plugin(data, plugin_id, tenant, "enable_plugin")


@plugin_app.command("disable")
def plugin_disable(plugin_id: str, tenant: TenantName, data: Data = None) -> None:
    """Disable a plugin for a tenant. Its data stays."""
    _switch_plugin(data, plugin_id, tenant, "disable_plugin")


@plugin_app.command("new")
def plugin_new(name: str, into: Annotated[Path, typer.Option(help="Folder to write to.")] = Path()) -> None:
    """Write the beginnings of a plugin of your own."""
    from triptych.platform.plugins.scaffold import scaffold
    from triptych.platform.refusals import Refused

    try:
        print(scaffold(name, into))
    except Refused as refused:
        raise refuse(refused.message) from refused


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=False)],
    tenant: TenantName,
    object_: Annotated[str, typer.Option("--object", help="companies, contacts, leads, deals, members or products.")],
    map_: Annotated[list[str] | None, typer.Option("--map", help="column=field, any number of times.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Update what is here already, too.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept-suggestions", help="Take what is suggested for misspelled values.")
    ] = False,
    create: Annotated[
        bool, typer.Option("--create-missing", help="Add the records that rows name and nobody knows.")
    ] = False,
    dates: Annotated[str, typer.Option("--dates", help="mdy or dmy, for dates that read two ways.")] = "",
    format_: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    data: Data = None,
) -> None:
    """Import a CSV or XLSX file."""
    wrong = [pair for pair in map_ or [] if "=" not in pair]
    if wrong or format_ not in ("text", "json") or dates not in ("", "mdy", "dmy"):
        print("--map takes column=field; --format takes text or json; --dates takes mdy or dmy.", file=sys.stderr)
        raise typer.Exit(2)
    connect(data)
    from triptych.core_crm.imports import command

    mapping = dict(pair.split("=", 1) for pair in map_ or [])
    with refusals_end_it():
        code = command.run(
            tenant=tenant_named(tenant),
            object_name=object_,
            file=file,
            mapping=mapping,
            dry_run=dry_run,
            as_json=format_ == "json",
            mode="update" if update else "create",
            accept_suggestions=accept,
            create_missing=create,
            date_order=dates,
        )
    raise typer.Exit(code)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context, data: Data = None) -> None:
    """Run one of Django's own commands."""
    connect(data)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["triptych manage", *context.args])


def main() -> None:
    app()


if __name__ == "__main__":
    main()
