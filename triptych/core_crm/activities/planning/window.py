"""What stands on calendars between two instants: single activities, and the moments of series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from triptych.core_crm.activities.models import Activity, ActivityQuerySet, Attendee
from triptych.core_crm.activities.planning.plans import lasting, repeats_of

KINDS = (Activity.Kind.TASK, Activity.Kind.CALL, Activity.Kind.MEETING)
LONGEST = timedelta(days=31)
MOST = 2_000
"""So many moments are shown at most; nobody can read more."""


@dataclass(frozen=True)
class Occurrence:
    """An activity at one moment. `repeats` says that it is one of a series, whose row `activity` is."""

    activity: Activity
    start_at: datetime
    end_at: datetime
    repeats: bool = False

    @property
    def key(self) -> str:
        """Unique on a calendar."""
        return f"{self.activity.pk}-{int(self.start_at.timestamp())}" if self.repeats else str(self.activity.pk)


def occurrences(
    visible: ActivityQuerySet, start: datetime, end: datetime, *, of: Collection[UUID] | None = None
) -> list[Occurrence]:
    """What of the visible activities lies between `start` and `end`, in order of time, in three statements.

    `of` leaves what these members own or take part in and have not declined.
    """
    shown = visible.filter(kind__in=KINDS).exclude(status=Activity.Status.CANCELED).select_related("owner")
    if of is not None:
        shown = shown.filter(concerning(of))
    singles = shown.filter(rule="", due_at__gte=start - LONGEST, due_at__lt=end)
    found = [_single(activity) for activity in singles.order_by("due_at", "pk")[:MOST]]
    endless = Q(until_at=None) | Q(until_at__gte=start - LONGEST)
    series = list(shown.filter(endless, anchor_at__lt=end).exclude(rule="")[:MOST])
    taken = moments_taken(series)
    for activity in series:
        length = lasting(activity)
        found += [
            Occurrence(activity, moment, moment + length, repeats=True)
            for moment in repeats_of(activity).between(start - min(length, LONGEST), end)
            if moment not in taken[activity.pk]
        ]
    shown_here = [one for one in found if one.end_at > start or one.start_at >= start]
    return sorted(shown_here, key=lambda one: (one.start_at, one.end_at, one.activity.pk))[:MOST]


def concerning(members: Collection[UUID]) -> Q:
    """Activities that one of the members owns, or takes part in and has not declined."""
    attending = Attendee.objects.filter(activity=OuterRef("pk"), member__in=members)
    return Q(owner__in=members) | Q(Exists(attending.exclude(answer=Attendee.Answer.DECLINED)))


def moments_taken(series: Collection[Activity]) -> dict[UUID, set[datetime]]:
    """The moments of these series that are activities of their own, or were deleted."""
    rows: Any = Activity.objects.filter(series__in=[one.pk for one in series]) if series else Activity.objects.none()
    taken: dict[UUID, set[datetime]] = defaultdict(set)
    for series_id, moment in rows.values_list("series_id", "occurs_at"):
        taken[series_id].add(moment)
    return taken


def _single(activity: Activity) -> Occurrence:
    assert activity.due_at is not None
    return Occurrence(activity, activity.due_at, activity.due_at + lasting(activity))
