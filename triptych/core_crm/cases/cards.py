"""What the cards of a board show of cases: who asks, how urgent it is, and since when they wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.calendar.access import default_hours
from triptych.core_crm.calendar.hours import WorkingHours, business_time_between
from triptych.core_crm.cases.models import Case
from triptych.core_crm.lists.cards import CardFacts
from triptych.platform.web.templatetags.parts import icon, when
from triptych.tenants.members.models import Member

PRIORITY_TONES = {"high": "amber", "urgent": "red"}
LONG = timedelta(hours=8)
"""Whoever waits for more working time than that for an answer waits too long."""


def card_facts(cases: Sequence[Case], _member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these cases, by their keys."""
    hours = default_hours() if cases else None
    return {case.pk: _facts(case, hours, now) for case in cases if hours}


def _facts(case: Case, hours: WorkingHours, now: datetime) -> CardFacts:
    tone = PRIORITY_TONES.get(case.priority)
    waits = case.is_open and case.awaits_reply
    since = case.last_message_at or case.created_at
    long = waits and business_time_between(hours, since, now) > LONG
    days = max(0, (now - case.created_at).days) if case.is_open else 0
    return CardFacts(
        subtitle=str(case.contact or case.company or case.requester_name or ""),
        badges=[{"label": case.get_priority_display(), "tone": tone}] if tone else [],
        next=_next(case, since),
        age=ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days else "",
        due=("overdue" if long else "today") if waits else "",
    )


def _next(case: Case, since: datetime) -> SafeString:
    """What is next: an answer of ours, one of the customer, or nothing any more."""
    if not case.is_open:
        return format_html("{} {}", icon("check", "icon-sm"), when(case.resolved_at))
    if case.awaits_reply:
        said = format_html('<span class="visually-hidden">{}</span>', _("Not yet answered."))
        return format_html("{} {}{}", icon("message-exclamation", "icon-sm"), said, when(since))
    if case.status == Case.Status.PENDING:
        return format_html('<span class="quiet">{}</span>', _("Waiting for the customer"))
    return format_html("{} {}", icon("message", "icon-sm"), when(since))
