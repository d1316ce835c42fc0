"""The page of a list, the same for every noun."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from triptych.core_crm.lists.asking import bulk_page
from triptych.core_crm.lists.grouping import group_fields, groups_of
from triptych.core_crm.lists.listing import Listing
from triptych.platform import scope
from triptych.tenants.models import Tenant
from triptych.tenants.routing import TenantRequest

__all__ = ["bulk_page", "list_page"]


def own_currency() -> str:
    """The currency of the tenant we are in."""
    here = scope.current()
    return here.currency if isinstance(here, Tenant) else "EUR"


def list_page(
    request: TenantRequest, listing: Listing, *, template: str = "lists/page.html", **context: Any
) -> HttpResponse:
    """One page of a list, or the view that it greets the member with.

    With `?panel=filters` the fields of its panel, which few open and which ask the database.
    """
    if request.GET.get("panel") == "filters":
        return render(request, "components/filter_bar.html#fields", {"form": listing.filterset.form})
    if listing.greeting:
        return redirect(listing.greeting)
    table = listing.table(may_write=request.member.may_write)
    more = {"groups": groups_of(listing), "group_fields": group_fields(listing), "own_currency": own_currency()}
    return render(request, template, {"listing": listing, "table": table, **more, **context})
