"""Acts on many records of a list: each by the action of its own page, chunk by chunk, and back again.

A record that a right or a rule keeps from the act is skipped and named; the others go on. Each chunk commits its
records, what they were before and how far the act has come together, so that a job that is killed goes on where its
last chunk ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.lists.doing import Doer, Skipped, tried
from triptych.core_crm.lists.models import PastAct, PastChange, told
from triptych.core_crm.rights.access import veiled
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from triptych.core_crm.lists.spec import ListSpec

CHUNK = 50
AT_ONCE = 200
"""So many records a person waits for; more become a job."""
LOOKED_AT = 200
"""So many records a preview tries out."""


class Watcher(Protocol):
    """Whoever is told how far it is and may ask it to stop: a running job, or nobody."""

    @property
    def cancel_requested(self) -> bool: ...
    def progress(self, done: int, total: int | None = None, note: str = "") -> None: ...
    def checkpoint(self, reached: dict[str, Any]) -> None: ...


class Nobody:
    """Nobody watches an act that a person waits for."""

    cancel_requested = False

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Nobody is told."""

    def checkpoint(self, reached: dict[str, Any]) -> None:
        """The whole act is one transaction."""


@dataclass(frozen=True)
class Preview:
    """What an act would do: to how many records, and which ones it would skip.

    `looked_at` records were tried out, all of them unless there are very many; `skipped` are told as in `PastAct`.
    """

    total: int
    looked_at: int
    skipped: Sequence[dict[str, Any]]

    @property
    def is_whole(self) -> bool:
        return self.looked_at == self.total

    @property
    def fitting(self) -> int:
        """How many of those looked at would be done."""
        return self.looked_at - len(self.skipped)


def preview(doer: Doer, ids: Sequence[UUID]) -> Preview:
    """Try an act out on the first records, and take everything back.

    Raises:
        Refused: the act makes no sense for any record.
    """
    doer.check()
    skipped = []
    names = names_of(doer, ids[:LOOKED_AT])
    with transaction.atomic():
        for pk in ids[:LOOKED_AT]:
            try:
                tried(partial(doer.do, pk))
            except Skipped as one:
                skipped.append(told(pk, names.get(pk, ""), one.why))
        transaction.set_rollback(True)
    return Preview(total=len(ids), looked_at=min(len(ids), LOOKED_AT), skipped=skipped)


@transaction.atomic
def begin(
    spec: ListSpec, name: str, ids: Sequence[UUID], given: dict[str, Any], *, by: Member, now: datetime
) -> PastAct:
    """Do an act to all these records. A few are done at once, many by a job, which can be watched and cancelled.

    Announces `bulk_act.finished` when it is through.

    Raises:
        Forbidden: the member may only read.
        Refused: there are no records, or the act makes no sense for any of them.
    """
    doer = Doer(spec, name, given, by=by, now=now)
    doer.check()
    if not ids:
        raise Refused(_("Choose at least one record."))
    act = PastAct(kind=spec.kind, name=name, changes=given, record_ids=list(ids), by=by, created_at=now)
    act.save(force_insert=True)
    if len(ids) <= AT_ONCE:
        run(act, doer, Nobody())
    else:
        act.job_id = jobs.start("lists.act", by=by, args={"act": str(act.pk)}, at=now).pk
        act.save(update_fields=["job_id"])
    return act


def run(act: PastAct, doer: Doer, watcher: Watcher) -> None:
    """Do what is left of an act, from where it stands."""
    while act.position < act.total_count:
        if watcher.cancel_requested:
            end(act, PastAct.State.CANCELLED, doer)
            return
        with transaction.atomic():
            lock(act, PastAct.State.RUNNING)
            _run_chunk(act, doer.renewed())
            watcher.checkpoint({"position": act.position})
        watcher.progress(act.position, act.total_count, _("Changing the records"))
    end(act, PastAct.State.DONE, doer)


def _run_chunk(act: PastAct, doer: Doer) -> None:
    ids = act.record_ids[act.position : act.position + CHUNK]
    names = names_of(doer, ids)
    done: dict[UUID, dict[str, Any]] = {}
    with events.part_of(f"act:{act.pk}"):
        for pk in ids:
            try:
                done[pk] = tried(partial(doer.do, pk))
            except Skipped as skipped:
                act.skip(pk, names.get(pk, ""), skipped.why)
    versions = versions_of(doer, done)
    PastChange.objects.bulk_create(
        PastChange(act=act, object_id=pk, before=before, version=versions.get(pk, 0)) for pk, before in done.items()
    )
    act.position += len(ids)
    act.done_count += len(done)
    act.save(update_fields=["position", "done_count", "skipped_count", "skipped"])


def names_of(doer: Doer, ids: Sequence[UUID], *, seen: bool = False) -> dict[UUID, str]:
    """What the records are called: those that the member sees, or all when they have been `seen` before."""
    records = doer.spec.model._base_manager.all() if seen else doer.spec.records(doer.by)
    return {record.pk: str(record) for record in veiled(doer.by, records.in_bulk(list(ids)).values())}


def versions_of(doer: Doer, ids: Any) -> dict[UUID, int]:
    """How the records stand now, those in the bin as well."""
    rows = doer.spec.model._base_manager.filter(pk__in=list(ids))
    return dict(rows.values_list("pk", "version"))


def lock(act: PastAct, state: PastAct.State) -> None:
    """Make sure that nobody else is at this act, until the transaction ends."""
    stands = PastAct.objects.select_for_update().values_list("state", "position", "undone_count").get(pk=act.pk)
    if stands != (state, act.position, act.undone_count):
        raise Refused(_("This is being done elsewhere. Look at its page to see how far it is."))


@transaction.atomic
def end(act: PastAct, state: PastAct.State, doer: Doer) -> None:
    undone = act.state == PastAct.State.UNDOING
    act.state, act.finished_at = state, doer.now
    act.save(update_fields=["state", "finished_at"])
    events.announce(
        "bulk_act.undone" if undone else "bulk_act.finished",
        None,
        by=doer.by,
        at=doer.now,
        act=str(act.pk),
        list=act.kind,
        verb=act.name,
        done=act.undone_count if undone else act.done_count,
    )
