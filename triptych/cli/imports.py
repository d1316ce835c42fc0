"""`triptych import`: files of records into a tenant, a whole archive into an empty one, or an import taken back."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from triptych.cli.connecting import Data, TenantName, connect, refusals_end_it, tenant_named

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant

app = typer.Typer()
MEANT = "--map takes column=field; --format takes text or json; --dates takes mdy or dmy."


@dataclass(frozen=True)
class Asked:
    """The command line, checked."""

    files: list[Path]
    object_name: str
    mapping: dict[str, str]
    dry_run: bool
    as_json: bool
    mode: str
    accept_suggestions: bool
    create_missing: bool
    date_order: str
    alike: str


Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", exists=False)]
ObjectName = Annotated[
    str, typer.Option("--object", help="What the rows are: companies, contacts, cases…; else it is found out.")
]
Archive = Annotated[Path | None, typer.Option("--archive", help="A file of `triptych export`, into an empty tenant.")]
Undo = Annotated[str, typer.Option("--undo", metavar="JOB", help="Take an import back, by the id it told.")]
Map = Annotated[list[str] | None, typer.Option("--map", help="column=field, any number of times.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")]
Update = Annotated[bool, typer.Option("--update", help="Update what is here already, too.")]
Accept = Annotated[bool, typer.Option("--accept-suggestions", help="Take what is suggested for misspelled values.")]
Create = Annotated[bool, typer.Option("--create-missing", help="Add the records that rows name and nobody knows.")]
Alike = Annotated[str, typer.Option("--alike", help="Rows that look like a record that is here: add, update or skip.")]
Dates = Annotated[str, typer.Option("--dates", help="mdy or dmy, for dates that read two ways.")]
Format = Annotated[str, typer.Option("--format", help="text or json.")]


@app.command("import")
def import_file(
    tenant: TenantName,
    files: Files = None,
    object_: ObjectName = "",
    archive: Archive = None,
    undo: Undo = "",
    map_: Map = None,
    dry_run: DryRun = False,
    update: Update = False,
    accept: Accept = False,
    create: Create = False,
    alike: Alike = "",
    dates: Dates = "",
    format_: Format = "text",
    data: Data = None,
) -> None:
    """Import CSV and XLSX files, or an archive; or undo an import."""
    if sum([bool(files), archive is not None, bool(undo)]) != 1 or (undo and dry_run):
        _usage("Name FILE…, or --archive FILE, or --undo JOB.")
    as_json, mode = format_ == "json", "update" if update else "create"
    _check_words(format_, dates, alike)
    asked = Asked(
        files or [], object_, _pairs(map_ or []), dry_run, as_json, mode, accept, create, date_order=dates, alike=alike
    )
    connect(data)
    with refusals_end_it():
        found = tenant_named(tenant)
        if archive is not None:
            from triptych.core_crm.archives import command as archives

            raise typer.Exit(archives.load(found, archive, dry_run=dry_run))
        if undo:
            from triptych.core_crm.imports import undo_command

            raise typer.Exit(undo_command.run(found, undo, as_json=as_json))
        raise typer.Exit(_imported(found, asked))


def _check_words(format_: str, dates: str, alike: str) -> None:
    if format_ not in ("text", "json") or dates not in ("", "mdy", "dmy"):
        _usage(MEANT)
    if alike not in ("", "add", "update", "skip"):
        _usage("--alike takes add, update or skip.")


def _pairs(given: list[str]) -> dict[str, str]:
    """What was typed as column=field, by column."""
    if not all("=" in pair for pair in given):
        _usage(MEANT)
    return dict(pair.split("=", 1) for pair in given)


def _usage(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(2)


def _imported(tenant: Tenant, asked: Asked) -> int:
    """One file of a known object, or whatever the files hold."""
    from triptych.core_crm.imports import command, several_command

    if asked.object_name and len(asked.files) == 1:
        return command.run(
            tenant=tenant,
            object_name=asked.object_name,
            file=asked.files[0],
            mapping=asked.mapping,
            dry_run=asked.dry_run,
            as_json=asked.as_json,
            mode=asked.mode,
            accept_suggestions=asked.accept_suggestions,
            create_missing=asked.create_missing,
            date_order=asked.date_order,
            alike=asked.alike,
        )
    wishes = several_command.Wishes(
        asked.mapping, asked.mode, asked.date_order, asked.accept_suggestions, asked.create_missing, asked.alike
    )
    return several_command.run(
        tenant, asked.files, wishes, object_name=asked.object_name, dry_run=asked.dry_run, as_json=asked.as_json
    )
