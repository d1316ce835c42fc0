"""The companies of a contact, on the contact's page."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.contacts import access, actions
from triptych.core_crm.contacts.forms import LinkForm
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.contacts.views.contacts import company_of
from triptych.core_crm.editing.forms import edits_shown
from triptych.platform import clock
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def add(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Note in a dialog that the contact works for a company."""
    contact = access.contact_to_change(request.member, pk)
    form = LinkForm(request.POST or None, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _link(request, contact, form)
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "contacts/link_dialog.html", {"form": form, "contact": contact})


@require_POST
def change(request: TenantRequest, pk: UUID, company: UUID, act: str) -> HttpResponse:
    """Make a company the primary one, end the link to it, or take it away."""
    contact = access.contact_to_change(request.member, pk)
    link = next((link for link in contact.company_links.all() if link.company_id == company), None)
    now = clock.now()
    if link is None:
        raise Http404
    if act == "primary":
        actions.make_primary(contact=contact, company=link.company, by=request.member, now=now)
    elif act == "end":
        today = timezone.localdate(now)
        actions.end_link(contact=contact, company=link.company, on=today, by=request.member, now=now)
        toasts.show(request, _("%(contact)s no longer works there.") % {"contact": contact})
    else:
        actions.unlink_contact(contact=contact, company=link.company, by=request.member, now=now)
    return redirect(contact)


@transaction.atomic
def _link(request: TenantRequest, contact: Contact, form: LinkForm) -> None:
    now = clock.now()
    fields = form.given()
    fields["company"] = company_of(fields["company"], request, now)
    actions.link_contact(contact=contact, by=request.member, now=now, **fields)
