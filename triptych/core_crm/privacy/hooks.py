"""What privacy contributes to the generic hooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from triptych.core_crm.duplicates.hookspecs import WeakLink
from triptych.core_crm.privacy import consenting
from triptych.core_crm.privacy.models import Consent
from triptych.core_crm.privacy.people import Person
from triptych.core_crm.privacy.rows import PersonRows
from triptych.core_crm.rights.access import CHANGE, may
from triptych.platform.plugins import Fragment, hookimpl
from triptych.tenants.members.models import Member

SLOTS = {"contact_side": "contact", "lead_side": "lead"}


@hookimpl
def person_data(person: Person, now: datetime) -> list[PersonRows]:
    """Core's rows in which a person is."""
    from triptych.core_crm.privacy.core_rows import rows_of

    return rows_of(person, now)


@hookimpl
def weak_links() -> list[WeakLink]:
    """Consents go with the record."""
    return [WeakLink(Consent, "object_id", "kind")]


@hookimpl
def slot(name: str, page: Mapping[str, Any], member: Member) -> list[Fragment]:
    """Beside a contact or lead: what they agreed to, and the way to all that is known of them. One statement."""
    kind = SLOTS.get(name)
    if kind is None:
        return []
    record = page[kind]
    consents = consenting.consents_of(record)
    context = {
        "kind": kind,
        "record": record,
        "holding": consenting.holding(consents),
        "may_change": may(member, CHANGE, record),
        "has_history": bool(consents),
    }
    return [Fragment("privacy/side.html", context, position=80)]
