"""The list of leads."""

from __future__ import annotations

from operator import attrgetter

import django_filters as filters
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.leads import access
from triptych.core_crm.leads.cards import card_facts
from triptych.core_crm.leads.list_fields import EDITING, FIELDS
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.cells import link_to, moment_column, owner_column
from triptych.core_crm.lists.filters import OwnerFilter
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.platform.web.templatetags import parts

STATUS_TONES = {
    Lead.Status.NEW: "blue",
    Lead.Status.ASSIGNED: "accent",
    Lead.Status.IN_PROCESS: "amber",
    Lead.Status.CONVERTED: "green",
    Lead.Status.RECYCLED: "violet",
    Lead.Status.DEAD: "",
}


class LeadFilters(filters.FilterSet):
    status = filters.MultipleChoiceFilter(
        choices=Lead.Status.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple
    )
    owner = OwnerFilter()
    source = filters.CharFilter(lookup_expr="icontains", label=_("Source contains"))
    created_from = filters.DateFilter(
        "created_at", "date__gte", label=_("Created from"), widget=forms.DateInput({"type": "date"})
    )
    created_until = filters.DateFilter(
        "created_at", "date__lte", label=_("Created until"), widget=forms.DateInput({"type": "date"})
    )


def status_tag(lead: Lead) -> SafeString:
    """The status of a lead, in its colour."""
    return parts.tag(lead.get_status_display(), STATUS_TONES[Lead.Status(lead.status)], "dot")


def _status(lead: Lead) -> str:
    return lead.get_status_display()


def _company(lead: Lead) -> str:
    return lead.company_name if lead.full_name else ""


LEADS = ListSpec(
    kind="lead",
    home="/leads/",
    model=Lead,
    records=lambda member: access.leads_visible_to(member).select_related("owner"),
    label=_("Leads"),
    icon="target-arrow",
    what=_("People who might buy, before you know them as contacts. Type them in, or bring them from a file."),
    new=_("New lead"),
    columns=(
        Column("name", pgettext_lazy("person", "Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
        Column("company", _("Company"), text=_company, order=("company_name", "sort_key"), css="cell-sub"),
        Column(
            "status", _("Status"), Lead.get_status_display, status_tag, order=("status", "sort_key"), css="cell-side"
        ),
        Column("source", _("Source"), text=attrgetter("source"), order=("source", "sort_key")),
        Column("email", _("Email"), text=attrgetter("email"), order=("email",)),
        Column("phone", _("Phone"), text=attrgetter("phone"), shown=False),
        owner_column(),
        moment_column("created_at", _("Created")),
        moment_column("updated_at", _("Changed"), shown=False),
    ),
    filters=LeadFilters,
    sort="-created",
    fields=FIELDS,
    editing=EDITING,
    ways=("table", "board", "calendar"),
    board="status",
    cards=card_facts,
    day="created",
)
