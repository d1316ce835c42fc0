"""Tables that are given together: taken in, split by object, begun, resumed, forgotten as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.imports.access import importers_for, must_fill
from triptych.core_crm.imports.actions import WrongMoment, discard_import, must_be_draft
from triptych.core_crm.imports.files import digest_of, keep_file, opened, profile_of
from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.imports.mapping import check_mapping
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.imports.proposing import proposed_mapping, proposed_object, settled_options
from triptych.core_crm.imports.receiving import GivenFile, GivenTable, tables_in
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.splitting import proposed_split
from triptych.core_crm.imports.tables import open_table
from triptych.core_crm.imports.values import folded
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.ids import new_id
from triptych.platform.refusals import Forbidden, Refused
from triptych.tenants.members.models import Member


def receive_files(*, given: Sequence[GivenFile], by: Member, now: datetime) -> list[Import]:
    """Keep files and propose of each table in them what it is: the object, the mapping, the options. Several tables
    are one upload. A table that looks like nothing that can be imported has no object.

    Raises:
        UnreadableFile: one of them is no table, or they are too many; nothing is kept.
        UnknownObject: nothing of a name that was given can be imported here.
        Forbidden: the member may not import such objects.
    """
    tables = tables_in(given)
    if not tables:
        raise UnreadableFile(_("There is no table in this. The first row of a table names its columns."))
    importers = importers_for(by)
    upload_id = new_id() if len(tables) > 1 else None
    kept: dict[int, str] = {}
    try:
        with transaction.atomic():
            records = [
                _received(table, importers, kept, Import(upload_id=upload_id, place=place, started_by=by), now)
                for place, table in enumerate(tables)
            ]
            if len(records) == 1:
                _propose(records[0], records[0].object_name or "contacts", {})
            else:
                _propose_knowing_each_other(records)
            for record in records:
                record.save()
    except BaseException:
        for name in kept.values():
            default_storage.delete(name)
        raise
    return records


def _received(
    table: GivenTable, importers: dict[str, Importer], kept: dict[int, str], record: Import, now: datetime
) -> Import:
    """One table, its file kept once whatever number of sheets it has."""
    opened_table = open_table(table.file, table.layout)
    if id(table.file) not in kept:
        kept[id(table.file)] = keep_file(table.file)
    record.file, record.file_name = kept[id(table.file)], table.name[-200:].replace("\x00", "") or "file"
    record.digest, record.layout = digest_of(table.file), table.layout.as_json()
    record.columns, record.created_at, record.updated_at = list(opened_table.columns), now, now
    profile = profile_of(record, opened_table)
    record.row_count = profile.row_count
    if table.object_name and table.object_name not in importers:
        target_named(table.object_name)
        raise Forbidden(_("Only owners and admins may import members. Ask one of them."))
    name = table.object_name or proposed_object(profile, record.file_name, importers.values())
    record.object_name = name if name in importers else ""
    record.save(force_insert=True)
    return record


def _propose_knowing_each_other(records: Sequence[Import]) -> None:
    """Mappings, where the names in one table tell which column of another one names its records."""
    known: dict[str, set[str]] = {}
    for record in records:
        if record.object_name:
            _propose(record, record.object_name, {})
            column = next((record.mapping[name] for name in ("name", "full_name") if name in record.mapping), "")
            values = _profile(record).columns[column].values if column else ()
            known.setdefault(record.object_name, set()).update(folded(value) for value in values)
    for record in records:
        if record.object_name:
            _propose(record, record.object_name, known)


def _propose(record: Import, object_name: str, known: dict[str, set[str]]) -> None:
    target, profile = target_named(object_name), _profile(record)
    record.object_name = object_name
    record.mapping = proposed_mapping(profile, target, known)
    record.options = settled_options(record, profile, target)


def _profile(record: Import) -> Profile:
    with opened(record) as table:
        return profile_of(record, table)


def choose_in_upload(
    *, record: Import, object_name: str, mode: str, overwrite: str, by: Member, now: datetime
) -> Import:
    """Say of a table of an upload what it is about (nothing: it is left out), and what becomes of what is here already.

    Raises:
        Refused: there is no such object, or the member may not import it.
        WrongMoment: the import has begun.
    """
    must_be_draft(record)
    if object_name and object_name not in importers_for(by):
        raise Refused(_("“{name}” cannot be imported here.").format(name=object_name), field="object")
    if object_name != record.object_name:
        record.decisions, record.date_orders, record.options, record.mapping = {}, {}, {}, {}
        record.object_name = object_name
        if object_name:
            _propose(record, object_name, {})
    record.mode = Import.Mode(mode or record.mode)
    if overwrite:
        rule = Import.Overwrite(overwrite)
        record.overwrite = {} if rule == Import.Overwrite.ALWAYS else dict.fromkeys(record.mapping, str(rule))
    record.checked_at, record.updated_at = None, now
    record.save()
    return record


def split_of(record: Import, by: Member) -> dict[str, dict[str, str]]:
    """The objects that the rows of a file hold side by side, each with its mapping; empty when they hold but one."""
    if record.upload_id or record.state != Import.State.DRAFT:
        return {}
    return proposed_split(_profile(record), importers_for(by))


@transaction.atomic
def split_import(*, record: Import, by: Member, now: datetime) -> list[Import]:
    """Make an upload of a file whose rows hold several objects: an import for each, over the same rows.

    Raises:
        Refused: they hold but one.
        WrongMoment: the import has begun.
    """
    must_be_draft(record)
    parts = split_of(record, by)
    if not parts:
        raise Refused(_("The rows of this file hold one kind of object only."))
    profile, upload_id = _profile(record), new_id()
    made = []
    for place, (name, mapping) in enumerate(parts.items()):
        part = record if place == 0 else Import(pk=new_id(), **_same_file(record))
        part.object_name, part.mapping, part.is_part = name, mapping, True
        part.upload_id, part.place, part.updated_at = upload_id, place, now
        part.decisions, part.date_orders, part.options, part.checked_at = {}, {}, {}, None
        part.options = settled_options(part, profile, target_named(name))
        part.save()
        made.append(part)
    return made


def _same_file(record: Import) -> dict[str, Any]:
    names = ("file", "file_name", "digest", "layout", "columns", "row_count", "mode", "started_by", "created_at")
    return {name: getattr(record, name) for name in names}


@transaction.atomic
def begin_upload(*, records: Sequence[Import], by: Member, now: datetime, as_job: bool = True) -> list[Import]:
    """Start writing all tables as one job; those about nothing are forgotten. Announces `import.started` for each.

    Raises:
        WrongMapping: a required field of one of them has no column.
        WrongMoment: they have begun already, or nothing is left to import.
    """
    keys = [one.pk for one in records]
    locked = list(Import.objects.select_for_update(of=("self",)).order_by("pk").filter(pk__in=keys))
    wanted = [record for record in sorted(locked, key=lambda one: one.place) if record.object_name]
    for record in locked:
        must_be_draft(record)
    if not wanted:
        raise WrongMoment(_("Say of at least one table what is in it."))
    for record in locked:
        if not record.object_name:
            discard_import(record=record)
    job = jobs.start("import", by=by, args={"import": str(wanted[0].pk)}, at=now) if as_job else None
    for record in wanted:
        try:
            check_mapping(record.mapping, record.columns, target_named(record.object_name).fields)
            must_fill(by, record)
        except Refused as refused:
            raise type(refused)(f"{record.file_name}: {refused.message}", field=refused.field) from refused
        record.start(by=by, at=now, job_id=job.pk if job else None)
        record.save()
        events.announce("import.started", record, by=by, at=now, object=record.object_name, rows=record.row_count)
    return wanted


@transaction.atomic
def discard_upload(*, records: Sequence[Import]) -> None:
    """Forget tables that were uploaded and never imported.

    Raises:
        WrongMoment: they have been imported; undo them instead.
    """
    for record in records:
        discard_import(record=record)
