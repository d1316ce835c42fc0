"""The pages of companies."""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.contacts import access, actions
from triptych.core_crm.contacts.facts import COMPANY_FACTS, company_head
from triptych.core_crm.contacts.forms import CompanyForm
from triptych.core_crm.contacts.listing import COMPANIES
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.duplicates.pointers import leads_to_winner
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
from triptych.tenants.members.models import Member
from triptych.tenants.routing import TenantRequest

HOME = "/companies/"
RELATED = 8
"""How many related records a page lists before it leads to their own list."""


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return list_page(request, _listing(request))


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="companies")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
@leads_to_winner("company")
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    company = access.company_to_see(request.member, pk)
    search.note_seen(request.member, kind="company", id=company.pk, at=clock.now())
    may_write = may(request.member, CHANGE, company)
    context = {
        "company": company,
        "head": company_head(company, may_write=may_write),
        "facts": facts_of(COMPANY_FACTS, company, may_write=may_write),
        **_related(request.member, company),
    }
    return render(request, "companies/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    must_at_all(request.member, CREATE, Company)
    initial = {"currency": request.tenant.currency, "parent": request.GET.get("parent")}
    form = CompanyForm(request.POST or None, member=request.member, initial=initial)
    if form.is_valid():
        with edits_shown(form):
            company = actions.create_company(by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("%(company)s is added.") % {"company": company}, undo=_url(company, "delete"))
            return redirect(company)
    return form_page(request, form, "companies/form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    company = access.company_to_change(request.member, pk)
    form = CompanyForm(request.POST or None, record=company, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _update(request, company, form)
            return redirect(company)
    return form_page(request, form, "companies/form.html", record=company)


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    company = access.company_to_change(request.member, pk)
    form = CompanyForm(request.POST or None, record=company, member=request.member, only=name)
    shown = fact_named(COMPANY_FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            _update(request, company, form)
            company = access.company_to_see(request.member, pk)
            return fact_saved(request, shown, company, company_head(company, may_write=True))
    return fact_page(request, form, shown, record=company)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    company = access.company_to_delete(request.member, pk)
    actions.delete_company(company=company, by=request.member, now=clock.now())
    toasts.show(request, _("%(company)s is deleted.") % {"company": company}, undo=_url(company, "restore"))
    return redirect(HOME)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    company = access.company_to_restore(request.member, pk)
    actions.restore_company(company=company, by=request.member, now=clock.now())
    return redirect(company)


@require_POST
def files(request: TenantRequest, pk: UUID) -> HttpResponse:
    return take_file(request, access.company_to_change(request.member, pk))


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(request, access.companies_visible_to(request.member), "company", attrgetter("domain"))


def _listing(request: TenantRequest) -> Listing:
    companies = access.companies_visible_to(request.member).select_related("owner", "parent")
    return Listing(COMPANIES, companies, request, home=HOME)


def _related(member: Member, company: Company) -> dict[str, Any]:
    """The people who work there and the companies that belong to it, some of each and their number."""
    contacts = access.contacts_visible_to(member).of_company(company)
    subsidiaries = access.companies_visible_to(member).filter(parent=company)
    people = list(contacts.by_name()[: RELATED + 1])
    below = list(subsidiaries.by_name()[: RELATED + 1])
    return {
        "contacts": [
            {"url": one.get_absolute_url(), "title": str(one), "note": one.job_title, "avatar": str(one)}
            for one in people[:RELATED]
        ],
        "contact_count": contacts.count() if len(people) > RELATED else len(people),
        "subsidiaries": [
            {"url": one.get_absolute_url(), "title": one.name, "note": one.industry, "icon": "building"}
            for one in below[:RELATED]
        ],
        "new_contact_url": f"/contacts/new/?company={company.pk}",
        "all_contacts_url": f"/contacts/?company={company.pk}" if len(people) > RELATED else "",
        "all_subsidiaries_url": f"{HOME}?parent={company.pk}" if len(below) > RELATED else "",
        "subsidiary_count": subsidiaries.count() if len(below) > RELATED else len(below),
    }


def _update(request: TenantRequest, company: Company, form: CompanyForm) -> None:
    actions.update_company(
        company=company, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
    )


def _url(company: Company, act: str) -> str:
    return f"{company.get_absolute_url()}{act}/"
