"""What is said and done about a case: replies, notes, statuses, taking it, merging it."""

from __future__ import annotations

from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.conversation import WAYS, composer_of, messages_of
from triptych.core_crm.cases.forms import MergeForm, StatusForm
from triptych.core_crm.cases.models import Case
from triptych.core_crm.editing.forms import edits_shown
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


@require_POST
def say(request: TenantRequest, pk: UUID, what: str) -> HttpResponse:
    """Add to the conversation: a public reply, an internal note, or what the customer said."""
    case = access.case_to_change(request.member, pk)
    way = next((way for way in WAYS if way.what == what), None)
    if way is None:
        raise Http404
    form = way.form(request.POST, prefix=what)
    if form.is_valid():
        with refusals_shown(form):
            _said(request, case, what, form)
    if not form.is_valid() and request.htmx:  # type: ignore[attr-defined]
        context = {
            "case": case,
            "tabs": composer_of(case, wrong=form),
            "open": what,
            "messages_of_case": messages_of(case),
        }
        return render(request, "cases/conversation.html", context, status=422)
    if not form.is_valid():
        toasts.warn(request, _("Write something first."))
    # The status, the head and the clocks may have changed with it, so the whole page comes anew.
    return _back(request, case)


def _said(request: TenantRequest, case: Case, what: str, form: Form) -> None:
    body, now, member = form.cleaned_data["body"], clock.now(), request.member
    if what == "reply":
        actions.reply(case=case, body=body, then=form.cleaned_data["then"], by=member, now=now)
        toasts.show(request, _("Reply added."))
    elif what == "note":
        actions.add_internal_note(case=case, body=body, by=member, now=now)
        toasts.show(request, _("Internal note added."))
    else:
        actions.take_in_message(case=case, body=body, contact=case.contact, by=member, now=now)
        toasts.show(request, _("Written down."))


@require_POST
def change_status(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_change(request.member, pk)
    form = StatusForm({**request.GET.dict(), **request.POST.dict()})
    if not form.is_valid():
        toasts.warn(request, _("That is no status of a case. Choose one from the menu."))
        return _back(request, case)
    before = case.status
    try:
        case = actions.change_case_status(case=case, to=form.cleaned_data["status"], by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        undo = f"{case.get_absolute_url()}status/?status={before}" if before != Case.Status.DUPLICATE else ""
        toasts.show(
            request, _("%(case)s is %(status)s now.") % {"case": case, "status": case.get_status_display()}, undo=undo
        )
    return _back(request, case)


@require_POST
def take(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Give the case to whoever asks for it."""
    case = access.case_to_change(request.member, pk)
    case = actions.assign_case(case=case, to=request.member, by=request.member, now=clock.now())
    toasts.show(request, _("%(case)s is yours now.") % {"case": case})
    return _back(request, case)


@require_http_methods(["GET", "POST"])
def merge(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_change(request.member, pk)
    form = MergeForm(request.POST or None, member=request.member)
    if form.is_valid():
        into = form.cleaned_data["into"]
        with edits_shown(form):
            actions.merge_case(case=case, into=into, by=request.member, now=clock.now())
            undo = f"{case.get_absolute_url()}status/?status={case.status}"
            toasts.show(request, _("%(case)s is merged into %(into)s.") % {"case": case, "into": into}, undo=undo)
            return _back(request, into)
    status = 422 if form.is_bound else 200
    return render(request, "cases/merge_dialog.html", {"case": case, "form": form}, status=status)


def _back(request: TenantRequest, case: Case) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": case.get_absolute_url()})
    return redirect(case)
