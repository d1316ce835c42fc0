"""The page of a list, the same for every noun."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from triptych.core_crm.lists.asking import bulk_page
from triptych.core_crm.lists.listing import Listing
from triptych.tenants.routing import TenantRequest

__all__ = ["bulk_page", "list_page"]


def list_page(
    request: TenantRequest, listing: Listing, *, template: str = "lists/page.html", **context: Any
) -> HttpResponse:
    """One page of a list; with `?panel=filters` the fields of its panel, which few open and which ask the database."""
    if request.GET.get("panel") == "filters":
        return render(request, "components/filter_bar.html#fields", {"form": listing.filterset.form})
    table = listing.table(may_write=request.member.may_write)
    return render(request, template, {"listing": listing, "table": table, **context})
