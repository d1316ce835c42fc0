"""What comes next on records: for cards of a board and the heads of pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Min
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.rights.access import through
from triptych.platform.web.templatetags.parts import icon, when
from triptych.tenants.members.models import Member


def next_due(object_ids: Collection[UUID], member: Member | None) -> dict[UUID, datetime | None]:
    """When the next open activity of each of these records is due, of those that the member sees, in one query; None is
    the house itself.

    Records without any are missing; None stands for open activities without a date.
    """
    links = ActivityLink.objects.filter(
        object_id__in=object_ids,
        activity__deleted_at=None,
        activity__status__in=Activity.OPEN_STATUSES,
    )
    rows = (through(member, links, "activity", Activity) if member else links).values("object_id")
    return dict(rows.annotate(due=Min("activity__due_at")).values_list("object_id", "due")) if object_ids else {}


def urgency(at: datetime | None, *, now: datetime) -> str:
    """How soon something wants somebody: `overdue`, `today` or `later`, the last also without a date."""
    if at is None:
        return "later"
    if at < now:
        return "overdue"
    return "today" if timezone.localdate(at) == timezone.localdate(now) else "later"


def next_on_card(key: UUID, due: Mapping[UUID, datetime | None], *, now: datetime) -> tuple[SafeString, str]:
    """What a card of a board says of the next open activity of a record, and how soon that is; '' for none.

    `due` is what `next_due` says.
    """
    if key not in due:
        return format_html('<span class="quiet">{}</span>', _("No next step")), ""
    at = due[key]
    said = when(at, due=True) if at is not None else _("Task without a date")
    return format_html("{} {}", icon("calendar-check", "icon-sm"), said), urgency(at, now=now)
