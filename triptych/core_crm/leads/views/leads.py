"""The pages of leads, conversion apart."""

from __future__ import annotations

from operator import attrgetter
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.duplicates.pointers import leads_to_winner
from triptych.core_crm.editing.files import take_file
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import fact_page, fact_saved, facts_of, form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.leads import access, actions
from triptych.core_crm.leads.facts import LEAD_FACTS, lead_head
from triptych.core_crm.leads.forms import DeadForm, LeadForm
from triptych.core_crm.leads.listing import LEADS
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.rights.access import CHANGE, CREATE, may, must_at_all
from triptych.platform import clock, search
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

HOME = "/leads/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return list_page(request, _listing(request))


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(request, access.leads_visible_to(request.member), "lead", attrgetter("company_name"))


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="leads")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
@leads_to_winner("lead")
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    lead = access.lead_to_see(request.member, pk)
    search.note_seen(request.member, kind="lead", id=lead.pk, at=clock.now())
    may_write = may(request.member, CHANGE, lead)
    context = {
        "lead": lead,
        "head": lead_head(lead, may_write=may_write),
        "facts": facts_of(LEAD_FACTS, lead, may_write=may_write and lead.is_open),
    }
    return render(request, "leads/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    must_at_all(request.member, CREATE, Lead)
    form = LeadForm(request.POST or None, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            lead = actions.create_lead(by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("%(lead)s is added.") % {"lead": lead}, undo=_url(lead, "delete"))
            return redirect(lead)
    return form_page(request, form, "leads/form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    lead = access.lead_to_change(request.member, pk)
    form = LeadForm(request.POST or None, record=lead, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _update(request, lead, form)
            return redirect(lead)
    return form_page(request, form, "leads/form.html", record=lead)


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    lead = access.lead_to_change(request.member, pk)
    form = LeadForm(request.POST or None, record=lead, member=request.member, only=name)
    shown = fact_named(LEAD_FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            _update(request, lead, form)
            lead = access.lead_to_see(request.member, pk)
            return fact_saved(request, shown, lead, lead_head(lead, may_write=True))
    return fact_page(request, form, shown, record=lead)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    lead = access.lead_to_delete(request.member, pk)
    actions.delete_lead(lead=lead, by=request.member, now=clock.now())
    toasts.show(request, _("%(lead)s is deleted.") % {"lead": lead}, undo=_url(lead, "restore"))
    return redirect(HOME)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    lead = access.lead_to_restore(request.member, pk)
    actions.restore_lead(lead=lead, by=request.member, now=clock.now())
    return redirect(lead)


@require_POST
def files(request: TenantRequest, pk: UUID) -> HttpResponse:
    return take_file(request, access.lead_to_change(request.member, pk))


@require_http_methods(["GET", "POST"])
def dead(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask in a dialog why the lead is given up, then give it up."""
    lead = access.lead_to_change(request.member, pk)
    form = DeadForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            reason = form.cleaned_data["reason"]
            actions.mark_lead_dead(lead=lead, reason=reason, by=request.member, now=clock.now())
            toasts.show(request, _("%(lead)s is given up.") % {"lead": lead}, undo=_url(lead, "recycle"))
            if request.htmx:
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})
            return redirect(lead)
    return render(request, "leads/dead_dialog.html", {"form": form, "lead": lead}, status=422 if form.is_bound else 200)


@require_POST
def recycle(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take the lead up again."""
    lead = access.lead_to_change(request.member, pk)
    try:
        actions.recycle_lead(lead=lead, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect(lead)


def _listing(request: TenantRequest) -> Listing:
    leads = access.leads_visible_to(request.member).select_related("owner")
    return Listing(LEADS, leads, request, home=HOME)


def _update(request: TenantRequest, lead: Lead, form: LeadForm) -> None:
    actions.update_lead(lead=lead, by=request.member, now=clock.now(), version=form.seen_version, **form.given())


def _url(lead: Lead, act: str) -> str:
    return f"{lead.get_absolute_url()}{act}/"
