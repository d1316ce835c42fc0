"""`triptych import`: files of records into a tenant, a whole archive into an empty one, or an import taken back."""

from __future__ import annotations

import os
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
RULES = ("always", "if_empty", "never")


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
    overwrite: dict[str, str]
    rejected: Path | None


Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", exists=False)]
ObjectName = Annotated[
    str, typer.Option("--object", help="What the rows are: companies, contacts, cases…; else it is found out.")
]
Archive = Annotated[Path | None, typer.Option("--archive", help="A file of `triptych export`, into an empty tenant.")]
Undo = Annotated[str, typer.Option("--undo", metavar="JOB", help="Take an import back, by the id it told.")]
Map = Annotated[list[str] | None, typer.Option("--map", help="column=field, any number of times.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")]
Update = Annotated[bool, typer.Option("--update", help="Update what is here already, too.")]
UpdateOnly = Annotated[bool, typer.Option("--update-only", help="Update what is here already; add nothing.")]
Overwrite = Annotated[
    list[str] | None,
    typer.Option(
        "--overwrite",
        metavar="FIELD=RULE",
        help="When an update writes a field: always, if_empty (here) or never (only new records).",
    ),
]
Rejected = Annotated[
    Path | None, typer.Option("--rejected", metavar="FILE.csv", help="Write the rejected rows there, with the reasons.")
]
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
    update_only: UpdateOnly = False,
    overwrite: Overwrite = None,
    rejected: Rejected = None,
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
    _check_words(format_, dates, alike)
    _check_rejected(rejected, files or [])
    asked = Asked(
        files=files or [],
        object_name=object_,
        mapping=_pairs(map_ or []),
        dry_run=dry_run,
        as_json=format_ == "json",
        mode="update_only" if update_only else "update" if update else "create",
        accept_suggestions=accept,
        create_missing=create,
        date_order=dates,
        alike=alike,
        overwrite=_rules(overwrite or []),
        rejected=rejected,
    )
    connect(data)
    with refusals_end_it():
        found = tenant_named(tenant)
        if archive is not None:
            from triptych.core_crm.archives import command as archives

            raise typer.Exit(archives.load(found, archive, dry_run=dry_run))
        if undo:
            from triptych.core_crm.imports import undo_command

            raise typer.Exit(undo_command.run(found, undo, as_json=asked.as_json))
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


def _rules(given: list[str]) -> dict[str, str]:
    """What was typed as field=rule, by field."""
    rules = dict(pair.rpartition("=")[::2] for pair in given)
    if not all(name and rule in RULES for name, rule in rules.items()):
        _usage("--overwrite takes field=always, field=if_empty or field=never.")
    return rules


def _check_rejected(rejected: Path | None, files: list[Path]) -> None:
    """Make sure that the rejected rows can be written, and over no file that is imported."""
    if rejected is None:
        return
    if not files:
        _usage("--rejected goes with FILE….")
    folder = rejected.absolute().parent
    if rejected.is_dir() or not os.access(rejected if rejected.exists() else folder, os.W_OK):
        _usage(f"{rejected} cannot be written.")
    for file in files:
        of_several = file.name.startswith(f"{rejected.stem}-") and file.suffix == rejected.suffix
        if file.absolute().parent == folder and (file.name == rejected.name or of_several):
            _usage(f"{file} is imported: choose another name for the rejected rows.")


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
            overwrite=asked.overwrite,
            rejected=asked.rejected,
        )
    wishes = several_command.Wishes(
        mapping=asked.mapping,
        mode=asked.mode,
        date_order=asked.date_order,
        accept_suggestions=asked.accept_suggestions,
        create_missing=asked.create_missing,
        alike=asked.alike,
        overwrite=asked.overwrite,
        rejected=asked.rejected,
    )
    return several_command.run(
        tenant, asked.files, wishes, object_name=asked.object_name, dry_run=asked.dry_run, as_json=asked.as_json
    )
