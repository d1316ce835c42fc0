"""The main records as custom fields meet them: who sees which, where they are picked, what the API calls them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from triptych.core_crm.activities.access import activities_visible_to
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.cases.access import cases_visible_to
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.access import deals_visible_to
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.leads.access import leads_visible_to
from triptych.core_crm.leads.models import Lead
from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class ObjectInfo:
    """One kind of main record. Only kinds with a `pick_url` can be linked to."""

    kind: str
    model: type[Model]
    visible_to: Callable[[Member], QuerySet[Any]]
    node: str
    plural: str
    pick_url: str = ""


OBJECTS = {
    info.kind: info
    for info in (
        ObjectInfo("contact", Contact, contacts_visible_to, "Contact", "contacts", "/contacts/pick/"),
        ObjectInfo("company", Company, companies_visible_to, "Company", "companies", "/companies/pick/"),
        ObjectInfo("lead", Lead, leads_visible_to, "Lead", "leads", "/leads/pick/"),
        ObjectInfo("deal", Deal, deals_visible_to, "Deal", "deals", "/deals/pick/"),
        ObjectInfo("case", Case, cases_visible_to, "Case", "cases", "/cases/pick/"),
        ObjectInfo("activity", Activity, activities_visible_to, "Activity", "activities", "/activities/pick/"),
    )
}

LINKABLE = tuple(info.kind for info in OBJECTS.values() if info.pick_url)
"""What a field can lead to."""
