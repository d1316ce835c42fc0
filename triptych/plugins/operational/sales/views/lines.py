"""The lines on the page of a deal, added, changed and removed in place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.deals import access as deals
from triptych.core_crm.deals.facts import facts_shown, head_of
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.plugins.operational.sales import access, actions
from triptych.plugins.operational.sales.cards import lines_card
from triptych.plugins.operational.sales.forms import LineForm
from triptych.plugins.operational.sales.models import DealLine
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def add(request: TenantRequest, deal_id: UUID) -> HttpResponse:
    """The empty line, and the card again once it is filled."""
    deal = access.deal_to_sell(request.member, deal_id)
    form = LineForm(request.POST or None, member=request.member)
    if form.is_valid():
        with refusals_shown(form):
            actions.add_line(deal=deal, by=request.member, now=clock.now(), **form.given())
            return _card(request, deal)
    return _card(request, deal, form=form)


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A line as a form, and the card again once it is saved."""
    line = access.line_to_change(request.member, pk)
    initial = {name: getattr(line, name) for name in ("version", "product", "description", "quantity", "unit_price")}
    initial["discount"] = line.discount or None
    form = LineForm(request.POST or None, member=request.member, initial=initial)
    if form.is_valid():
        with refusals_shown(form):
            version = form.cleaned_data["version"]
            actions.update_line(line=line, by=request.member, now=clock.now(), version=version, **form.given())
            return _card(request, line.deal)
    return _card(request, line.deal, form=form, edited=line)


@require_POST
def remove(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take a line off its deal."""
    line = access.line_to_change(request.member, pk)
    actions.remove_line(line=line, by=request.member, now=clock.now())
    return _card(request, line.deal)


@require_GET
def cancel(request: TenantRequest, deal_id: UUID) -> HttpResponse:
    """The card without any form."""
    return _card(request, deals.deal_to_see(request.member, deal_id))


def _card(
    request: TenantRequest, deal: Deal, *, form: LineForm | None = None, edited: DealLine | None = None
) -> HttpResponse:
    """The card as it is now and, beside it, the places of the page that show the amount."""
    if not request.htmx:
        return redirect(deal)
    deal = deals.deal_to_see(request.member, deal.pk)
    may_write = request.member.may_write
    stages = list(Stage.objects.open_to(deal.pipeline_id).in_order())
    context: dict[str, Any] = {
        **lines_card(deal, request.member),
        "form": form,
        "edited": edited,
        "head": head_of(deal, stages, may_write=may_write, now=clock.now()),
        "beside": [
            fact for fact in facts_shown(deal, may_write=may_write) if fact.get("name") in ("amount", "currency")
        ],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "sales/lines_saved.html", context, status=status)
