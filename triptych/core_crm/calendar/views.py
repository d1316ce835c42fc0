"""Settings: working hours, holidays and own days. Everybody may look; owners and admins change."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.calendar import access, actions
from triptych.core_crm.calendar.days import CHOICES, chosen_day
from triptych.core_crm.calendar.forms import CalendarForm, OwnDayForm, weekday_names
from triptych.core_crm.calendar.holidays import holidays_in
from triptych.core_crm.calendar.hours import is_open
from triptych.core_crm.calendar.models import BusinessCalendar, spans_in
from triptych.core_crm.calendar.typing_hours import spans_shown
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.templatetags.parts import weekday
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """All calendars with their weeks, and whether people work now."""
    now = clock.now()
    shown = [
        {
            "calendar": calendar,
            "week": _week(calendar),
            "is_open": is_open(calendar.working_hours(), now),
            "holidays": _holidays(calendar)[:4],
        }
        for calendar in access.calendars_visible_to(request.member).in_order()
    ]
    return render(request, "business_calendar/index.html", {"shown": shown})


@require_GET
def day(request: TenantRequest, choice: str) -> JsonResponse:
    """The day that one of the quick choices beside a date means today."""
    if choice not in CHOICES:
        raise Http404
    found = chosen_day(choice, today=timezone.localdate(clock.now()))
    return JsonResponse({"day": found.isoformat(), "said": weekday(found)})


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    calendar = BusinessCalendar()
    form = CalendarForm(request.POST or None, calendar=calendar)
    if form.is_valid():
        with refusals_shown(form):
            made = actions.create_calendar(by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("The calendar is there. Add the days on which you work otherwise."))
            return redirect(made)
    return _page(request, form, calendar)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    calendar = access.calendar_to_change(request.member, pk)
    form = CalendarForm(request.POST or None, calendar=calendar)
    if form.is_valid():
        with refusals_shown(form):
            version, by = form.cleaned_data["version"], request.member
            actions.update_calendar(calendar=calendar, version=version, by=by, now=clock.now(), **form.given())
            toasts.show(request, _("Saved. Deadlines from now on follow it."))
            return redirect(calendar)
    return _page(request, form, calendar)


@require_GET
def regions(request: TenantRequest) -> HttpResponse:
    """The regions of the chosen country, as the form's select."""
    form = CalendarForm({"country": request.GET.get("country", "")}, calendar=BusinessCalendar())
    return render(request, "business_calendar/form.html#region", {"form": form, "field": form["region"]})


@require_POST
def make_default(request: TenantRequest, pk: UUID) -> HttpResponse:
    calendar = access.calendar_to_change(request.member, pk)
    actions.update_calendar(calendar=calendar, is_default=True, by=request.member, now=clock.now())
    toasts.show(request, _("Deadlines from now on follow “%s”.") % calendar)
    return redirect("working_hours:index")


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    calendar = access.calendar_to_change(request.member, pk)
    try:
        actions.delete_calendar(calendar=calendar, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("Deleted: %(what)s.") % {"what": calendar})
    return redirect("working_hours:index")


@require_POST
def add_days(request: TenantRequest, pk: UUID) -> HttpResponse:
    calendar = access.calendar_to_change(request.member, pk)
    form = OwnDayForm(request.POST)
    if form.is_valid():
        with refusals_shown(form):
            days = [*own_days(calendar), *form.days()]
            actions.update_calendar(calendar=calendar, own_days=days, by=request.member, now=clock.now())
            toasts.show(request, _("The day is noted."))
            return redirect(calendar)
    return _page(request, CalendarForm(calendar=calendar), calendar, day_form=form, status=422)


@require_POST
def remove_day(request: TenantRequest, pk: UUID) -> HttpResponse:
    calendar = access.calendar_to_change(request.member, pk)
    days = [day for day in own_days(calendar) if day["date"].isoformat() != request.POST.get("date")]
    actions.update_calendar(calendar=calendar, own_days=days, by=request.member, now=clock.now())
    toasts.show(request, _("The day is like any other again."))
    return redirect(calendar)


def own_days(calendar: BusinessCalendar) -> list[actions.OwnDay]:
    """The days of a calendar's own, as the actions take them."""
    return [
        {"date": date.fromisoformat(day["date"]), "name": day["name"], "spans": spans_in(day["spans"])}
        for day in calendar.own_days
    ]


def _week(calendar: BusinessCalendar) -> list[tuple[str, str]]:
    return [(name, spans_shown(spans_in(day))) for name, day in zip(weekday_names(), calendar.weekly, strict=True)]


def _holidays(calendar: BusinessCalendar) -> list[tuple[date, str]]:
    """The public holidays from today to the end of next year."""
    today = timezone.localdate()
    if not calendar.country:
        return []
    language = get_language() or "en"
    years = (holidays_in(calendar.country, calendar.region, today.year + more, language) for more in (0, 1))
    return [(day, name) for year in years for day, name in year.items() if day >= today]


def _page(
    request: TenantRequest,
    form: CalendarForm,
    calendar: BusinessCalendar,
    *,
    day_form: OwnDayForm | None = None,
    status: int = 0,
) -> HttpResponse:
    is_there = calendar.created_at is not None
    context: dict[str, Any] = {
        "form": form,
        "calendar": calendar if is_there else None,
        "days": [{**day, "hours": spans_shown(day["spans"])} for day in own_days(calendar)],
        "holidays": _holidays(calendar)[:30],
        "day_form": day_form or OwnDayForm(),
    }
    return render(request, "business_calendar/form.html", context, status=status or (422 if form.is_bound else 200))
