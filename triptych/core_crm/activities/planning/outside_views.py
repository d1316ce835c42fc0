"""The calendar beyond its page: other programs, people who are invited, and calls that were just made."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.forms import text_field
from triptych.core_crm.activities.models import Activity, Attendee, CalendarFeed
from triptych.core_crm.activities.planning.attendees import answer_invitation, attendee_of
from triptych.core_crm.activities.planning.feed import create_feed, feed_of, member_of_feed, revoke_feed
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.rights.access import CREATE, must_at_all
from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest


@require_GET
def subscribe(request: TenantRequest) -> HttpResponse:
    """Whether there is a secret address of one's calendar, and how to get one."""
    return _subscription(request)


@require_POST
def create_address(request: TenantRequest) -> HttpResponse:
    secret = create_feed(member=request.member, now=clock.now())
    return _subscription(request, address=request.build_absolute_uri(reverse("calendar:feed", args=[secret])))


@require_POST
def revoke_address(request: TenantRequest) -> HttpResponse:
    revoke_feed(member=request.member)
    toasts.show(request, _("The address opens nothing any more."))
    return redirect("calendar:subscribe")


@public_page
@require_GET
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A member's calendar for a program that knows the secret."""
    member = member_of_feed(secret)
    if member is None:
        raise Http404
    content = feed_of(member, now=clock.now(), host=request.get_host().rsplit(":", 1)[0])
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@public_page
@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link of an invitation leads: what it is, and three answers. Opening it changes nothing."""
    attendee = attendee_of(token)
    if attendee is None:
        return render(request, "calendar/invitation.html", {"attendee": None}, status=404)
    if request.method == "POST" and request.POST.get("answer") in Attendee.Answer.values[1:]:
        attendee = answer_invitation(attendee=attendee, answer=request.POST["answer"], by=None, now=clock.now())
    context = {"attendee": attendee, "activity": attendee.activity, "answers": Attendee.Answer.choices[1:]}
    return render(request, "calendar/invitation.html", context)


class CalledForm(forms.Form):
    """How a call went that was just made."""

    description = text_field(gettext_lazy("What was said?"), rows=3, required=False)
    reached = forms.ChoiceField(
        label=gettext_lazy("Did you reach them?"),
        choices=[
            (Activity.Status.HELD, gettext_lazy("Yes")),
            (Activity.Status.NOT_HELD, gettext_lazy("Nobody answered")),
        ],
    )
    duration_minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=0, max_value=1440, required=False)


@require_http_methods(["GET", "POST"])
def log_call(request: TenantRequest, kind: str, object_id: UUID) -> HttpResponse:
    """One step after a number was clicked: how did the call go?"""
    record = access.record_to_see(request.member, RecordRef(kind, object_id))
    must_at_all(request.member, CREATE, Activity)
    form = CalledForm(request.POST or None, label_suffix="")
    if form.is_valid():
        with refusals_shown(form):
            typed = form.cleaned_data
            call = actions.log_call(
                records=[RecordRef.of(record)], description=typed["description"], status=typed["reached"],
                duration_minutes=typed["duration_minutes"], by=request.member, now=clock.now(),
            )  # fmt: skip
            undo = reverse("activities:delete", args=[call.pk])
            toasts.show(request, _("Call logged."), undo=undo)
            if request.htmx:
                return HttpResponse(headers={"HX-Trigger": "done, call-logged"})
            return redirect(record.get_absolute_url())  # type: ignore[attr-defined]
    context = {"form": form, "title": _("Call with %(who)s") % {"who": record}, "url": request.path}
    template = "calendar/dialog.html" if request.htmx else "calendar/dialog_page.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _subscription(request: TenantRequest, *, address: str = "") -> HttpResponse:
    found = CalendarFeed.objects.filter(member=request.member).first()
    response = render(request, "calendar/subscribe.html", {"feed": found, "address": address, "https": settings.HTTPS})
    response["Cache-Control"] = "no-store"
    return response
