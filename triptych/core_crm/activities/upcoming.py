"""What comes next on records: for cards of a board and the heads of pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from triptych.core_crm.activities.models import Activity, ActivityLink


def next_due(object_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """When the next open activity of each of these records is due, in one query.

    Records without any are missing; None stands for open activities without a date.
    """
    rows = ActivityLink.objects.filter(
        object_id__in=object_ids,
        activity__deleted_at=None,
        activity__status__in=Activity.OPEN_STATUSES,
    ).values("object_id")
    return dict(rows.annotate(due=Min("activity__due_at")).values_list("object_id", "due")) if object_ids else {}
