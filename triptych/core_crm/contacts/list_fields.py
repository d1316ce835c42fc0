"""What the lists of contacts and companies know of them: fields to filter, group and change in bulk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts import access, actions
from triptych.core_crm.contacts.forms import CompanyForm, ContactForm
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import Field, Type, field_of

_COMPANIES: dict[str, Any] = {"records": access.companies_visible_to, "pick_url": "/companies/pick/"}

CONTACT_FIELDS = (
    field_of(Contact, "owner", _("Owner")),
    field_of(Contact, "last_name"),
    field_of(Contact, "first_name"),
    field_of(Contact, "salutation", can_group=True),
    field_of(Contact, "job_title", can_group=True),
    Field("company", _("Company"), Type.RECORD, "company_links__company", many=True, **_COMPANIES),
    field_of(Contact, "email", _("Email"), type=Type.TEXT),
    field_of(Contact, "do_not_call"),
    field_of(Contact, "do_not_email"),
    field_of(Contact, "description"),
    field_of(Contact, "created_at", _("Created"), as_name="created"),
    field_of(Contact, "updated_at", _("Changed"), as_name="updated"),
)

COMPANY_FIELDS = (
    field_of(Company, "owner", _("Owner")),
    field_of(Company, "name"),
    field_of(Company, "type"),
    field_of(Company, "industry", can_group=True),
    field_of(Company, "number_of_employees", as_name="employees"),
    field_of(Company, "annual_revenue", type=Type.MONEY, as_name="revenue", currency="currency"),
    field_of(Company, "currency", can_group=True),
    field_of(Company, "domain"),
    field_of(Company, "website"),
    field_of(Company, "phone"),
    field_of(Company, "founded_year"),
    field_of(Company, "parent", _("Belongs to"), **_COMPANIES),
    field_of(Company, "description"),
    field_of(Company, "created_at", _("Created"), as_name="created"),
    field_of(Company, "updated_at", _("Changed"), as_name="updated"),
)

CONTACT_EDITING = Editing(
    noun="contact",
    form=ContactForm,
    fields=("owner", "job_title", "salutation", "do_not_call", "do_not_email", "description"),
    to_change=access.contact_to_change,
    to_restore=access.contact_to_restore,
    update=actions.update_contact,
    delete=actions.delete_contact,
    restore=actions.restore_contact,
)

COMPANY_EDITING = Editing(
    noun="company",
    form=CompanyForm,
    fields=(
        "owner", "type", "industry", "parent", "annual_revenue", "currency", "number_of_employees", "founded_year",
        "website", "domain", "phone", "description",
    ),
    to_change=access.company_to_change,
    to_restore=access.company_to_restore,
    update=actions.update_company,
    delete=actions.delete_company,
    restore=actions.restore_company,
)  # fmt: skip
