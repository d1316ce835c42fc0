"""Giving a record values through the action of its own noun, for lists and imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from triptych.core_crm.activities.actions import update_activity
from triptych.core_crm.cases.actions import update_case
from triptych.core_crm.contacts.actions import update_company, update_contact
from triptych.core_crm.deals.actions import update_deal
from triptych.core_crm.leads.actions import update_lead
from triptych.tenants.members.models import Member

UPDATES: Mapping[str, Callable[..., Any]] = {
    "contact": update_contact,
    "company": update_company,
    "lead": update_lead,
    "deal": update_deal,
    "case": update_case,
    "activity": update_activity,
}


def update_values(record: Any, values: Mapping[str, Any], *, by: Member, now: datetime) -> Any:
    """Change values of a record, by the ids or API names of their fields, as its page does.

    Raises:
        Refused: one does not fit; it names the field.
    """
    kind = str(record._meta.model_name)
    return UPDATES[kind](**{kind: record}, by=by, now=now, custom=values)
