"""What is said and done about a case: replies, notes, statuses, taking it, who asked."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.cases import access, actions
from triptych.core_crm.cases.conversation import WAYS, about_conversation, composer_of
from triptych.core_crm.cases.forms import StatusForm
from triptych.core_crm.cases.models import Case
from triptych.core_crm.rights.access import CHANGE, may
from triptych.platform import clock
from triptych.platform.files.actions import attach_files
from triptych.platform.keyset import BadCursor
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.routing import TenantRequest


@require_POST
def say(request: TenantRequest, pk: UUID, what: str) -> HttpResponse:
    """Add to the conversation: a public reply, an internal note, or what the customer said."""
    case = access.case_to_change(request.member, pk)
    way = next((way for way in WAYS if way.what == what), None)
    if way is None:
        raise Http404
    form = way.form(request.POST, request.FILES, prefix=what)
    if form.is_valid():
        with refusals_shown(form), transaction.atomic():
            _said(request, case, what, form)
    if not form.is_valid() and request.htmx:
        tabs = {"tabs": composer_of(case, wrong=form), "open": what}
        context = {**about_conversation(case, request.member, may_write=True), **tabs}
        return render(request, "cases/conversation.html", context, status=422)
    if not form.is_valid():
        toasts.warn(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    # The status, the head and the clocks may have changed with it, so the whole page comes anew.
    return lead_to(request, case)


def _said(request: TenantRequest, case: Case, what: str, form: Form) -> None:
    body, now, member = form.cleaned_data["body"], clock.now(), request.member
    if what == "reply":
        files = attach_files(form.cleaned_data["attachments"], kind="case", object_id=case.pk, by=member, now=now)
        then = form.cleaned_data["then"]
        try:
            actions.reply(case=case, body=body, then=then, attachments=files, by=member, now=now)
        except Refused:  # their rows go with the transaction
            for file in files:
                default_storage.delete(file.storage_key)
            raise
        toasts.show(request, _("Reply added."))
    elif what == "note":
        actions.add_internal_note(case=case, body=body, by=member, now=now)
        toasts.show(request, _("Internal note added."))
    else:
        actions.take_in_message(case=case, body=body, contact=case.contact, by=member, now=now)
        toasts.show(request, _("Written down."))


@require_GET
def earlier(request: TenantRequest, pk: UUID) -> HttpResponse:
    """What was said before a place in the conversation."""
    case = access.case_to_see(request.member, pk)
    try:
        may_write = may(request.member, CHANGE, case)
        context = about_conversation(case, request.member, may_write=may_write, before=request.GET.get("before", ""))
    except BadCursor:
        return lead_to(request, case)
    return render(request, "cases/messages.html", context)


@require_POST
def send_again(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Mail a reply anew that did not leave or came back."""
    message = access.message_to_change(request.member, pk)
    try:
        message = actions.send_again(message=message, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("The reply goes to %(address)s again.") % {"address": message.sent_to})
    return lead_to(request, message.case)


@require_POST
def change_status(request: TenantRequest, pk: UUID) -> HttpResponse:
    case = access.case_to_change(request.member, pk)
    form = StatusForm({**request.GET.dict(), **request.POST.dict()})
    if not form.is_valid():
        toasts.warn(request, _("That is no status of a case. Choose one from the menu."))
        return lead_to(request, case)
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
    return lead_to(request, case)


@require_POST
def take(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Give the case to whoever asks for it."""
    case = access.case_to_change(request.member, pk)
    case = actions.assign_case(case=case, to=request.member, by=request.member, now=clock.now())
    toasts.show(request, _("%(case)s is yours now.") % {"case": case})
    return lead_to(request, case)


@require_POST
def requester(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Make a contact of who wrote by mail."""
    case = access.case_to_change(request.member, pk)
    try:
        contact = actions.make_contact_of_requester(case=case, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("%(contact)s is the contact of this case now.") % {"contact": contact})
    return lead_to(request, case)
