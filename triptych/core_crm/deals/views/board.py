"""Deals as a board and as a table, and their moves."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import SplitResult

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.deals import access
from triptych.core_crm.deals.board import board_of
from triptych.core_crm.deals.listing import LIST
from triptych.core_crm.deals.models import Deal, DealQuerySet, Pipeline
from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.board import shown_numbers
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import AskedAs, Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.lists.ways import board_field, board_fields, fields_to_choose, way_of, ways_of
from triptych.core_crm.lists.where import Condition
from triptych.core_crm.rights.access import hidden_fields
from triptych.platform import clock
from triptych.platform.web.coming import coming_from
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

HOME = "/deals/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The board of a pipeline, or with `?by=` of another field; with `?view=table` the table of all deals, with
    `?view=calendar` a month of them by the day on which they are expected to close. All of them show what the same
    search, filters and conditions leave."""
    listing = _listing(request, request.GET)
    by = board_field(listing)
    if way_of(listing) != "board" or (by is not None and by.name != LIST.board):
        return list_page(request, listing, template="deals/table.html")
    bar = Bar(listing, ways=ways_of(listing))
    if bar.greeting:
        return redirect(bar.greeting)
    template = "deals/board.html#board" if request.htmx else "deals/board.html"
    return render(request, template, {**_board(listing), "bar": bar, "listing": listing, "has_bar": True})


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request, request.GET), name="deals")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request, request.GET), act)


def board_again(request: TenantRequest, deal: Deal) -> HttpResponse:
    """After a move: the board with its new sums, or back to the page that the request came from."""
    if not request.htmx:
        return redirect(f"{HOME}?{_params_of_page(request).urlencode()}" if is_board(request) else deal)
    if not is_board(request):
        return HttpResponse(headers={"HX-Redirect": deal.get_absolute_url()})
    context = _board(_listing(request, _params_of_page(request)), pipeline=deal.pipeline)
    response = render(request, "deals/board.html#board", context)
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Trigger"] = "#board", "outerHTML", "done"
    return response


def is_board(request: TenantRequest) -> bool:
    """Whether the request came from the board."""
    return _page(request).path == HOME


def _page(request: TenantRequest) -> SplitResult:
    return coming_from(request, "HX-Current-URL", "Referer")


def _params_of_page(request: TenantRequest) -> QueryDict:
    return QueryDict(_page(request).query)


def _board(listing: Listing, *, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """The board of the deals of a list: of that pipeline, else of the one that the address or its conditions name, and
    with as many cards of a stage as it says (`more=<stage>:<number>`)."""
    member, params = listing.request.member, listing.params
    stages = list(
        access.stages_visible_to(member)
        .active()
        .filter(pipeline__is_active=True)
        .select_related("pipeline")
        .order_by("pipeline__position", "pipeline_id", "is_closed", "-is_won", "position", "pk")
    )
    pipelines = list({stage.pipeline_id: stage.pipeline for stage in stages}.values())
    asked = [str(pipeline.pk)] if pipeline else [params.get("pipeline", ""), *_pipelines_named(listing)]
    shown = next((one for key in asked for one in pipelines if str(one.pk) == key), None)
    shown = shown or next((one for one in pipelines if one.is_default), None)
    if shown is None:
        raise Http404
    columns = [stage for stage in stages if stage.pipeline_id == shown.pk]
    here = listing.state(pipeline=str(shown.pk))
    board = board_of(
        shown,
        columns,
        cast(DealQuerySet, listing.matching),
        member=member,
        now=clock.now(),
        shown=shown_numbers(params.getlist("more")),
        address=f"{here}&",
        table=listing.state(view="table", pipeline=None),
    )
    if "amount" in hidden_fields(member, "deal"):
        for column in board.columns:
            column.totals.withhold()
    tabs = [Tab(one.name, listing.url(pipeline=str(one.pk)), is_current=one.pk == shown.pk) for one in pipelines]
    mine = params.get("owner") == "me"
    whose = [Tab(_("Everybody's"), listing.url(owner=None), not mine), Tab(_("Mine"), listing.url(owner="me"), mine)]
    by = listing.spec.field(LIST.board)
    choices = fields_to_choose(listing, board_fields(listing), by) if by else []
    return {"board": board, "pipelines": tabs if len(tabs) > 1 else [], "whose": whose, "choices": choices, "by": by}


def _pipelines_named(listing: Listing) -> list[str]:
    """The pipelines that the conditions ask for, if all of them must hold."""
    parts = listing.where.parts if listing.where.match == "all" else ()
    named = (one for one in parts if isinstance(one, Condition) and (one.field, one.operator) == ("pipeline", "is"))
    return [value for one in named for value in one.values]


def _listing(request: TenantRequest, params: QueryDict) -> Listing:
    deals = access.deals_visible_to(request.member).for_cards()
    return Listing(LIST, deals, AskedAs(request.member, params), home=HOME)
