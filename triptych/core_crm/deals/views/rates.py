"""Settings: exchange rates. Everybody may look, owners and admins change."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.forms_rates import RatesForm
from triptych.core_crm.deals.models import ExchangeRate
from triptych.core_crm.deals.rates import currencies_without_rate, today
from triptych.core_crm.deals.rates_file import rates_in
from triptych.core_crm.money import own_currency
from triptych.platform import clock
from triptych.platform.keyset import Page, page_asked
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    """The rates, the newest first, and one form that takes a single one or a file of them."""
    form = RatesForm(request.POST or None, request.FILES or None, initial={"effective_date": today()})
    if request.method == "POST":
        administering(request.member)
        if form.is_valid():
            with refusals_shown(form), transaction.atomic():
                count = _set(request, form)
                toasts.show(request, ngettext("%d rate is kept.", "%d rates are kept.", count) % count)
                return redirect("rates:index")
    lacking = currencies_without_rate(access.deals_visible_to(request.member))
    context = {"form": form, "page": _page(request), "base": own_currency(), "without_rate": lacking}
    return render(request, "rates/index.html", context, status=422 if form.is_bound else 200)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    rate = access.rate_to_change(request.member, pk)
    actions.delete_rate(rate=rate, by=request.member, now=clock.now())
    toasts.show(request, _("The rate is deleted."))
    return redirect("rates:index")


def _set(request: TenantRequest, form: RatesForm) -> int:
    given = form.cleaned_data
    if given["file"]:
        rates = rates_in(given["file"].read(), day=given["effective_date"])
    else:
        rates = [actions.NewRate(given["currency"], given["effective_date"], given["rate"])]
    return actions.set_rates(rates=rates, by=request.member, now=clock.now())


def _page(request: TenantRequest) -> Page[ExchangeRate]:
    rates = access.rates_visible_to(request.member)
    return page_asked(rates, request.GET, order=("-effective_date", "currency", "pk"), size=50)
