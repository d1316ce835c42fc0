"""The flow by which a lead becomes a contact, a company and a deal: choose, convert, and back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.leads import access, actions
from triptych.core_crm.leads.actions.conversion import deal_name
from triptych.core_crm.leads.forms import ConversionForm
from triptych.core_crm.leads.models import Lead
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def convert(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show what the lead would become, with known contacts and companies to choose from, then convert it."""
    lead = access.lead_to_change(request.member, pk)
    if lead.status == Lead.Status.CONVERTED:
        toasts.warn(request, _("This lead has been converted already."))
        return redirect(lead)
    form = ConversionForm(
        request.POST or None,
        lead=lead,
        contacts=access.contacts_like(request.member, lead),
        companies=access.companies_like(request.member, lead),
        name=deal_name(lead),
    )
    if form.is_valid():
        with refusals_shown(form):
            actions.convert_lead(lead=lead, by=request.member, now=clock.now(), **form.choices_made())
            toasts.show(
                request, _("%(lead)s is converted.") % {"lead": lead}, undo=f"{lead.get_absolute_url()}unconvert/"
            )
            return redirect(lead)
    context = {"lead": lead, "form": form, "steps": [_("Choose"), _("Done")], "current": 1}
    return render(request, "leads/convert.html", context, status=422 if form.is_bound else 200)


@require_POST
def unconvert(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take the conversion back."""
    lead = access.lead_to_change(request.member, pk)
    try:
        actions.undo_conversion(lead=lead, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("The conversion is undone."))
    return redirect(lead)
