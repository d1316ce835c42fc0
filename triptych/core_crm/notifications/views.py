"""The bell, what it leads to, and how a member wants to be told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from triptych.core_crm.notifications import access, actions
from triptych.core_crm.notifications.models import Notification
from triptych.platform import clock
from triptych.platform.keyset import page_asked
from triptych.platform.live.addresses import address_of, streams_are_here
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

PER_PAGE = 30
PEOPLE = 8


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """What the member was told, the latest first; `?unread=1` leaves what they have not read."""
    rows, only_unread = access.notifications_of(request.member).select_related("by"), "unread" in request.GET
    if only_unread:
        rows = rows.unread()
    page = page_asked(rows, request.GET, order=("-created_at", "-pk"), size=PER_PAGE)
    icons = {kind.name: kind.icon for kind in actions.kinds(request.member)}
    shown = access.still_seen(request.member, page.rows)
    for one in shown:
        one.icon = icons.get(one.kind, "bell")  # type: ignore[attr-defined]
    keep = {"unread": "1"} if only_unread else {}
    more = f"?{urlencode({**keep, 'after': page.end_cursor})}" if page.has_next else ""
    context = {"shown": shown, "more_url": more, "only_unread": only_unread}
    return render(request, "notifications/index.html", context)


@require_GET
def count(request: TenantRequest) -> HttpResponse:
    """The number on the bell, fetched after the page has loaded, and where the page hears of news at once."""
    response = render(request, "notifications/count.html", {"count": access.unread_count(request.member)})
    return trigger_client_event(response, "live", {"url": address_of(request) if streams_are_here() else ""})


@require_POST
def read_one(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Mark one as read, and go where it leads."""
    one = _mine(request, pk)
    actions.mark_read(member=request.member, ids=[one.pk], now=clock.now())
    return redirect(one.url or "notifications:index")


@require_POST
def unread_one(request: TenantRequest, pk: UUID) -> HttpResponse:
    actions.mark_unread(member=request.member, ids=[_mine(request, pk).pk])
    return redirect("notifications:index")


@require_POST
def read_all(request: TenantRequest) -> HttpResponse:
    actions.mark_read(member=request.member, ids=None, now=clock.now())
    toasts.show(request, _("All read."))
    return redirect("notifications:index")


@require_GET
def people(request: TenantRequest) -> JsonResponse:
    """Whom a note can mention: active members whose name has a word that begins as typed (`?q=`)."""
    typed = request.GET.get("q", "").strip().lower()[:100]
    found = [one for one in Member.objects.active().by_name()[:2000] if _fits(one.name, typed)]
    return JsonResponse([{"value": str(one.pk), "text": one.name} for one in found[:PEOPLE]], safe=False)


class SettingsForm(forms.Form):
    """How the member is told; a pair of boxes for each kind is made beside these."""

    is_quiet = forms.BooleanField(label=gettext_lazy("Mails wait for working hours"), required=False)
    is_digest = forms.BooleanField(label=gettext_lazy("One mail a day with everything"), required=False)
    digest_time = forms.TimeField(
        label=gettext_lazy("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


@require_http_methods(["GET", "POST"])
def settings(request: TenantRequest) -> HttpResponse:
    setting, kinds = access.setting_of(request.member), actions.kinds(request.member)
    initial = {name: getattr(setting, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST or None, initial=initial, label_suffix="")
    if form.is_valid():
        ticked = set(request.POST.getlist("told"))
        channels = {one.name: {way: f"{one.name}:{way}" in ticked for way in ("app", "mail")} for one in kinds}
        with refusals_shown(form):
            actions.change_settings(member=request.member, channels=channels, **form.cleaned_data)
            toasts.show(request, _("Saved."))
            return redirect("notifications:settings")
    lines: list[dict[str, Any]] = [{"kind": one, **actions.channels_of(setting, one)} for one in kinds]
    context = {"form": form, "lines": lines}
    return render(request, "notifications/settings.html", context, status=422 if form.is_bound else 200)


def _mine(request: TenantRequest, pk: UUID) -> Notification:
    found: Notification = get_object_or_404(access.notifications_of(request.member), pk=pk)
    if not access.still_seen(request.member, [found]):
        raise Http404
    return found


def _fits(name: str, typed: str) -> bool:
    words = name.lower()
    return words.startswith(typed) or any(word.startswith(typed) for word in words.split())
