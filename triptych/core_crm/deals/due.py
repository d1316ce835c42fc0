"""How soon a deal wants somebody: by its next open activity, else by the day of its next step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from triptych.core_crm.deals.models import Deal


class Due(StrEnum):
    """What comes next: overdue, due today, due later (or planned without a date), or nothing at all."""

    OVERDUE = "overdue"
    TODAY = "today"
    LATER = "later"
    NONE = "none"
    CLOSED = "closed"


def due_of(deal: Deal, next_activities: Mapping[UUID, datetime | None], *, now: datetime) -> Due:
    """How soon the deal wants somebody. `next_activities` is what `activities.upcoming.next_due` says of it."""
    if not deal.is_open:
        return Due.CLOSED
    at, today = next_activities.get(deal.pk), timezone.localdate(now)
    if at is not None and at < now:
        return Due.OVERDUE
    day = timezone.localdate(at) if at is not None else deal.next_step_date
    if day is None:
        return Due.LATER if deal.next_step or deal.pk in next_activities else Due.NONE
    return Due.OVERDUE if day < today else Due.TODAY if day == today else Due.LATER
