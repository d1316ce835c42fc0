"""The page of one deal, and the forms that make and change it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.facts import FACTS, facts_shown, head_of, path_of
from triptych.core_crm.deals.forms import LEAD_SOURCES, DealForm, NewDealForm
from triptych.core_crm.deals.models import Deal, Pipeline, Stage
from triptych.core_crm.duplicates.pointers import leads_to_winner
from triptych.core_crm.editing.fields import New
from triptych.core_crm.editing.files import take_file
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import fact_page, fact_saved, form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.rights.access import CHANGE, CREATE, may, must_at_all, veiled
from triptych.platform import clock, search
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


@require_GET
@leads_to_winner("deal")
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    deal = access.deal_to_see(request.member, pk)
    search.note_seen(request.member, kind="deal", id=deal.pk, at=clock.now())
    may_write = may(request.member, CHANGE, deal)
    stages = list(Stage.objects.open_to(deal.pipeline_id).in_order())
    context = {
        "deal": deal,
        "head": head_of(deal, stages, may_write=may_write, now=clock.now()),
        "facts": facts_shown(deal, may_write=may_write),
        "path": path_of(deal, stages),
        "move_url": f"{deal.get_absolute_url()}move/",
        "may_move": may_write and deal.is_open,
        "history": deal.stage_changes.with_names().newest_first()[:20],
        "competitors": veiled(request.member, deal.deal_competitors.select_related("competitor").order_by("pk")),
        "people": veiled(request.member, deal.deal_contacts.select_related("contact").order_by("pk")),
    }
    return render(request, "deals/detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    """A new deal, in `?pipeline=` or the default one; `?company=` and `?contact=` are filled in."""
    must_at_all(request.member, CREATE, Deal)
    pipeline = _pipeline(request)
    given = {"company": request.GET.get("company"), "primary_contact": request.GET.get("contact")}
    if stage := request.GET.get("stage"):
        given["stage"] = stage
    form = NewDealForm(request.POST or None, pipeline=pipeline, member=request.member, initial=given)
    if form.is_valid():
        with edits_shown(form):
            deal = _create(request, form)
            toasts.show(request, _("%(deal)s is added.") % {"deal": deal}, undo=f"{deal.get_absolute_url()}delete/")
            return redirect(deal)
    pipelines = access.pipelines_visible_to(request.member).active().in_order()
    return form_page(request, form, "deals/form.html", pipeline=pipeline, pipelines=pipelines, sources=LEAD_SOURCES)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    deal = access.deal_to_change(request.member, pk)
    form = DealForm(request.POST or None, record=deal, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _update(request, deal, form)
            return redirect(deal)
    return form_page(request, form, "deals/form.html", record=deal, sources=LEAD_SOURCES)


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    deal = access.deal_to_change(request.member, pk)
    form = DealForm(request.POST or None, record=deal, member=request.member, only=name)
    shown = fact_named(FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            _update(request, deal, form)
            deal = access.deal_to_see(request.member, pk)
            stages = list(Stage.objects.open_to(deal.pipeline_id).in_order())
            return fact_saved(request, shown, deal, head_of(deal, stages, may_write=True, now=clock.now()))
    return fact_page(request, form, shown, record=deal)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    deal = access.deal_to_delete(request.member, pk)
    actions.delete_deal(deal=deal, by=request.member, now=clock.now())
    toasts.show(request, _("%(deal)s is deleted.") % {"deal": deal}, undo=f"{deal.get_absolute_url()}restore/")
    return redirect("deals:index")


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    deal = access.deal_to_restore(request.member, pk)
    actions.restore_deal(deal=deal, by=request.member, now=clock.now())
    return redirect(deal)


@require_POST
def files(request: TenantRequest, pk: UUID) -> HttpResponse:
    return take_file(request, access.deal_to_change(request.member, pk))


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(request, access.deals_visible_to(request.member).for_cards(), "deal", attrgetter("company"))


def _pipeline(request: TenantRequest) -> Pipeline:
    active = access.pipelines_visible_to(request.member).active()
    asked = request.GET.get("pipeline", "")
    found: Any = next((one for one in active.in_order() if str(one.pk) == asked), None)
    pipeline: Pipeline | None = found or active.filter(is_default=True).first()
    if pipeline is None:
        raise Http404
    return pipeline


@transaction.atomic
def _create(request: TenantRequest, form: NewDealForm) -> Deal:
    return actions.create_deal(by=request.member, now=clock.now(), **with_new_company(request, form.given()))


@transaction.atomic
def _update(request: TenantRequest, deal: Deal, form: DealForm) -> Deal:
    fields = with_new_company(request, form.given())
    return actions.update_deal(deal=deal, by=request.member, now=clock.now(), version=form.seen_version, **fields)


def with_new_company(request: TenantRequest, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, with the company made first if somebody typed a new name."""
    if isinstance(fields.get("company"), New):
        fields["company"] = create_company(by=request.member, now=clock.now(), name=fields["company"].name)
    return fields
