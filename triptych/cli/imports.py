"""`triptych import`: a file of records into a tenant, a whole archive into an empty one, or an import taken back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, tenant_named

app = typer.Typer()


@app.command("import")
def import_file(
    tenant: TenantName,
    file: Annotated[Path | None, typer.Argument(exists=False)] = None,
    object_: Annotated[
        str, typer.Option("--object", help="companies, contacts, leads, deals, members or products.")
    ] = "",
    archive: Annotated[
        Path | None, typer.Option("--archive", help="A file of `triptych export`, into an empty tenant.")
    ] = None,
    undo: Annotated[str, typer.Option("--undo", metavar="JOB", help="Take an import back, by the id it told.")] = "",
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
    """Import a CSV or XLSX file, or an archive; or undo an import."""
    one_of = [file is not None and bool(object_), archive is not None, bool(undo)]
    if sum(one_of) != 1 or (file is not None) != one_of[0] or (undo and dry_run):
        print("Name FILE with --object, or --archive FILE, or --undo JOB.", file=sys.stderr)
        raise typer.Exit(2)
    wrong = [pair for pair in map_ or [] if "=" not in pair]
    if wrong or format_ not in ("text", "json") or dates not in ("", "mdy", "dmy"):
        print("--map takes column=field; --format takes text or json; --dates takes mdy or dmy.", file=sys.stderr)
        raise typer.Exit(2)
    connect(data)
    from triptych.core_crm.archives import command as archives
    from triptych.core_crm.imports import command, undo_command

    mapping = dict(pair.split("=", 1) for pair in map_ or [])
    with refusals_end_it():
        found = tenant_named(tenant)
        if archive is not None:
            raise typer.Exit(archives.load(found, archive, dry_run=dry_run))
        if file is None:
            raise typer.Exit(undo_command.run(found, undo, as_json=format_ == "json"))
        code = command.run(
            tenant=found,
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
