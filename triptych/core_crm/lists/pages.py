"""The page of a list, the same for every noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from triptych.core_crm.lists.asking import bulk_page
from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.grouping import group_fields, groups_of
from triptych.core_crm.lists.listing import Listing
from triptych.platform import scope
from triptych.platform.web.tables import Tab
from triptych.tenants.models import Tenant
from triptych.tenants.routing import TenantRequest

__all__ = ["bulk_page", "list_page"]


def own_currency() -> str:
    """The currency of the tenant we are in."""
    here = scope.current()
    return here.currency if isinstance(here, Tenant) else "EUR"


def list_page(
    request: TenantRequest,
    listing: Listing,
    *,
    template: str = "lists/page.html",
    tabs: Sequence[Tab] = (),
    ways: Sequence[Tab] = (),
    **context: Any,
) -> HttpResponse:
    """One page of a list, or the view that it greets the member with.

    `tabs` are views of the noun's own, `ways` the ways to see it.
    """
    bar = Bar(listing, own=tabs, ways=ways)
    if bar.greeting:
        return redirect(bar.greeting)
    table = listing.table(may_write=request.member.may_write)
    more = {"groups": groups_of(listing), "group_fields": group_fields(listing), "own_currency": own_currency()}
    shown = {"listing": listing, "bar": bar, "table": table, **more, **context}
    return render(request, template, {**shown, "has_bar": bool(table.rows) or bar.is_narrowed})
