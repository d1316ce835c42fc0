"""The lists of contacts and of companies."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import django_filters as filters
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.contacts import access
from triptych.core_crm.contacts.cards import company_cards, contact_cards
from triptych.core_crm.contacts.channels import spoken_phone
from triptych.core_crm.contacts.list_fields import COMPANY_EDITING, COMPANY_FIELDS, CONTACT_EDITING, CONTACT_FIELDS
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.lists.cells import link_of, link_to, moment_column, name_of, owner_column
from triptych.core_crm.lists.filters import OwnerFilter, RelatedFilter
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.core_crm.money import own_currency
from triptych.platform.web.templatetags import parts

TYPE_TONES = {"customer": "green", "partner": "violet", "competitor": "red", "supplier": "blue"}


class ContactFilters(filters.FilterSet):
    owner = OwnerFilter()
    job_title = filters.CharFilter(lookup_expr="icontains", label=_("Job title contains"))
    do_not_email = filters.BooleanFilter(
        label=_("Do not email"), widget=forms.Select(choices=(("", _("Any")), ("true", _("Yes")), ("false", _("No"))))
    )
    created_from = filters.DateFilter(
        "created_at", "date__gte", label=_("Created from"), widget=forms.DateInput({"type": "date"})
    )
    created_until = filters.DateFilter(
        "created_at", "date__lte", label=_("Created until"), widget=forms.DateInput({"type": "date"})
    )
    company = RelatedFilter(
        field_name="company_links__company", queryset=Company.objects.alive(), label=_("Company"), distinct=True
    )


class CompanyFilters(filters.FilterSet):
    type = filters.MultipleChoiceFilter(
        choices=Company.Type.choices, label=_("Type"), widget=forms.CheckboxSelectMultiple
    )
    owner = OwnerFilter()
    industry = filters.CharFilter(lookup_expr="icontains", label=_("Industry contains"))
    employees_from = filters.NumberFilter("number_of_employees", "gte", label=_("Employees from"), min_value=0)
    parent = RelatedFilter(queryset=Company.objects.alive(), label=_("Belongs to"))


def _email(contact: Contact) -> str:
    return contact.primary_email


def _phone(contact: Contact) -> str:
    return spoken_phone(contact.primary_phone)


def _type(company: Company) -> SafeString:
    return parts.tag(company.get_type_display(), TYPE_TONES.get(company.type, ""))


def _revenue(company: Company) -> Any:
    return parts.money(company.annual_revenue, company.currency or own_currency())


CONTACTS = ListSpec(
    kind="contact",
    home="/contacts/",
    model=Contact,
    records=lambda member: access.contacts_visible_to(member).select_related("owner").with_companies(),
    label=_("Contacts"),
    icon="address-book",
    what=_("The people you sell to, work with and answer. Type the first ones in, or bring them from a file."),
    new=_("New contact"),
    columns=(
        Column("name", pgettext_lazy("person", "Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
        Column("company", _("Company"), text=name_of("company"), cell=link_of("company"), css="cell-sub"),
        Column("job_title", _("Job title"), attrgetter("job_title"), order=("job_title", "sort_key"), shown=False),
        Column("email", _("Email"), text=_email, order=("email",)),
        Column("phone", _("Phone"), text=_phone),
        owner_column(css="cell-side"),
        moment_column("created_at", _("Created"), shown=False),
        moment_column("updated_at", _("Changed"), shown=False),
    ),
    filters=ContactFilters,
    sort="name",
    fields=CONTACT_FIELDS,
    editing=CONTACT_EDITING,
    ways=("table", "board", "calendar"),
    cards=contact_cards,
    day="created",
)

COMPANIES = ListSpec(
    kind="company",
    home="/companies/",
    model=Company,
    records=lambda member: access.companies_visible_to(member).select_related("owner", "parent"),
    label=_("Companies"),
    icon="building",
    what=_("The businesses your contacts work for. Type the first ones in, or bring them from a file."),
    new=_("New company"),
    columns=(
        Column("name", _("Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
        Column(
            "type", _("Type"), text=Company.get_type_display, cell=_type, order=("type", "sort_key"), css="cell-side"
        ),
        Column("industry", _("Industry"), text=attrgetter("industry"), order=("industry", "sort_key"), css="cell-sub"),
        Column(
            "employees",
            _("Employees"),
            text=attrgetter("number_of_employees"),
            cell=lambda company: parts.figure(company.number_of_employees),
            order=("number_of_employees",),
            css="number",
        ),
        Column(
            "revenue",
            _("Annual revenue"),
            text=attrgetter("annual_revenue"),
            cell=_revenue,
            order=("annual_revenue",),
            css="number",
        ),
        Column("domain", _("Domain"), text=attrgetter("domain"), order=("domain",)),
        Column("parent", _("Belongs to"), text=name_of("parent"), cell=link_of("parent"), shown=False),
        owner_column(),
        moment_column("created_at", _("Created")),
    ),
    filters=CompanyFilters,
    sort="name",
    fields=COMPANY_FIELDS,
    editing=COMPANY_EDITING,
    ways=("table", "board", "calendar"),
    board="type",
    cards=company_cards,
    day="created",
)
