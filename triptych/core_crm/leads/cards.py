"""What the cards of a board show of leads: the company, the source, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from triptych.core_crm.activities.upcoming import next_due, next_on_card
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.cards import CardFacts
from triptych.tenants.members.models import Member


def card_facts(leads: Sequence[Lead], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these leads, by their keys; one statement."""
    due = next_due([lead.pk for lead in leads], member)
    facts = {}
    for lead in leads:
        said, soon = next_on_card(lead.pk, due, now=now) if lead.is_open else ("", "")
        facts[lead.pk] = CardFacts(
            subtitle=lead.company_name if lead.full_name else "",
            badges=[{"label": lead.source, "tone": ""}] if lead.source else [],
            next=said or lead.lost_reason,
            due=soon,
        )
    return facts
