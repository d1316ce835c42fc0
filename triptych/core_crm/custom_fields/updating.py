"""Giving a record values through the action of its own noun, for lists and imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.activities.actions import update_activity
from triptych.core_crm.cases.actions import update_case
from triptych.core_crm.contacts.actions import update_company, update_contact
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.deals.actions import update_deal
from triptych.core_crm.leads.actions import update_lead
from triptych.platform.refusals import Refused
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
        Refused: one does not fit, or leads to a record that the member does not see; it names the field.
    """
    kind = str(record._meta.model_name)
    for name, value in values.items():
        field = definitions.of(kind).find(name)
        key = getattr(value, "pk", value)
        if field is None or not field.target or not key or record.custom.get(field.key) == str(key):
            continue
        if not OBJECTS[field.target].visible_to(by).filter(pk=key).exists():
            raise Refused(_("There is no such record, or it is not yours to see."), field=field.form_name)
    return UPDATES[kind](**{kind: record}, by=by, now=now, custom=values)
