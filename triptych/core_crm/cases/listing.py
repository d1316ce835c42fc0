"""The list of cases: columns, filters, views."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

import django_filters as filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases import access, clocks
from triptych.core_crm.cases.cards import PRIORITY_TONES, card_facts
from triptych.core_crm.cases.list_fields import EDITING, FIELDS
from triptych.core_crm.cases.models import Case, CaseQuerySet, Queue
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.lists.cells import link_of, name_of, owner_name, owner_of, when_of
from triptych.core_crm.lists.filters import OwnerFilter, RelatedFilter
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.platform.web.templatetags import parts
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STATUS_TONES = {"new": "blue", "assigned": "accent", "pending": "amber", "closed": "green"}
VIEWS = {
    "open": _("Open"),
    "mine": _("Mine"),
    "queues": _("My queues"),
    "unassigned": _("Nobody's"),
    "waiting": _("Not yet answered"),
    "pending": _("Waiting for the customer"),
    "all": _("All"),
}


def shown_in(view: str, cases: CaseQuerySet, *, member: Member, resolved_since: datetime | None = None) -> CaseQuerySet:
    """What a view of the list shows; on a board also what was resolved since then, so that its last columns fill."""
    if view == "all":
        return cases
    recent = Q(resolved_at__gte=resolved_since)
    cases = cases.filter(Q(status__in=Case.OPEN_STATUSES) | recent) if resolved_since else cases.open()
    if view == "mine":
        return cases.filter(owner=member)
    if view == "queues":
        return cases.filter(queue__in=Queue.objects.of_member(member))
    if view == "unassigned":
        return cases.unassigned()
    if view == "waiting":
        return cases.filter(awaits_reply=True)
    if view == "pending":
        return cases.filter(status=Case.Status.PENDING)
    return cases


def tab_of(params: QueryDict) -> str:
    """The view that an address asks for: those that are open, unless it says what else is wanted."""
    asked = params.get("view", "")
    narrowed = {"status", "company", "contact"} & params.keys()
    return asked if asked in VIEWS else "all" if narrowed else "open"


class CaseFilters(filters.FilterSet):
    status = filters.MultipleChoiceFilter(
        choices=Case.Status.choices, label=_("Status"), widget=forms.CheckboxSelectMultiple
    )
    priority = filters.MultipleChoiceFilter(
        choices=Case.Priority.choices, label=_("Priority"), widget=forms.CheckboxSelectMultiple
    )
    type = filters.ChoiceFilter(choices=Case.Type.choices, label=_("Type"), empty_label=_("Any"))
    queue = filters.ModelChoiceFilter(queryset=Queue.objects.alive().in_order(), label=_("Queue"), empty_label=_("Any"))
    owner = OwnerFilter()
    company = RelatedFilter(queryset=Company.objects.alive(), label=_("Company"))
    contact = RelatedFilter(queryset=Contact.objects.alive(), label=_("Contact"))


def status_tag(case: Case) -> SafeString:
    """The status of a case as a word in its colour."""
    return parts.tag(case.get_status_display(), STATUS_TONES.get(case.status, ""), "dot")


def priority_tag(case: Case) -> SafeString:
    """The priority of a case, loud when it is high."""
    tone = PRIORITY_TONES.get(case.priority)
    return parts.tag(case.get_priority_display(), tone) if tone else format_html("{}", case.get_priority_display())


def _subject(case: Case) -> SafeString:
    waits = parts.icon("message-exclamation", "icon-sm") if case.awaits_reply and case.is_open else ""
    said = format_html('<span class="visually-hidden">{}</span>', _("Not yet answered.")) if waits else ""
    return format_html(
        '<span class="waits">{}{}</span> <a href="{}"><span class="quiet">#{}</span> {}</a>',
        waits, said, case.get_absolute_url(), case.number, case.subject,
    )  # fmt: skip


def _clock(name: str, label: StrOrPromise, *, order: tuple[str, ...] = (), shown: bool = False) -> Column:
    """A column of working time. By those who wait it sorts with the longest wait last, as other durations."""
    return Column(
        name, label, clocks.text(name), clocks.shown(name), order,
        shown=shown, sorts_few=bool(order), prepare=clocks.measure,
    )  # fmt: skip


LIST = ListSpec(
    kind="case",
    home="/cases/",
    model=Case,
    records=lambda member: access.cases_visible_to(member).for_rows(),
    of_tab=lambda tab, cases, member, now: shown_in(tab, cases, member=member),
    tab_of=tab_of,
    label=_("Cases"),
    icon="lifebuoy",
    what=_("What customers ask and complain of, and the conversation about it."),
    new=_("New case"),
    columns=(
        Column("subject", _("Subject"), text=str, cell=_subject, order=("number",), css="cell-main"),
        Column(
            "status", _("Status"), text=Case.get_status_display, cell=status_tag, order=("status",), css="cell-side"
        ),
        Column("priority", _("Priority"), text=Case.get_priority_display, cell=priority_tag),
        Column("contact", _("Contact"), text=name_of("contact"), cell=link_of("contact"), css="cell-sub"),
        Column("company", _("Company"), text=name_of("company"), cell=link_of("company")),
        Column("queue", _("Queue"), text=name_of("queue"), order=("queue__position",), shown=False, sorts_few=True),
        Column("owner", _("Owner"), text=owner_name, cell=owner_of),
        _clock("waiting", _("Waiting"), order=("-waiting",), shown=True),
        Column(
            "last_message",
            _("Last message"),
            text=attrgetter("last_message_at"),
            cell=when_of("last_message_at"),
            order=("last_message_at",),
            shown=False,
        ),
        _clock("first_response", _("Time to first response")),
        _clock("resolution", _("Time to resolution")),
        Column("type", _("Type"), text=Case.get_type_display, shown=False),
        Column("origin", _("Origin"), text=Case.get_origin_display, shown=False),
        Column(
            "created",
            _("Opened"),
            text=attrgetter("created_at"),
            cell=when_of("created_at"),
            order=("created_at",),
            shown=False,
        ),
        Column(
            "resolved",
            _("Resolved"),
            text=attrgetter("resolved_at"),
            cell=when_of("resolved_at"),
            order=("resolved_at",),
            shown=False,
        ),
    ),
    filters=CaseFilters,
    sort="-subject",
    fields=FIELDS,
    editing=EDITING,
    ways=("table", "board", "calendar"),
    way_param="shape",
    board="status",
    cards=card_facts,
    day="created",
)
