"""`triptych import FILE…` without `--object`: what the files hold is found out, and all of them come in together."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from triptych.core_crm.imports import actions, uploads
from triptych.core_crm.imports.checking import check_together
from triptych.core_crm.imports.command import (
    DONE,
    REFUSED,
    Console,
    as_text,
    choose_for_all,
    counts_of,
    findings_of,
    head_of,
    must_be_mapped,
    owner,
    write_rejected,
)
from triptych.core_crm.imports.files import digest_of
from triptych.core_crm.imports.limits import MAX_BYTES, UnreadableFile
from triptych.core_crm.imports.mapping import WrongMapping, mapping_over
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.order import in_order
from triptych.core_crm.imports.receiving import GivenFile
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.imports.values import folded
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.models import Tenant


@dataclass(frozen=True)
class Wishes:
    """What was asked for besides the files."""

    mapping: Mapping[str, str]
    mode: str = Import.Mode.CREATE
    date_order: str = ""
    accept_suggestions: bool = False
    create_missing: bool = False
    alike: str = ""
    overwrite: Mapping[str, str] = field(default_factory=dict)
    rejected: Path | None = None


def run(
    tenant: Tenant,
    files: Sequence[Path],
    wishes: Wishes,
    *,
    object_name: str = "",
    dry_run: bool = False,
    as_json: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Import files into the tenant as its owner, or only say what would happen; the exit status, 0 or 1.

    A file whose rows hold several objects is split. Files of an upload that was interrupted are gone on with.
    """
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant):
        try:
            records = _received(files, object_name, wishes, err)
            told = _dry(records) if dry_run else _written(records, Console(err))
            if wishes.rejected is not None:
                _write_rejected(records, wishes.rejected)
            if dry_run:
                uploads.discard_upload(records=records)
        except OSError as error:
            err.write(_("{file} cannot be read: {why}.").format(file=error.filename, why=error.strerror) + "\n")
            return REFUSED
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n" if as_json else "".join(map(as_text, told["files"]))
    out.write(text)
    return DONE


def _received(files: Sequence[Path], object_name: str, wishes: Wishes, err: TextIO) -> list[Import]:
    """The imports to run: an upload of the same files that was interrupted, or a new one as it was wished for."""
    given = [GivenFile(_bytes_of(file), file.name, object_name) for file in files]
    digests = {digest_of(one.file) for one in given}
    interrupted = Import.objects.unfinished().filter(digest__in=digests, job_id=None).exclude(upload_id=None)
    if begun := interrupted.newest_first().first():
        return begun.together()
    records = uploads.receive_files(given=given, by=owner(), now=clock.now())
    try:
        return _as_wished(records, wishes, err)
    except Refused:
        uploads.discard_upload(records=records)
        raise


def _bytes_of(file: Path) -> io.BytesIO:
    """The file as far as any is read; what is longer is refused by its size."""
    with file.open("rb") as opened:
        return io.BytesIO(opened.read(MAX_BYTES + 1))


def _as_wished(records: list[Import], wishes: Wishes, err: TextIO) -> list[Import]:
    if len(records) == 1 and not wishes.mapping and uploads.split_of(records[0], owner()):
        records = uploads.split_import(record=records[0], by=owner(), now=clock.now())
    for record in records:
        if not record.object_name:
            err.write(_("{file} is left out: its columns fit nothing.").format(file=record.file_name) + "\n")
    known = [record for record in records if record.object_name]
    if not any(record.mapping for record in known):
        raise UnreadableFile(_("The columns fit nothing that can be imported. Say what the rows are: --object."))
    strangers = [one for one in wishes.mapping if not any(_has(record, one) for record in known)]
    if strangers:
        raise WrongMapping(_("No file has a column “{name}”.").format(name=strangers[0]))
    for record in known:
        pairs = {column: name for column, name in wishes.mapping.items() if _has(record, column)}
        fields = target_named(record.object_name).fields
        orders = dict.fromkeys(record.columns, wishes.date_order) if wishes.date_order else {}
        mapping = mapping_over(record.mapping, pairs, record.columns, fields) if pairs else record.mapping
        rules = {name: rule for name, rule in wishes.overwrite.items() if name in mapping}
        actions.set_mapping(
            record=record,
            mapping=mapping,
            mode=wishes.mode,
            date_orders=orders,
            overwrite=rules,
            now=clock.now(),
        )
        choose_for_all(
            record,
            accept_suggestions=wishes.accept_suggestions,
            create_missing=wishes.create_missing,
            alike=wishes.alike,
        )
    must_be_mapped(wishes.overwrite, {name for record in known for name in record.mapping})
    return records


def _write_rejected(records: Sequence[Import], file: Path) -> None:
    """A file for the one table, else one for each, with its place and what it is about in its name."""
    known = [record for record in records if record.object_name]
    for record in known:
        name = f"{file.stem}-{record.place + 1}-{record.object_name}{file.suffix}"
        write_rejected(record, file if len(known) == 1 else file.with_name(name))


def _has(record: Import, column: str) -> bool:
    return folded(column) in {folded(one) for one in record.columns}


def _dry(records: Sequence[Import]) -> dict[str, Any]:
    if any(record.state != Import.State.DRAFT for record in records):
        raise actions.WrongMoment(_("These files are half imported. Run the same command without --dry-run to go on."))
    forecasts = check_together(records, by=owner(), at=clock.now())
    files = []
    for record in in_order([record for record in records if record.object_name]):
        forecast = forecasts[record.pk]
        files.append(
            {
                **head_of(record, dry_run=True),
                "created": forecast.created,
                "updated": forecast.updated,
                "rejected": forecast.rejected,
                "doubtful": forecast.doubtful,
                "added": forecast.added,
                "findings": findings_of(record),
            }
        )
    return _together(files, dry_run=True)


def _written(records: Sequence[Import], console: Console) -> dict[str, Any]:
    if all(record.state == Import.State.DRAFT for record in records):
        records = uploads.begin_upload(records=records, by=owner(), now=clock.now(), as_job=False)
    began = time.monotonic()
    run_import(records[0], by=owner(), at=clock.now(), watcher=console)
    if console.stream.isatty():
        console.stream.write("\n")
    fresh = in_order(list(Import.objects.filter(pk__in=[record.pk for record in records]).order_by("place", "pk")))
    files = [
        {
            **head_of(record, dry_run=False),
            "import": str(record.pk),
            **counts_of(record),
            "findings": findings_of(record),
        }
        for record in fresh
    ]
    return {**_together(files, dry_run=False), "seconds": round(time.monotonic() - began, 2)}


def _together(files: list[dict[str, Any]], *, dry_run: bool) -> dict[str, Any]:
    totals = {name: sum(one[name] for one in files) for name in ("rows", "created", "updated", "rejected", "doubtful")}
    return {"dry_run": dry_run, **totals, "files": files}
