"""Consents beside a record, and the purposes among the settings."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.privacy import consenting
from triptych.core_crm.privacy.forms import ConsentForm, PurposeForm
from triptych.core_crm.privacy.models import Purpose
from triptych.core_crm.rights.access import CHANGE, may, must
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest

KINDS = ("contact", "lead")


@require_http_methods(["GET", "POST"])
def record(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """Write down, in a dialog, what somebody agreed to or took back."""
    about = consenting.record_to_see(request.member, _known(kind), pk)
    must(request.member, CHANGE, about)
    form = ConsentForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            consenting.record_consent(record=about, by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("It is written down."))
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"form": form, "kind": kind, "record": about, "has_purposes": Purpose.objects.active().exists()}
    return render(request, "privacy/consent_dialog.html", context, status=422 if form.errors else 200)


@require_GET
def history(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """All that somebody said, the latest first, in a dialog."""
    about = consenting.record_to_see(request.member, _known(kind), pk)
    consents = consenting.consents_of(about)
    context = {"consents": consents, "record": about, "may_change": may(request.member, CHANGE, about)}
    return render(request, "privacy/consent_history.html", context)


@require_http_methods(["GET", "POST"])
def purposes(request: TenantRequest) -> HttpResponse:
    """The purposes, with a form for a new one."""
    administering(request.member)
    form = PurposeForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            consenting.save_purpose(by=request.member, now=clock.now(), **form.cleaned_data)
            return redirect("privacy:purposes")
    known = Purpose.objects.by_name().annotate(word_count=Count("consents"))
    context = {"form": form, "purposes": known}
    return render(request, "privacy/purposes.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_purpose(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Change a purpose."""
    purpose = consenting.purpose_to_change(request.member, pk)
    initial = {name: getattr(purpose, name) for name in ("name", "description", "is_active")}
    form = PurposeForm(request.POST or None, initial=initial, changes=True)
    if form.is_valid():
        with refusals_shown(form):
            consenting.save_purpose(purpose=purpose, by=request.member, now=clock.now(), **form.cleaned_data)
            return redirect("privacy:purposes")
    context = {"form": form, "purpose": purpose}
    return render(request, "privacy/purpose.html", context, status=422 if form.errors else 200)


@require_POST
def delete_purpose(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Delete a purpose that nobody has said anything about."""
    purpose = consenting.purpose_to_change(request.member, pk)
    try:
        consenting.delete_purpose(purpose=purpose, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("privacy:purposes")


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise Http404
    return kind
