"""Looking after an installation: its tables, its settings, its API's schema, and Django's own commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from triptych.cli.connecting import Data, connect, refusals_end_it, refuse

app = typer.Typer()


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


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context, data: Data = None) -> None:
    """Run one of Django's own commands."""
    connect(data)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["triptych manage", *context.args])
