"""The pages at /x/loyalty/. Each: access, one form, one action, one render."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from triptych.core_crm.contacts import access
from triptych.platform import clock
from triptych.platform.ids import new_id
from triptych.platform.plugins import permissions
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.tables import Column, Table
from triptych.tenants.routing import TenantRequest
from triptych_loyalty import actions
from triptych_loyalty.forms import AdjustForm
from triptych_loyalty.models import Account

PAGE = 50


@require_GET
def accounts(request: TenantRequest) -> HttpResponse:
    """Who has points, most first."""
    page = Paginator(Account.objects.richest_first(), PAGE).get_page(request.GET.get("page"))
    table = Table(
        label=_("Loyalty points"),
        columns=[Column(_("Contact")), Column(_("Tier")), Column(_("Points"), css="number")],
        rows=list(page),
        row_template="loyalty/account_row.html",
        previous_url=f"?page={page.previous_page_number()}" if page.has_previous() else "",
        next_url=f"?page={page.next_page_number()}" if page.has_next() else "",
    )
    return render(request, "loyalty/accounts.html", {"table": table, "count": page.paginator.count})


@require_http_methods(["GET", "POST"])
def adjust(request: TenantRequest, contact_id: UUID) -> HttpResponse:
    """Give or take points by hand."""
    contact = access.contact_to_see(request.member, contact_id)
    permissions.require(request.member, "loyalty.adjust_points")
    form = AdjustForm(request.POST or None, initial={"source": f"by-hand:{new_id()}"})
    if form.is_valid():
        with refusals_shown(form):
            actions.give_points(contact=contact, by=request.member, now=clock.now(), **form.cleaned_data)
            toasts.show(request, _("Points adjusted."))
            return redirect(contact)
    account = Account.objects.filter(contact=contact).first()
    return render(request, "loyalty/adjust.html", {"form": form, "contact": contact, "account": account})
