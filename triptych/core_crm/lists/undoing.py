"""Taking an act on many records back, as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.lists import many
from triptych.core_crm.lists.doing import Doer, Skipped, tried
from triptych.core_crm.lists.many import Nobody, Watcher, end, lock, names_of, versions_of
from triptych.core_crm.lists.models import MOST_NAMED, PastAct, PastChange, told
from triptych.core_crm.lists.spec import ListSpec
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import Forbidden, MayOnlyRead, Refused
from triptych.tenants.members.models import Member


@transaction.atomic
def begin_undo(act: PastAct, spec: ListSpec, *, by: Member, now: datetime) -> PastAct:
    """Give every record back what it had before the act, save those that somebody has changed since.

    Raises:
        Forbidden: the member may only read, or it is not their act and they do not administer.
        Refused: it has been undone already, or is still running.
    """
    if not by.may_write:
        raise MayOnlyRead()
    if act.by_id != by.pk and not by.may_administer:
        raise Forbidden(_("Only who did this can undo it, or an owner or admin."))
    act = PastAct.objects.select_for_update().get(pk=act.pk)
    if not act.may_be_undone:
        raise Refused(_("There is nothing left to undo."))
    act.state, act.kept = PastAct.State.UNDOING, []
    act.save(update_fields=["state", "kept"])
    if act.done_count - act.undone_count <= many.AT_ONCE:
        undo(act, Doer(spec, act.name, act.changes, by=by, now=now), Nobody())
    else:
        act.job_id = jobs.start("lists.undo", by=by, args={"act": str(act.pk)}, at=now).pk
        act.save(update_fields=["job_id"])
    return act


def cancel_act(act: PastAct) -> PastAct:
    """Stop an act after the records that are being written; what is done stays, and can be undone."""
    job = Job.objects.filter(pk=act.job_id).first() if act.job_id else None
    if job and act.is_underway:
        jobs.cancel(job)
    return act


def undo(act: PastAct, doer: Doer, watcher: Watcher) -> None:
    """Take back what is left of an act, the last record first. What cannot be taken back is named and kept."""
    last: UUID | None = None
    total = act.done_count - act.undone_count
    seen = 0
    while True:
        changes = act.records.order_by("-pk")
        chunk = list((changes.filter(pk__lt=last) if last else changes)[: many.CHUNK])
        if not chunk or watcher.cancel_requested:
            break
        last = chunk[-1].pk
        with transaction.atomic():
            lock(act, PastAct.State.UNDOING)
            _undo_chunk(act, doer.renewed(), chunk)
            watcher.checkpoint({"undone": act.undone_count})
        seen += len(chunk)
        watcher.progress(seen, total, _("Undoing"))
    left = act.records.exists()
    end(act, PastAct.State.DONE if left else PastAct.State.UNDONE, doer)


def _undo_chunk(act: PastAct, doer: Doer, chunk: Sequence[PastChange]) -> None:
    ids = [change.object_id for change in chunk]
    names, versions = names_of(doer, ids, seen=True), versions_of(doer, ids)
    undone = []
    for change in chunk:
        try:
            if versions.get(change.object_id) != change.version:
                raise Skipped(_("Somebody has changed it since."))
            with events.part_of(f"act:{act.pk}"):
                tried(partial(doer.take_back, change))
        except Skipped as skipped:
            if len(act.kept) < MOST_NAMED:
                act.kept = [*act.kept, told(change.object_id, names.get(change.object_id, ""), skipped.why)]
        else:
            undone.append(change.pk)
    act.records.filter(pk__in=undone).delete()
    act.undone_count += len(undone)
    act.save(update_fields=["undone_count", "kept"])


def settle_ended_job(act: PastAct, *, now: datetime) -> PastAct:
    """Note on an act that its job has failed, or was cancelled before it began, so that it can be undone."""
    job = Job.objects.filter(pk=act.job_id).first() if act.job_id and act.is_underway else None
    if job and job.state in (Job.State.FAILED, Job.State.CANCELLED):
        state = PastAct.State.CANCELLED if act.state == PastAct.State.RUNNING else PastAct.State.DONE
        PastAct.objects.filter(pk=act.pk, state=act.state).update(state=state, finished_at=now)
        act.refresh_from_db()
    return act
