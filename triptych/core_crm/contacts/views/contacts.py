"""The pages of contacts."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.contacts import access, actions
from triptych.core_crm.contacts.facts import CONTACT_FACTS, contact_head
from triptych.core_crm.contacts.forms import ContactForm, NewContactForm
from triptych.core_crm.contacts.listing import CONTACTS
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.duplicates.pointers import leads_to_winner
from triptych.core_crm.editing.fields import New
from triptych.core_crm.editing.files import take_file
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import fact_page, fact_saved, facts_of, form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.rights.access import CHANGE, CREATE, may, must_at_all
from triptych.platform import clock, search
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

HOME = "/contacts/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return list_page(request, _listing(request))


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="contacts")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
@leads_to_winner("contact")
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    contact = access.contact_to_see(request.member, pk)
    search.note_seen(request.member, kind="contact", id=contact.pk, at=clock.now())
    may_write = may(request.member, CHANGE, contact)
    context = {
        "contact": contact,
        "head": contact_head(contact, may_write=may_write),
        "facts": facts_of(CONTACT_FACTS, contact, may_write=may_write),
    }
    return render(request, "contacts/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    must_at_all(request.member, CREATE, Contact)
    form = NewContactForm(request.POST or None, member=request.member, initial={"company": request.GET.get("company")})
    if form.is_valid():
        with edits_shown(form):
            contact = _create(request, form)
            toasts.show(request, _("%(contact)s is added.") % {"contact": contact}, undo=_url(contact, "delete"))
            return redirect(contact)
    return form_page(request, form, "contacts/form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    contact = access.contact_to_change(request.member, pk)
    form = ContactForm(request.POST or None, record=contact, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _update(request, contact, form)
            return redirect(contact)
    return form_page(request, form, "contacts/form.html", record=contact)


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    contact = access.contact_to_change(request.member, pk)
    form = ContactForm(request.POST or None, record=contact, member=request.member, only=name)
    shown = fact_named(CONTACT_FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            _update(request, contact, form)
            contact = access.contact_to_see(request.member, pk)
            return fact_saved(request, shown, contact, contact_head(contact, may_write=True))
    return fact_page(request, form, shown, record=contact)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    contact = access.contact_to_delete(request.member, pk)
    actions.delete_contact(contact=contact, by=request.member, now=clock.now())
    toasts.show(request, _("%(contact)s is deleted.") % {"contact": contact}, undo=_url(contact, "restore"))
    return redirect(HOME)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    contact = access.contact_to_restore(request.member, pk)
    actions.restore_contact(contact=contact, by=request.member, now=clock.now())
    return redirect(contact)


@require_POST
def files(request: TenantRequest, pk: UUID) -> HttpResponse:
    return take_file(request, access.contact_to_change(request.member, pk))


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(
        request, access.contacts_visible_to(request.member).with_companies(), "contact", attrgetter("company")
    )


def _listing(request: TenantRequest) -> Listing:
    contacts = access.contacts_visible_to(request.member).select_related("owner").with_companies()
    return Listing(CONTACTS, contacts, request, home=HOME)


@transaction.atomic
def _create(request: TenantRequest, form: NewContactForm) -> Contact:
    fields, now = form.given(), clock.now()
    company, role = fields.pop("company"), fields.pop("role")
    links = [actions.CompanyLink(company_of(company, request, now), role)] if company else []
    return actions.create_contact(by=request.member, now=now, companies=links, **fields)


def company_of(company: Company | New, request: TenantRequest, now: datetime) -> Company:
    """The company that was chosen, made first if somebody typed a new name."""
    if isinstance(company, New):
        return actions.create_company(by=request.member, now=now, name=company.name)
    return company


def _update(request: TenantRequest, contact: Contact, form: ContactForm) -> None:
    actions.update_contact(
        contact=contact, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
    )


def _url(contact: Contact, act: str) -> str:
    return f"{contact.get_absolute_url()}{act}/"
