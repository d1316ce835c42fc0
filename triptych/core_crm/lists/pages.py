"""The page of a list, the same for every noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from triptych.core_crm.lists import asking
from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.board_pages import board_page, move_page
from triptych.core_crm.lists.doing import MOVE
from triptych.core_crm.lists.grouping import group_fields, groups_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.month import month_page
from triptych.core_crm.lists.ways import BOARD, CALENDAR, way_of, ways_of
from triptych.core_crm.money import own_currency
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest


def list_page(
    request: TenantRequest,
    listing: Listing,
    *,
    template: str = "lists/page.html",
    tabs: Sequence[Tab] = (),
    **context: Any,
) -> HttpResponse:
    """One page of a list, seen in the way that the address asks for, or the view that it greets the member with.

    `tabs` are views of the noun's own.
    """
    way = way_of(listing)
    if way == BOARD:
        return board_page(request, listing, tabs=tabs)
    if way == CALENDAR and not listing.spec.calendar_home:
        return month_page(request, listing, tabs=tabs)
    bar = Bar(listing, own=tabs, ways=ways_of(listing))
    if bar.greeting:
        return redirect(bar.greeting)
    table = listing.table(may_write=request.member.may_write)
    more = {"groups": groups_of(listing), "group_fields": group_fields(listing), "own_currency": own_currency()}
    shown = {"listing": listing, "bar": bar, "table": table, **more, **context}
    return render(request, template, {**shown, "has_bar": bool(table.rows) or bar.is_narrowed})


def bulk_page(request: TenantRequest, listing: Listing, name: str) -> HttpResponse:
    """An act on records of the list: a card of its board is moved, or one on many records is asked about."""
    if name == MOVE:
        return move_page(request, listing)
    return asking.bulk_page(request, listing, name)
