"""What the cards of a board show of activities: what they are about, and when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.html import format_html

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.records import links_of
from triptych.core_crm.activities.sources import LOOKS
from triptych.core_crm.activities.upcoming import urgency
from triptych.core_crm.lists.cards import CardFacts
from triptych.platform.web.templatetags.parts import icon, when
from triptych.tenants.members.models import Member

PRIORITY_TONES = {"high": "amber", "urgent": "red"}


def card_facts(activities: Sequence[Activity], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these activities, by their keys; two statements."""
    links = links_of(list(activities), member)
    return {one.pk: _facts(one, [link.title for link in links.get(one.pk, [])[:2]], now) for one in activities}


def _facts(activity: Activity, about: Sequence[str], now: datetime) -> CardFacts:
    tone = PRIORITY_TONES.get(activity.priority)
    at = activity.due_at if activity.is_open else activity.completed_at or activity.at
    return CardFacts(
        subtitle=", ".join(about),
        badges=[{"label": activity.get_priority_display(), "tone": tone}] if tone else [],
        next=format_html("{} {}", icon(LOOKS[activity.kind], "icon-sm"), when(at, due=activity.is_open) if at else ""),
        due=urgency(at, now=now) if activity.is_open and at else "",
    )
