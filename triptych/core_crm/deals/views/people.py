"""Who takes part in a deal."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.forms import BuyingRoleForm
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.editing.forms import edits_shown
from triptych.platform import clock
from triptych.platform.web.htmx import lead_to
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def add(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A dialog that adds a contact with a buying role, or gives one that takes part another role."""
    deal = access.deal_to_change(request.member, pk)
    initial = {"contact": request.GET.get("contact"), "role": request.GET.get("role")}
    form = BuyingRoleForm(request.POST or None, member=request.member, initial=initial)
    if form.is_valid():
        with edits_shown(form):
            added = actions.BuyingRole(form.cleaned_data["contact"], form.cleaned_data["role"])
            _replace(request, deal, [*actions.roles_of(deal, without=added.contact.pk), added])
            return lead_to(request, deal)
    return render(
        request, "deals/person_dialog.html", {"deal": deal, "form": form}, status=422 if form.is_bound else 200
    )


@require_POST
def remove(request: TenantRequest, pk: UUID, contact_pk: UUID) -> HttpResponse:
    deal = access.deal_to_change(request.member, pk)
    _replace(request, deal, actions.roles_of(deal, without=contact_pk))
    return redirect(deal)


def _replace(request: TenantRequest, deal: Deal, roles: list[actions.BuyingRole]) -> None:
    actions.update_deal(deal=deal, by=request.member, now=clock.now(), contacts=roles)
