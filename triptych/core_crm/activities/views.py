"""The pages of activities: the list, one activity, and ticking it off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.forms import ActivityForm
from triptych.core_crm.activities.listing import LIST, VIEWS, prepare, shown_in, tab_of
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.attendees import set_attendees
from triptych.core_crm.activities.planning.plan_fields import repeat_words
from triptych.core_crm.activities.records import RecordRef, links_of
from triptych.core_crm.activities.sources import LOOKS, TONES, activity_entry
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.lists.ways import view_url, way_of
from triptych.core_crm.rights.access import CREATE, as_seen, must_at_all, veiled
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

HOME = "/activities/"
RECENT = timedelta(days=30)
"""How long what is done stays on the board."""
PLANNED_KINDS = (Activity.Kind.TASK, Activity.Kind.CALL, Activity.Kind.MEETING)


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The list, with a view for each question: what is mine, what is late, what is for today."""
    view = tab_of(request.GET)
    listing = _listing(request)
    if way_of(listing) != "board":
        prepare(listing.page.rows, request.member)
    tabs = [Tab(label, view_url(listing, name), is_current=name == view) for name, label in VIEWS.items()]
    return list_page(request, listing, template="activities/index.html", tabs=tabs, view=view)


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    """Activities to choose from while somebody types, told apart by what they are."""
    seen = access.activities_visible_to(request.member)
    return picked(request, seen, "activity", lambda activity: activity.get_kind_display())


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="activities")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_see(request.member, pk)
    links = links_of([activity], request.member).get(activity.pk, [])
    look = {"icon": LOOKS[activity.kind], "tone": TONES[activity.kind]}
    people = veiled(request.member, activity.attendees.select_related("member", "contact").order_by("pk"))
    context = {"activity": activity, "links": links, "people": people, "plan_url": _plan_url(activity), **look}
    context["repeats"] = repeat_words(activity.rule) if activity.is_series else ""
    return render(request, "activities/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new activity of `?kind=`, about the record of `?on=contact:<id>` if there is one."""
    must_at_all(request.member, CREATE, Activity)
    kind = request.GET.get("kind", Activity.Kind.TASK)
    if kind not in Activity.Kind.values:
        raise Http404
    about = _record_named(request)
    form = ActivityForm(request.POST or None, kind=kind, member=request.member)
    if form.is_valid():
        with edits_shown(form), transaction.atomic():
            activity = actions.create_activity(
                kind=kind,
                records=[RecordRef(about.kind, about.id)] if about else [],
                by=request.member,
                now=clock.now(),
                **form.given(),
            )
            _invite(request, form, activity)
            toasts.show(request, _("%(what)s is added.") % {"what": activity}, undo=_url("delete", activity))
            return redirect(about.url if about else activity.get_absolute_url())
    on = f"&on={about.kind}:{about.id}" if about else ""
    kinds = [Tab(label, f"?kind={name}{on}", is_current=name == kind) for name, label in Activity.Kind.choices]
    return form_page(request, form, "activities/form.html", kinds=kinds, about=about)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_change(request.member, pk)
    form = ActivityForm(request.POST or None, kind=activity.kind, record=activity, member=request.member)
    if form.is_valid():
        with edits_shown(form), transaction.atomic():
            activity = actions.update_activity(
                activity=activity, version=form.seen_version, by=request.member, now=clock.now(), **form.given()
            )
            _invite(request, form, activity)
            toasts.show(request, _("Saved."))
            return redirect(activity)
    return form_page(request, form, "activities/form.html", record=activity)


def _invite(request: TenantRequest, form: ActivityForm, activity: Activity) -> None:
    if people := form.people:
        set_attendees(activity=activity, by=request.member, now=clock.now(), **people)


@require_POST
def complete(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_change(request.member, pk)
    try:
        activity = as_seen(
            request.member, actions.complete_activity(activity=activity, by=request.member, now=clock.now())
        )
    except Refused as refused:
        toasts.warn(request, refused.message)
        return _ticked(request, activity)
    toasts.show(request, _("Done: %(what)s.") % {"what": activity}, undo=_url("reopen", activity))
    return _ticked(request, activity)


@require_POST
def reopen(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_change(request.member, pk)
    try:
        activity = as_seen(
            request.member, actions.undo_completion(activity=activity, by=request.member, now=clock.now())
        )
    except Refused as refused:
        toasts.warn(request, refused.message)
    if activity.pk != pk and str(pk) in _came_from(request) and not request.htmx:
        return redirect(activity)  # the page that asked is no more: a series stands for it again
    return _ticked(request, activity)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_delete(request.member, pk)
    actions.delete_activity(activity=activity, by=request.member, now=clock.now())
    toasts.show(request, _("Deleted: %(what)s.") % {"what": activity}, undo=_url("restore", activity))
    if request.htmx:
        return HttpResponse()
    return redirect("activities:index")


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    activity = access.activity_to_restore(request.member, pk)
    actions.restore_activity(activity=activity, by=request.member, now=clock.now())
    toasts.show(request, _("Back again: %(what)s.") % {"what": activity})
    return redirect(_came_from(request) or activity.get_absolute_url())


def _url(act: str, activity: Activity) -> str:
    return reverse(f"activities:{act}", args=[activity.pk])


def _plan_url(activity: Activity) -> str:
    """Where its repeating, reminders and people are set; '' for what is on no calendar."""
    if activity.kind not in PLANNED_KINDS or activity.due_at is None:
        return ""
    at = {"at": activity.due_at.isoformat()} if activity.is_series else {}
    return f"{reverse('calendar:show', args=[activity.pk])}?{urlencode({**at, 'from': 'activity'})}"


def _listing(request: TenantRequest) -> Listing:
    visible = access.activities_visible_to(request.member).select_related("owner")
    now = clock.now()
    since = now - RECENT if LIST.way_of(request.GET) == "board" else None
    records = shown_in(tab_of(request.GET), visible, member=request.member, now=now, done_since=since)
    return Listing(LIST, records, request, home=HOME)


def _record_named(request: TenantRequest) -> Any:
    """The record that `?on=kind:id` names."""
    kind, _colon, text = request.GET.get("on", "").partition(":")
    if not kind:
        return None
    try:
        object_id = UUID(text)
    except ValueError as error:
        raise Http404 from error
    return access.record_to_link(request.member, RecordRef(kind, object_id))


def _ticked(request: TenantRequest, activity: Activity) -> HttpResponse:
    """The activity as the place that ticked it shows it: an entry of a timeline, a box in a list, or a whole page."""
    if request.htmx and "entry" in request.GET:
        return render(request, "components/timeline_entry.html", {"entry": activity_entry(activity)})
    if request.htmx:
        return render(request, "activities/check.html", {"activity": activity})
    return redirect(_came_from(request) or activity.get_absolute_url())


def _came_from(request: TenantRequest) -> str:
    """The page of ours that the request came from, if it says."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else ""
