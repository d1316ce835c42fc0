"""The calendar: a day, a week or a month of one's own, of the team, of a colleague."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.listing import LIST
from triptych.core_crm.activities.models import Activity, ActivityQuerySet
from triptych.core_crm.activities.planning import page
from triptych.core_crm.activities.planning.actions import change_occurrence, delete_occurrence, restore_series
from triptych.core_crm.activities.planning.attendees import answer_invitation, set_attendees
from triptych.core_crm.activities.planning.forms import EventForm, MoveForm, WhichForm, moment_fields
from triptych.core_crm.activities.planning.window import occurrences
from triptych.core_crm.activities.records import RecordRef, links_of
from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.listing import AskedAs, Listing
from triptych.core_crm.lists.ways import ways_of
from triptych.core_crm.rights.access import CREATE, may, must_at_all, veiled
from triptych.core_crm.rights.levels import Act
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import in_dialog
from triptych.platform.web.tables import Tab
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

HOME = "/calendar/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """A view (`?view=`) around a day (`?date=`), of oneself, the team, everybody or a member (`?of=`)."""
    view = request.GET.get("view", "week")
    stretch = page.Stretch.of(view if view in page.VIEWS else "week", _date(request.GET.get("date", "")))
    whose = request.GET.get("of", "me")
    params = request.GET.copy()
    params["shape"] = "calendar"
    bar = Bar(Listing(LIST, access.activities_visible_to(request.member), AskedAs(request.member, params), home=HOME))
    bar.ways = ways_of(bar.listing, url=_way_url)
    found = occurrences(
        cast(ActivityQuerySet, bar.listing.matching), stretch.start, stretch.end, of=_members(request.member, whose)
    )
    today = timezone.localdate()
    context = {
        "stretch": stretch,
        "days": page.days_of(stretch, found, today=today),
        "hours": range(24),
        "whose": whose,
        "today": today,
        "tabs": [
            Tab(label, bar.listing.state(view=name, date=str(stretch.shown)), is_current=name == stretch.view)
            for name, label in page.VIEWS.items()
        ],
        "people": Member.objects.active().by_name().exclude(pk=request.member.pk),
        "here": request.get_full_path(),
        "bar": bar,
        "earlier": bar.listing.state(date=str(stretch.before)),
        "now": bar.listing.state(date=None),
        "later": bar.listing.state(date=str(stretch.later)),
        "one_day": f"{bar.listing.state(view='day', date=None)}&date=",
        "kept": [pair for pair in bar.kept if pair[0] != "of"],
    }
    part = "#calendar" if request.htmx else ""
    return render(request, f"calendar/index.html{part}", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new meeting, call or task at `?start=`, about the record of `?on=contact:<id>` if there is one."""
    must_at_all(request.member, CREATE, Activity)
    about = _about(request)
    start = request.GET.get("start", "")[:16]
    initial = {"start": start or _next_half_hour(), "kind": request.GET.get("kind", Activity.Kind.MEETING)}
    form = EventForm(request.POST or None, member=request.member, initial={**initial, "reminder": "15"})
    if form.is_valid():
        with refusals_shown(form), transaction.atomic():
            activity = actions.create_activity(
                kind=form.of_kind, records=about, by=request.member, now=clock.now(), **form.given()
            )
            _invite(request, form, activity)
            toasts.show(request, _("%(what)s is added.") % {"what": activity}, undo=_delete_url(activity))
            return _changed(request)
    return _dialog(request, form, title=_("New on the calendar"))


@require_http_methods(["GET", "POST"])
def show(request: TenantRequest, pk: UUID) -> HttpResponse:
    """One activity, at the moment `?at=` if it repeats: to be changed by who may, else to be read."""
    activity = access.activity_to_see(request.member, pk)
    moment = request.POST.get("occurs_at") or request.GET.get("at", "")
    if request.method == "POST":
        activity = access.activity_to_change(request.member, pk)
    initial = {"occurs_at": moment, **({"start": _moment(moment)} if moment else {})}
    form = EventForm(request.POST or None, member=request.member, activity=activity, initial=initial)
    if form.is_valid():
        with refusals_shown(form), transaction.atomic():
            version, by = form.cleaned_data["version"], request.member
            activity = change_occurrence(
                activity=activity, version=version, by=by, now=clock.now(), **form.chosen(), **form.given()
            )
            _invite(request, form, activity)
            toasts.show(request, _("Saved."))
            return redirect(activity) if request.GET.get("from") == "activity" else _changed(request)
    if not may(request.member, Act.CHANGE, activity):
        form = None  # type: ignore[assignment]
    return _dialog(request, form, title=str(activity), activity=activity, at=moment)


@require_http_methods(["GET", "POST"])
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Another time: dragged there (POST), or chosen in a dialog. Of what repeats it asks how much of it is meant."""
    activity = access.activity_to_change(request.member, pk)
    data = request.POST or None
    moment = request.GET.get("at", "")
    form = MoveForm(data, initial={"occurs_at": moment, "start": _moment(moment) or activity.due_at}, label_suffix="")
    asks = activity.is_series and data is not None and not data.get("which")
    if not asks and form.is_valid():
        with refusals_shown(form):
            fields = moment_fields(activity.kind, form.cleaned_data["start"], form.cleaned_data["minutes"])
            before, minutes = form.cleaned_data["occurs_at"] or activity.due_at, activity.duration_minutes
            moved = change_occurrence(activity=activity, by=request.member, now=clock.now(), **form.chosen(), **fields)
            toasts.show(request, _("Moved: %(what)s.") % {"what": activity}, undo=_back_url(moved, before, minutes))
            return _changed(request)
    if not activity.is_series:
        del form.fields["which"]
    url = reverse("calendar:move", args=[pk])
    return _dialog(request, form, title=_("Move: %(what)s") % {"what": activity}, url=url)


@require_POST
def move_back(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Undo a move: the activity goes to the time `?to=` again, and lasts `?minutes=`."""
    activity = access.activity_to_change(request.member, pk)
    to, minutes = _moment(request.GET.get("to", "")), request.GET.get("minutes", "")
    if to is None or timezone.is_naive(to) or activity.is_series or not clock.is_shown_everywhere(to):
        raise Http404
    lasting = int(minutes) if minutes.isdecimal() and len(minutes) < 7 else None
    fields = moment_fields(activity.kind, to, lasting)
    try:
        actions.update_activity(activity=activity, by=request.member, now=clock.now(), **fields)
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("Back again: %(what)s.") % {"what": activity})
    return redirect(HOME)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_delete(request.member, pk)
    form = WhichForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        gone = delete_occurrence(activity=activity, by=request.member, now=clock.now(), **form.chosen())
    except Refused as refused:
        toasts.warn(request, refused.message)
        return _changed(request)
    undo = reverse("calendar:restore", args=[gone.pk]) if gone.deleted_at else ""
    toasts.show(request, _("Deleted: %(what)s.") % {"what": activity}, undo=undo)
    return _changed(request)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_restore(request.member, pk)
    restore_series(activity=activity, by=request.member, now=clock.now())
    toasts.show(request, _("Back again: %(what)s.") % {"what": activity})
    return redirect(HOME)


@require_POST
def answer(request: TenantRequest, pk: UUID) -> HttpResponse:
    """What the member answers to an invitation of their own."""
    activity = access.activity_to_see(request.member, pk)
    mine = activity.attendees.filter(member=request.member).first()
    if mine is None:
        raise Http404
    try:
        answer_invitation(attendee=mine, answer=request.POST.get("answer", ""), by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("Your answer is noted."))
    return _changed(request)


def _invite(request: TenantRequest, form: EventForm, activity: Activity) -> None:
    if {"members", "contacts"} & set(form.changed_data):
        typed = form.cleaned_data
        people = {"members": typed["members"], "contacts": typed["contacts"]}
        set_attendees(activity=activity, by=request.member, now=clock.now(), **people)


def _changed(request: TenantRequest) -> HttpResponse:
    """Tell the calendar to show itself anew; a browser without htmx goes back to it."""
    if request.htmx:
        return HttpResponse(headers={"HX-Trigger": "done, calendar-changed"})
    return redirect(HOME)


def _dialog(
    request: TenantRequest, form: Any, *, title: str, activity: Activity | None = None, at: str = "", url: str = ""
) -> HttpResponse:
    asked = activity.attendees.select_related("member", "contact").order_by("pk") if activity else ()
    people = veiled(request.member, asked)
    context = {
        "form": form,
        "title": title,
        "url": url or request.get_full_path(),
        "activity": activity,
        "at": at,
        "people": people,
        "mine": next((one for one in people if one.member_id == request.member.pk), None),
        "links": links_of([activity], request.member).get(activity.pk, []) if activity else [],
        "may_delete": activity is not None and may(request.member, Act.DELETE, activity),
    }
    template = "calendar/dialog.html" if request.htmx else "calendar/dialog_page.html"
    status = 422 if form is not None and form.is_bound and form.errors else 200
    response = render(request, template, context, status=status)
    return in_dialog(response) if request.htmx and request.method == "POST" else response


def _about(request: TenantRequest) -> list[RecordRef]:
    kind, _colon, text = request.GET.get("on", "").partition(":")
    if not kind:
        return []
    try:
        ref = RecordRef(kind, UUID(text))
    except ValueError as error:
        raise Http404 from error
    access.record_to_see(request.member, ref)
    return [ref]


def _way_url(listing: Listing, way: str) -> str:
    """The same activities as a table or a board of the list, or here."""
    if way == "calendar":
        return listing.url()
    shape = None if way == LIST.ways[0] else way
    return f"{LIST.home}{listing.state(view='all', shape=shape, of=None, date=None)}"


def _members(member: Member, whose: str) -> list[UUID] | None:
    """Whose calendar is asked for; None for everybody's."""
    if whose == "all":
        return None
    if whose == "team":
        return page.team_of(member)
    try:
        return [UUID(whose)]
    except ValueError:
        return [member.pk]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _next_half_hour() -> datetime:
    now = timezone.localtime().replace(second=0, microsecond=0)
    return now + timedelta(minutes=30 - now.minute % 30)


def _back_url(moved: Activity, before: datetime | None, minutes: int | None) -> str:
    """What undoes a move. Not of a series: its later moments may have been changed one by one since."""
    if before is None or moved.is_series:
        return ""
    time = urlencode({"to": before.isoformat(), "minutes": minutes or ""})
    return f"{reverse('calendar:move_back', args=[moved.pk])}?{time}"


def _delete_url(activity: Activity) -> str:
    return reverse("activities:delete", args=[activity.pk])
