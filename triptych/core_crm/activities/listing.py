"""The list of activities: columns, filters, views."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, MultipleChoiceFilter

from triptych.core_crm.activities import access
from triptych.core_crm.activities.cards import card_facts
from triptych.core_crm.activities.list_fields import COMPLETING, EDITING, FIELDS
from triptych.core_crm.activities.models import Activity, ActivityQuerySet
from triptych.core_crm.activities.records import links_of
from triptych.core_crm.activities.sources import LOOKS
from triptych.core_crm.lists.filters import OwnerFilter
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.core_crm.rights.access import CHANGE, may
from triptych.platform.web.templatetags.parts import icon, person, when
from triptych.tenants.members.models import Member

VIEWS = {
    "mine": _("Mine to do"),
    "overdue": _("Overdue"),
    "today": _("Due today"),
    "open": _("Everybody's to do"),
    "all": _("All"),
}


def shown_in(
    view: str, activities: ActivityQuerySet, *, member: Member, now: datetime, done_since: datetime | None = None
) -> ActivityQuerySet:
    """What a view of the list shows; on a board also what was done since then, so that its last columns fill."""
    if view == "all":
        return activities
    is_open, is_recent = Q(status__in=Activity.OPEN_STATUSES), Q(status__gt="", updated_at__gte=done_since)
    shown = activities.filter(is_open | is_recent) if done_since else activities.open()
    if view == "open":
        return shown
    mine = shown.owned_by(member)
    if view == "overdue":
        return mine.overdue(now=now)
    if view == "today":
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return mine.due_between(midnight, midnight + timedelta(days=1))
    return mine


def tab_of(params: QueryDict) -> str:
    """The view that an address asks for: what is the member's own to do, unless it says another."""
    asked = params.get("view", "mine")
    return asked if asked in VIEWS else "mine"


def prepare(activities: list[Activity], member: Member) -> None:
    """Load what the activities of a page concern, in two queries, and say whether they can be ticked off."""
    links = links_of(activities, member)
    for activity in activities:
        activity.concerns = links.get(activity.pk, [])  # type: ignore[attr-defined]
        activity.may_be_ticked = bool(activity.status) and may(member, CHANGE, activity)  # type: ignore[attr-defined]


def _subject(activity: Activity) -> SafeString:
    may_be_ticked = getattr(activity, "may_be_ticked", False)
    check: Any = render_to_string("activities/check.html", {"activity": activity}) if may_be_ticked else ""
    css = "" if activity.is_open or not activity.status else "done"
    return format_html(
        '<span class="with-tick">{}<a class="clip {}" href="{}">{}</a>{}</span>',
        check or icon(LOOKS[activity.kind]), css, activity.get_absolute_url(), activity,
        format_html('<span class="quiet small visually-hidden">{}</span>', activity.get_kind_display()),
    )  # fmt: skip


def _concerns(activity: Activity) -> SafeString:
    links = getattr(activity, "concerns", [])
    return format_html_join(", ", '<a href="{}">{}</a>', ((link.url, link.title) for link in links[:2]))


class ActivityFilters(FilterSet):
    kind = MultipleChoiceFilter(label=_("Kind"), choices=Activity.Kind.choices)
    status = ChoiceFilter(label=_("Status"), choices=Activity.Status.choices)
    priority = ChoiceFilter(label=_("Priority"), choices=Activity.Priority.choices)
    owner = OwnerFilter()

    class Meta:
        model = Activity
        fields = ("kind", "status", "priority", "owner")


LIST = ListSpec(
    kind="activity",
    home="/activities/",
    model=Activity,
    records=lambda member: access.activities_visible_to(member).select_related("owner"),
    of_tab=lambda tab, rows, member, now: shown_in(tab, rows, member=member, now=now),
    tab_of=tab_of,
    label=_("Activities"),
    icon="calendar-check",
    what=_("Tasks, calls and meetings: what you promised to do, and what you did."),
    new=_("New activity"),
    columns=(
        Column("subject", _("Subject"), text=str, cell=_subject, order=("subject",), css="cell-main"),
        Column("concerns", _("About"), text=lambda activity: "", cell=_concerns, css="cell-sub"),
        Column(
            "due",
            _("Due"),
            text=attrgetter("due_at"),
            cell=lambda activity: when(activity.due_at, due=activity.is_open),
            order=("due_at",),
            css="cell-side",
        ),
        Column("kind", _("Kind"), text=lambda activity: str(activity.get_kind_display()), order=("kind",)),
        Column(
            "status",
            _("Status"),
            text=lambda activity: str(activity.get_status_display()),
            order=("status",),
            shown=False,
        ),
        Column("owner", _("Owner"), text=attrgetter("owner"), cell=lambda activity: person(activity.owner)),
        Column("priority", _("Priority"), text=lambda activity: str(activity.get_priority_display()), shown=False),
        Column(
            "at", _("When"), text=attrgetter("at"), cell=lambda activity: when(activity.at), order=("at",), shown=False
        ),
    ),
    filters=ActivityFilters,
    sort="due",
    fields=FIELDS,
    editing=EDITING,
    verbs=(COMPLETING,),
    ways=("table", "board", "calendar"),
    way_param="shape",
    board="status",
    cards=card_facts,
    day="due",
    calendar_home="/calendar/",
)
