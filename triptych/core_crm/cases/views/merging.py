"""Merging two cases and splitting one, each with a way back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.actions.merging import check_merge
from triptych.core_crm.cases.forms import MergeForm, SplitForm
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.editing.forms import edits_shown
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def merge(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Choose the case that goes on, see what will happen, then let it happen (`confirmed`)."""
    case = access.case_to_change(request.member, pk)
    form = MergeForm(request.POST or None, member=request.member)
    preview = None
    if form.is_valid():
        into, tell = form.cleaned_data["into"], form.cleaned_data["tell"]
        with edits_shown(form):
            if "confirmed" in request.POST:
                actions.merge_case(case=case, into=into, tell=tell, by=request.member, now=clock.now())
                text = _("%(case)s is merged into %(into)s.") % {"case": case, "into": into}
                toasts.show(request, text, undo=f"{case.get_absolute_url()}unmerge/")
                return lead_to(request, into)
            check_merge(case=case, into=into)
            preview = {
                "into": into,
                "message_count": CaseMessage.objects.filter(case=case).count(),
                "into_count": access.messages_visible_to(request.member).of_conversation(into).count(),
                "told": case.mailed_to if tell else "",
            }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "cases/merge_dialog.html", {"case": case, "form": form, "preview": preview}, status=status)


@require_POST
def unmerge(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_change(request.member, pk)
    try:
        actions.unmerge_case(case=case, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return lead_to(request, case)


@require_http_methods(["GET", "POST"])
def split(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Begin a new case with a message."""
    message = access.message_to_change(request.member, pk)
    form = SplitForm(request.POST or None, initial={"subject": message.body.strip().partition("\n")[0][:200]})
    if form.is_valid():
        with refusals_shown(form):
            subject = form.cleaned_data["subject"]
            made = actions.split_message(message=message, subject=subject, by=request.member, now=clock.now())
            text = _("%(case)s is open, with that message.") % {"case": made}
            toasts.show(request, text, undo=f"{made.get_absolute_url()}rejoin/")
            return lead_to(request, made)
    context = {"form": form, "title": _("A case of its own"), "url": request.path, "button": _("Split")}
    return render(request, "queues/form_dialog.html", context, status=422 if form.is_bound else 200)


@require_POST
def rejoin(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take back a split."""
    case = access.case_to_change(request.member, pk)
    try:
        case = actions.undo_split(case=case, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return lead_to(request, case)
