"""Who may see what was merged, and take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from triptych.core_crm.duplicates.kinds import KINDS, MergeKind
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.rights.access import DELETE, must, visible
from triptych.platform import search
from triptych.tenants.members.models import Member

FURTHEST = 50
"""How many merges a way to the record that goes on may lead over."""


def kind_named(name: str) -> MergeKind:
    """Raises Http404 for what cannot be merged."""
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def pair_to_merge(kind: MergeKind, member: Member, winner: UUID, loser: UUID) -> tuple[Any, Any]:
    """The record that goes on and the one that is merged into it.

    Raises Http404 for one that is not there for this member, Forbidden if they may not change the one or not delete
    the other.
    """
    changed, deleted = kind.to_change(member, winner), kind.to_see(member, loser)
    must(member, DELETE, deleted)
    return changed, deleted


def where_it_went(kind: MergeKind, pk: UUID, member: Member) -> Any | None:
    """The record into which another one was merged, over any number of merges; None if the member does not see it."""
    for _step in range(FURTHEST):
        merge = Merge.objects.of_loser(pk).filter(kind=kind.name).first()
        if merge is None:
            return None
        pk = merge.winner_id
        found = kind.visible_to(member).filter(pk=pk).first()
        if found is not None:
            return found
    return None


def merge_to_undo(kind: MergeKind, loser_id: UUID, member: Member) -> Merge:
    """The merge by which a record went away. The action asks whether the member may take it back.

    Raises Http404 when there is none, or the member does not see both records.
    """
    merge = Merge.objects.of_loser(loser_id).filter(kind=kind.name).first()
    if merge is None:
        raise Http404
    ids = {merge.winner_id, merge.loser_id}
    if visible(member, kind.model._default_manager.filter(pk__in=ids)).count() < len(ids):
        raise Http404
    return merge


def merged_into(record: Any, member: Member) -> list[Merge]:
    """What was merged into a record and can be taken back, the last first; only what the member sees."""
    merges = list(Merge.objects.into(record.pk).select_related("by")[:FURTHEST])
    rows = visible(member, type(record)._default_manager.filter(pk__in=[merge.loser_id for merge in merges]))
    seen = set(rows.values_list("pk", flat=True))
    return [merge for merge in merges if merge.loser_id in seen]


def records_named(kind: MergeKind, typed: str, record: Any, member: Member) -> QuerySet[Any]:
    """The other records of that kind whose words begin with the ones typed, the last changed first."""
    found = kind.visible_to(member).filter(pk__in=search.matching(kind.name, typed, member=member).values("pk"))
    return found.exclude(pk=record.pk).order_by("-updated_at", "-pk")
