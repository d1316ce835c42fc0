"""The table of deals."""

from __future__ import annotations

from operator import attrgetter

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals import access
from triptych.core_crm.deals.cards import card_facts
from triptych.core_crm.deals.list_fields import EDITING, FIELDS
from triptych.core_crm.deals.models import Deal, DealQuerySet, ForecastCategory, Pipeline, Stage
from triptych.core_crm.deals.templatetags.deals import lasted
from triptych.core_crm.lists.cells import link_of, link_to, name_of, owner_name, owner_of, when_of
from triptych.core_crm.lists.filters import OwnerFilter, RelatedFilter
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.platform import clock
from triptych.platform.web.templatetags import parts

STATES = (("open", _("Open")), ("won", _("Won")), ("lost", _("Lost")))
DAY = forms.DateInput({"type": "date"})


class DealFilters(filters.FilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="filter_state", empty_label=_("Any"))
    pipeline = RelatedFilter(queryset=Pipeline.objects.alive(), label=_("Pipeline"))
    stage = filters.ModelMultipleChoiceFilter(
        label=_("Stage"),
        queryset=Stage.objects.active().select_related("pipeline").order_by("pipeline__position", "position", "pk"),
        widget=forms.CheckboxSelectMultiple,
    )
    owner = OwnerFilter()
    stale = filters.ChoiceFilter(
        label=_("Time in stage"), choices=[("yes", _("Stale"))], method="filter_stale", empty_label=_("Any")
    )
    forecast_category = filters.ChoiceFilter(label=_("Forecast category"), choices=ForecastCategory.choices)
    amount_from = filters.NumberFilter("amount", "gte", label=_("Amount from"))
    amount_to = filters.NumberFilter("amount", "lte", label=_("Amount up to"))
    closes_from = filters.DateFilter("close_date", "gte", label=_("Closes from"), widget=DAY)
    closes_until = filters.DateFilter("close_date", "lte", label=_("Closes until"), widget=DAY)
    company = RelatedFilter(queryset=Company.objects.alive(), label=_("Company"))
    contact = RelatedFilter(queryset=Contact.objects.alive(), label=_("Contact"), method="filter_contact")

    def filter_state(self, deals: DealQuerySet, _name: str, state: str) -> QuerySet[Deal]:
        return {"open": deals.open, "won": deals.won, "lost": deals.lost}[state]()

    def filter_stale(self, deals: DealQuerySet, _name: str, _stale: str) -> QuerySet[Deal]:
        return deals.stale(clock.now())

    def filter_contact(self, deals: DealQuerySet, _name: str, contact: Contact) -> QuerySet[Deal]:
        return deals.of_contact(contact.pk)


def stage_tag(deal: Deal) -> SafeString:
    """The stage of a deal as a word in its colour."""
    tone = "green" if deal.stage.is_won else "red" if deal.stage.is_lost else "accent"
    return parts.tag(deal.stage.name, tone, "dot")


def _amount(deal: Deal) -> SafeString:
    return parts.money(deal.amount, deal.currency)


def _weighted(deal: Deal) -> SafeString:
    return parts.money(deal.weighted_amount, deal.currency)


def _days_in_stage(deal: Deal) -> int:
    return deal.time_in_stage(now=clock.now()).days


def _in_stage(deal: Deal) -> SafeString | str:
    """How long it has stood in its stage, marked when that is too long."""
    now = clock.now()
    said = lasted(deal.time_in_stage(now=now))
    return format_html("{} {}", said, parts.tag(_("Stale"), "amber")) if deal.is_stale(now=now) else said


LIST = ListSpec(
    kind="deal",
    home="/deals/",
    model=Deal,
    records=lambda member: access.deals_visible_to(member).for_cards(),
    label=_("Deals"),
    icon="layout-kanban",
    what=_("What somebody may buy, on its way from the first talk to won or lost."),
    new=_("New deal"),
    columns=(
        Column("name", _("Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
        Column(
            "company",
            _("Company"),
            text=name_of("company"),
            cell=link_of("company"),
            order=("company_order", "sort_key"),
            css="cell-sub",
            sorts_few=True,
        ),
        Column("contact", _("Contact"), text=name_of("primary_contact"), cell=link_of("primary_contact"), shown=False),
        Column(
            "stage",
            _("Stage"),
            text=name_of("stage"),
            cell=stage_tag,
            order=("stage__position", "sort_key"),
            sorts_few=True,
        ),
        Column(
            "amount", _("Amount"), text=attrgetter("amount"), cell=_amount, order=("amount",), css="number cell-side"
        ),
        Column("currency", _("Currency"), text=attrgetter("currency"), shown=False),
        Column(
            "weighted", _("Weighted"), text=attrgetter("weighted_amount"), cell=_weighted, css="number", shown=False
        ),
        Column(
            "in_stage", _("In stage"), text=_days_in_stage, cell=_in_stage, order=("-entered_stage_at",), shown=False
        ),
        Column(
            "close_date",
            _("Expected close"),
            text=attrgetter("close_date"),
            cell=lambda deal: parts.when(deal.close_date, due=deal.is_open),
            order=("close_date",),
        ),
        Column(
            "closed",
            _("Closed"),
            text=attrgetter("closed_at"),
            cell=when_of("closed_at"),
            order=("closed_at",),
            shown=False,
        ),
        Column("owner", _("Owner"), text=owner_name, cell=owner_of),
        Column(
            "created", _("Created"), text=attrgetter("created_at"), cell=when_of("created_at"), order=("created_at",)
        ),
    ),
    filters=DealFilters,
    sort="-created",
    fields=FIELDS,
    editing=EDITING,
    ways=("board", "table", "calendar"),
    board="stage",
    cards=card_facts,
    day="close_date",
)
