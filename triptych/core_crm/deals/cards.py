"""What the cards of a board show of deals: company, amount, what comes next, how long it has stood there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.deals.due import due_of
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.lists.cards import CardFacts
from triptych.platform.plugins import hooks
from triptych.platform.web.templatetags.parts import icon, money, when
from triptych.tenants.members.models import Member


def card_facts(deals: Sequence[Deal], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these deals, by their keys; one statement, and what plugins need for their badges."""
    due = next_due([deal.pk for deal in deals], member)
    badges = hooks.gather_rows("deal_badges", deals=deals, now=now)
    return {
        deal.pk: CardFacts(
            subtitle=deal.company.name if deal.company else "",
            amount=money(deal.amount, deal.currency) if deal.amount is not None else "",
            badges=_badges(deal, badges.get(deal.pk, ()), now=now),
            next=_next(deal, due),
            age=_age(deal, now),
            due=due_of(deal, due, now=now),
        )
        for deal in deals
    }


def _next(deal: Deal, due: dict[UUID, datetime | None]) -> SafeString:
    """What comes next: the next open activity, else the next step's date, else that there is none."""
    if not deal.is_open:
        return format_html("{} {}", icon("check" if deal.is_won else "x", "icon-sm"), when(deal.closed_at))
    if deal.pk in due and due[deal.pk] is not None:
        return format_html("{} {}", icon("calendar-check", "icon-sm"), when(due[deal.pk], due=True))
    if deal.next_step_date:
        return format_html("{} {}", icon("arrow-right", "icon-sm"), when(deal.next_step_date, due=True))
    if deal.next_step or deal.pk in due:
        return format_html("{} {}", icon("arrow-right", "icon-sm"), deal.next_step or _("Task without a date"))
    return format_html('<span class="quiet">{}</span>', _("No next step"))


def _badges(deal: Deal, contributed: Iterable[Any], *, now: datetime) -> list[dict[str, Any]]:
    stale = [{"label": _("Stale"), "tone": "amber"}] if deal.is_stale(now=now) else []
    return [*stale, *({"label": badge.label, "tone": badge.colour} for badge in contributed)]


def _age(deal: Deal, now: datetime) -> str:
    """How long it has stood in its stage, in days; nothing on its first day."""
    days = max(0, deal.time_in_stage(now=now).days)
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days and deal.is_open else ""
