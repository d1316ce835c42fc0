"""Every step of an import, from the uploaded file to its undoing. Rights are checked by `access` before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.imports.access import importers_for, must_fill
from triptych.core_crm.imports.changes import changes_of
from triptych.core_crm.imports.choices import Choice, Do
from triptych.core_crm.imports.files import digest_of, keep_file, opened, profile_of
from triptych.core_crm.imports.mapping import check_mapping
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.proposing import proposed_mapping, proposed_object, settled_options
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.tables import Layout, open_table
from triptych.core_crm.imports.values import DateOrder
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import Forbidden, Refused
from triptych.tenants.members.models import Member


class WrongMoment(Refused):
    """What was asked does not fit how far the import is."""

    code = "WRONG_MOMENT"


def upload_import(
    *, file: IO[bytes], file_name: str, by: Member, now: datetime, object_name: str = "", layout: Layout | None = None
) -> Import:
    """Keep a file and propose what it is: the object, the mapping, the options. Nothing is written to records.

    Raises:
        UnreadableFile: it is no table that we can read; nothing is kept.
        UnknownObject: nothing of that name can be imported here.
        Forbidden: the member may not import such objects.
    """
    table = open_table(file, layout)
    record = Import(
        file_name=(file_name or "file")[-200:].replace("\x00", ""),
        digest=digest_of(file),
        layout=table.layout.as_json(),
        columns=list(table.columns),
        started_by=by,
        created_at=now,
        updated_at=now,
    )
    record.file = keep_file(file)
    try:
        profile = profile_of(record, table)
        record.row_count = profile.row_count
        name = object_name or proposed_object(profile, record.file_name, importers_for(by).values()) or "contacts"
        _propose(record, name, by)
        record.save(force_insert=True)
    except BaseException:
        default_storage.delete(record.file)
        raise
    return record


def choose_object(*, record: Import, object_name: str, by: Member, now: datetime) -> Import:
    """Say what the file is about; mapping and options are proposed anew.

    Raises:
        UnknownObject, Forbidden: as `upload_import`.
        WrongMoment: the import has begun.
    """
    must_be_draft(record)
    record.decisions, record.date_orders, record.options, record.checked_at = {}, {}, {}, None
    _propose(record, object_name, by)
    record.updated_at = now
    record.save()
    return record


def _propose(record: Import, object_name: str, by: Member) -> None:
    target = target_named(object_name)
    if object_name not in importers_for(by):
        raise Forbidden(_("Only owners and admins may import members. Ask one of them."))
    with opened(record) as table:
        profile = profile_of(record, table)
    record.object_name = object_name
    record.mapping = proposed_mapping(profile, target)
    record.options = settled_options(record, profile, target)


def set_mapping(
    *,
    record: Import,
    mapping: Mapping[str, str],
    now: datetime,
    mode: str | None = None,
    date_orders: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    overwrite: Mapping[str, str] | None = None,
) -> Import:
    """Say which column feeds which field (field → column), when an update writes a field (field → `Import.Overwrite`),
    and the choices for the import as a whole.

    Raises:
        WrongMapping: a field or column is not there, or a required field has no column.
        WrongMoment: the import has begun.
    """
    must_be_draft(record)
    target = target_named(record.object_name)
    check_mapping(mapping, record.columns, target.fields)
    record.mapping = dict(mapping)
    if mode is not None:
        record.mode = Import.Mode(mode)
    if date_orders is not None:
        record.date_orders = {column: str(DateOrder(order)) for column, order in date_orders.items()}
    if overwrite is not None:
        rules = {name: Import.Overwrite(rule) for name, rule in overwrite.items() if name in mapping}
        record.overwrite = {name: str(rule) for name, rule in rules.items() if rule != Import.Overwrite.ALWAYS}
    if options is not None:
        record.options = {**record.options, **options}
    with opened(record) as table:
        record.options = settled_options(record, profile_of(record, table), target)
    record.checked_at, record.updated_at = None, now
    record.save()
    return record


def decide(*, record: Import, field: str, value: str, choice: Choice | None, now: datetime) -> Import:
    """Choose what happens to all rows that hold a value, or (`choices.ALL`) to all odd values of a field for which
    nothing else is chosen. None takes the choice back.

    Raises:
        Refused: there is no such field, or another value is to be taken and none is given.
        WrongMoment: the import has begun.
    """
    must_be_draft(record)
    if field not in record.mapping and field != ALIKE:
        raise Refused(_("No column is mapped to “{field}”.").format(field=field), field="field")
    if choice and choice.do is Do.TAKE and not choice.value.strip():
        raise Refused(_("Type the value to take instead."), field="value")
    chosen: dict[str, Any] = dict(record.decisions.get(field, {}))
    chosen.pop(value.casefold(), None)
    if choice:
        chosen[value.casefold()] = {"do": str(choice.do), "value": choice.value.strip()[:200]}
    record.decisions = {**record.decisions, field: chosen}
    record.checked_at, record.updated_at = None, now
    record.save(update_fields=["decisions", "checked_at", "updated_at"])
    return record


@transaction.atomic
def begin_import(*, record: Import, by: Member, now: datetime, as_job: bool = True) -> Import:
    """Start writing. With `as_job` a worker does it; else the caller runs it with `running.run_import`.

    Announces `import.started`.

    Raises:
        WrongMapping: a required field has no column.
        NotAllowed: `by` may not set one of the fields.
        WrongMoment: it has begun already.
    """
    record = Import.objects.select_for_update(of=("self",)).get(pk=record.pk)
    must_be_draft(record)
    check_mapping(record.mapping, record.columns, target_named(record.object_name).fields)
    must_fill(by, record)
    job = jobs.start("import", by=by, args={"import": str(record.pk)}, at=now) if as_job else None
    record.start(by=by, at=now, job_id=job.pk if job else None)
    record.save()
    events.announce("import.started", record, by=by, at=now, object=record.object_name, rows=record.row_count)
    return record


@transaction.atomic
def resume_import(*, record: Import, by: Member, now: datetime) -> Import:
    """Let a worker go on with an import whose process ended before its time.

    Raises:
        WrongMoment: it has ended, or a worker is at it.
    """
    record = Import.objects.select_for_update(of=("self",)).get(pk=record.pk)
    underway = [one for one in record.together() if one.is_underway]
    if not underway or is_attended(underway[0]):
        raise WrongMoment(_("This import is not waiting for anybody to go on with it."))
    kind = "import" if underway[0].state == Import.State.RUNNING else "import.undo"
    job = jobs.start(kind, by=by, args={"import": str(record.pk)}, at=now)
    Import.objects.filter(pk__in=[one.pk for one in underway]).update(job_id=job.pk, updated_at=now)
    record.refresh_from_db()
    return record


def cancel_import(*, record: Import) -> None:
    """Ask a running import to stop after the chunk it is writing. What is written stays and can be undone."""
    job = job_of(record)
    if job:
        jobs.cancel(job)


@transaction.atomic
def begin_undo(*, record: Import, by: Member, now: datetime, as_job: bool = True) -> Import:
    """Start undoing all that an import, and what came in with it, has made and changed.

    Raises:
        WrongMoment: it still runs, or nothing is left to undo.
    """
    together = [one.pk for one in record.together()]
    records = list(Import.objects.select_for_update(of=("self",)).order_by("pk").filter(pk__in=together))
    if any(one.is_underway or one.state == Import.State.DRAFT for one in records):
        raise WrongMoment(_("Wait until this import has ended, or stop it. Then it can be undone."))
    if not changes_of(records).exists():
        raise WrongMoment(_("There is nothing left to undo."))
    job = jobs.start("import.undo", by=by, args={"import": str(record.pk)}, at=now) if as_job else None
    for one in records:
        one.state, one.updated_at, one.job_id = Import.State.UNDOING, now, job.pk if job else one.job_id
    Import.objects.bulk_update(records, ["state", "updated_at", "job_id"])
    return next(one for one in records if one.pk == record.pk)


def discard_import(*, record: Import) -> None:
    """Forget a file that was uploaded and never imported.

    Raises:
        WrongMoment: it has been imported; undo it instead.
    """
    must_be_draft(record)
    if not Import.objects.filter(file=record.file).exclude(pk=record.pk).exists():
        default_storage.delete(record.file)
    record.delete()


def job_of(record: Import) -> Job | None:
    """The job that writes or undoes the import, if a worker was asked to."""
    return Job.objects.filter(pk=record.job_id).first() if record.job_id else None


def is_attended(record: Import) -> bool:
    """Whether a worker is at it, or will be."""
    job = job_of(record)
    return job is not None and not job.is_finished


def settle_ended_job(record: Import, *, now: datetime) -> Import:
    """Note on an import that its job has failed or was stopped before it began, so that it can be undone or resumed."""
    job = job_of(record)
    if record.is_underway and job and job.is_finished:
        failed = job.state == Job.State.FAILED
        if failed or job.state == Job.State.CANCELLED:
            state = Import.State.FAILED if failed else Import.State.CANCELLED
            Import.objects.filter(pk=record.pk, state=record.state).update(
                state=state, error=job.error, finished_at=now, updated_at=now
            )
            record.refresh_from_db()
    return record


def must_be_draft(record: Import) -> None:
    """Raises WrongMoment for an import that has begun."""
    if record.state != Import.State.DRAFT:
        raise WrongMoment(_("This import has begun already. Upload the file again to import it once more."))
