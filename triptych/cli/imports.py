"""`triptych import`: a file of records into a tenant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, tenant_named

app = typer.Typer()


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
