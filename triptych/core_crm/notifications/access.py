"""What a member is told: only their own, and nothing about records that they do not see (any more)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from triptych.core_crm.activities.records import models_by_kind
from triptych.core_crm.notifications.models import Notification, NotificationQuerySet, NotificationSetting
from triptych.core_crm.rights.access import visible
from triptych.tenants.members.models import Member

COUNTED = 100
"""Of so many unread ones at most the bell looks whether they may be seen."""


def notifications_of(member: Member) -> NotificationQuerySet:
    """The member's own, whatever they are about."""
    return Notification.objects.shown_to(member)


def seen_by(member: Member) -> NotificationQuerySet:
    """The member's own, without those about records that they do not see; a condition for each kind of record."""
    about = Q(object_id=None)
    for kind, model in models_by_kind().items():
        records = visible(member, model.objects.alive()).order_by()
        about |= Q(object_kind=kind, object_id__in=records.values("pk"))
    return notifications_of(member).filter(about)


def still_seen(member: Member, found: Collection[Notification]) -> list[Notification]:
    """Those about records that the member sees, one statement for each kind of record."""
    keys: dict[str, set[UUID]] = defaultdict(set)
    for one in found:
        if one.object_id:
            keys[one.object_kind].add(one.object_id)
    seen = {pk for kind, wanted in keys.items() for pk in visible_keys(member, kind, wanted)}
    return [one for one in found if not one.object_id or one.object_id in seen]


def visible_keys(member: Member, kind: str, keys: Collection[UUID]) -> set[UUID]:
    """Those of the keys of one kind of record that the member sees."""
    model: Any = models_by_kind().get(kind)
    if model is None:
        return set()
    return set(visible(member, model.objects.alive()).filter(pk__in=keys).values_list("pk", flat=True))


def unread_count(member: Member) -> int:
    """How many unread ones there are that the member may see, up to a hundred."""
    unread = notifications_of(member).unread().only("object_kind", "object_id", "member_id")
    return len(still_seen(member, unread.order_by("-created_at", "-pk")[:COUNTED]))


def setting_of(member: Member) -> NotificationSetting:
    """How the member wants to be told; what nobody has chosen yet is not saved."""
    return NotificationSetting.objects.filter(member=member).first() or NotificationSetting(member=member)
