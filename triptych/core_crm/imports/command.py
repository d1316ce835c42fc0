"""`triptych import` without its command line: from a file to a summary, in this process."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TextIO

from django.utils.translation import gettext as _

from triptych.core_crm.imports import actions
from triptych.core_crm.imports.checking import check_import
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.downloads import rows_with_reasons
from triptych.core_crm.imports.files import digest_of
from triptych.core_crm.imports.mapping import WrongMapping, mapping_over
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.running import run_import
from triptych.platform import clock
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

REFUSED, DONE = 1, 0
OF_ALIKE = {"add": Do.KEEP, "update": Do.UPDATE, "skip": Do.SKIP}
"""What `--alike` calls what becomes of rows that look like a record that is here already."""


@dataclass
class Console:
    """Shows progress on a terminal's error stream, several times a second at most."""

    stream: TextIO
    began: float = field(default_factory=time.monotonic)
    shown: float = 0.0
    cancel_requested: bool = False

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        now = time.monotonic()
        if self.stream.isatty() and (now - self.shown > 0.2 or done == total):
            self.shown = now
            self.stream.write(f"\r{note}: {counted(done)} / {counted(total or 0)}, {now - self.began:.0f} s ")
            self.stream.flush()

    def checkpoint(self, reached: Mapping[str, Any]) -> None:
        """The import keeps its own position."""


def run(
    tenant: Tenant,
    object_name: str,
    file: Path,
    mapping: Mapping[str, str],
    dry_run: bool = False,
    as_json: bool = False,
    *,
    accept_suggestions: bool = False,
    create_missing: bool = False,
    alike: str = "",
    mode: str = Import.Mode.CREATE,
    date_order: str = "",
    overwrite: Mapping[str, str] | None = None,
    rejected: Path | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Import a file into the tenant as its owner, or only say what would happen; the exit status, 0 or 1.

    `mapping` is column → field, over what is proposed; an empty field leaves a column out. An import of the same file
    that was interrupted is gone on with. Suggestions that differ in case and spacing only are always taken,
    others with `accept_suggestions`; `create_missing` makes the records that links name and nobody knows; `alike` (add,
    update, skip) says what becomes of rows that look like a record that is here. `overwrite` is field →
    `Import.Overwrite`; `rejected` is the file for the rows that are left out.
    """
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant):
        try:
            with file.open("rb") as opened:
                record = _prepared(opened, file.name, object_name, mapping, mode, date_order, overwrite or {})
            choose_for_all(record, accept_suggestions=accept_suggestions, create_missing=create_missing, alike=alike)
            summary = _dry_summary(record) if dry_run else _written_summary(record, Console(err))
            if rejected is not None:
                write_rejected(record, rejected)
            if dry_run:
                actions.discard_import(record=record)
        except OSError as error:
            err.write(_("{file} cannot be read: {why}.").format(file=file, why=error.strerror) + "\n")
            return REFUSED
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
    out.write(json.dumps(summary, ensure_ascii=False, indent=2) + "\n" if as_json else as_text(summary))
    return DONE


def owner() -> Member:
    """Whom the command acts as."""
    return Member.objects.active().filter(role=Member.Role.OWNER).order_by("created_at", "pk")[0]


def _prepared(
    file: IO[bytes],
    name: str,
    object_name: str,
    pairs: Mapping[str, str],
    mode: str,
    date_order: str,
    overwrite: Mapping[str, str],
) -> Import:
    """The import to run: one of the same file that was interrupted, or a new one with its mapping."""
    target = target_named(object_name)
    interrupted = Import.objects.unfinished().filter(digest=digest_of(file), object_name=object_name, job_id=None)
    record = interrupted.newest_first().first()
    if record is not None:
        return record
    record = actions.upload_import(file=file, file_name=name, by=owner(), now=clock.now(), object_name=object_name)
    try:
        asked = mapping_over(record.mapping, pairs, record.columns, target.fields)
        must_be_mapped(overwrite, asked)
        orders = dict.fromkeys(record.columns, date_order) if date_order else {}
        return actions.set_mapping(
            record=record, mapping=asked, mode=mode, date_orders=orders, overwrite=overwrite, now=clock.now()
        )
    except Refused:
        actions.discard_import(record=record)
        raise


def must_be_mapped(overwrite: Iterable[str], mapped: Collection[str]) -> None:
    """Make sure that each field with a rule has a column.

    Raises:
        WrongMapping: one has none.
    """
    for name in overwrite:
        if name not in mapped:
            raise WrongMapping(_("No column is mapped to “{field}”.").format(field=name), field=name)


def write_rejected(record: Import, file: Path) -> None:
    """Write the rows that are left out, with the reasons, as the page offers them."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        lines.writelines(rows_with_reasons(record, rejected=True))


def choose_for_all(record: Import, *, accept_suggestions: bool, create_missing: bool, alike: str = "") -> None:
    """One choice for everything odd in any field, and one for all rows that look like a record that is here."""
    if alike and record.state == Import.State.DRAFT:
        actions.decide(record=record, field=ALIKE, value=ALL, choice=Choice(OF_ALIKE[alike]), now=clock.now())
    do = Do.CREATE if create_missing else Do.ACCEPT if accept_suggestions else None
    if do is None or record.state != Import.State.DRAFT:
        return
    for name in record.mapping:
        actions.decide(record=record, field=name, value=ALL, choice=Choice(do), now=clock.now())


def _dry_summary(record: Import) -> dict[str, Any]:
    if record.state != Import.State.DRAFT:
        raise actions.WrongMoment(_("This file is half imported. Run the same command without --dry-run to go on."))
    forecast = check_import(record, by=owner(), at=clock.now())
    return {
        **head_of(record, dry_run=True),
        "created": forecast.created,
        "updated": forecast.updated,
        "rejected": forecast.rejected,
        "doubtful": forecast.doubtful,
        "added": forecast.added,
        "findings": findings_of(record),
    }


def _written_summary(record: Import, console: Console) -> dict[str, Any]:
    by, now = owner(), clock.now()
    if record.state == Import.State.DRAFT:
        record = actions.begin_import(record=record, by=by, now=now, as_job=False)
    else:
        console.stream.write(
            _("Going on after row {n}, where this import was interrupted.").format(n=counted(record.position)) + "\n"
        )
    began = time.monotonic()
    run_import(record, by=by, at=now, watcher=console)
    if console.stream.isatty():
        console.stream.write("\n")
    return {
        **head_of(record, dry_run=False),
        "import": str(record.pk),
        **counts_of(record),
        "seconds": round(time.monotonic() - began, 2),
        "findings": findings_of(record),
    }


def counts_of(record: Import) -> dict[str, int]:
    """What has become of its rows."""
    return {
        "created": record.created_count,
        "updated": record.updated_count,
        "rejected": record.rejected_count,
        "doubtful": record.doubtful_count,
    }


def head_of(record: Import, *, dry_run: bool) -> dict[str, Any]:
    """The file, what it is about, and which column is which field."""
    mapping = {column: field for field, column in record.mapping.items()}
    return {
        "object": record.object_name,
        "file": record.file_name,
        "dry_run": dry_run,
        "rows": record.row_count,
        "mapping": {column: mapping.get(column) for column in record.columns},
    }


def findings_of(record: Import) -> list[dict[str, Any]]:
    """Everything odd about it."""
    return [
        {
            "kind": "rejected" if finding.is_rejection else "doubtful",
            "code": finding.code,
            "field": finding.field,
            "column": record.mapping.get(finding.field),
            "value": finding.value,
            "message": finding.message,
            "suggestion": finding.suggestion or None,
            "taken": finding.is_taken,
            "rows": finding.row_count,
            "first_rows": finding.rows[:5],
        }
        for finding in record.findings.worst_first()
    ]


def as_text(summary: Mapping[str, Any]) -> str:
    """The summary for people: numbers first, then the reasons."""
    counts = {name: counted(summary[name]) for name in ("rows", "created", "updated", "rejected", "doubtful")}
    if summary["dry_run"]:
        said = _("To be created: {created}, updated: {updated}, rejected: {rejected}, doubtful: {doubtful}.")
    else:
        said = _("Created: {created}, updated: {updated}, rejected: {rejected}, doubtful: {doubtful}.")
    lines = [
        _("Rows of {file} ({object}): {rows}.").format(file=summary["file"], object=summary["object"], **counts),
        *(f"  {column} → {name or '–'}" for column, name in summary["mapping"].items()),
        said.format(**counts),
    ]
    for finding in summary["findings"]:
        found = _("Rejected: {rows}. {why}") if finding["kind"] == "rejected" else _("Doubtful: {rows}. {why}")
        lines.append("  " + found.format(rows=counted(finding["rows"]), why=finding["message"]))
    if "import" in summary:
        lines.append(_("Import {id}. Undo it on its page or with --undo {id}.").format(id=summary["import"]))
    return "\n".join(lines) + "\n"
