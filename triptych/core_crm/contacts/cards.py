"""What the cards of a board show of contacts and companies: what they are, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from triptych.core_crm.activities.upcoming import next_due, next_on_card
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.lists.cards import CardFacts
from triptych.tenants.members.models import Member


def contact_cards(contacts: Sequence[Contact], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these contacts, by their keys; one statement."""
    subtitles = {contact.pk: str(contact.company or contact.job_title) for contact in contacts}
    return _with_next(subtitles, member, now)


def company_cards(companies: Sequence[Company], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    """The facts of these companies, by their keys; one statement."""
    return _with_next({company.pk: company.industry for company in companies}, member, now)


def _with_next(subtitles: dict[UUID, str], member: Member, now: datetime) -> dict[UUID, CardFacts]:
    due = next_due(list(subtitles), member)
    facts = {}
    for key, subtitle in subtitles.items():
        said, soon = next_on_card(key, due, now=now) if key in due else ("", "")
        facts[key] = CardFacts(subtitle=subtitle, next=said, due=soon)
    return facts
