"""Deals as a board and as a table, and their moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.deals import access
from triptych.core_crm.deals.board import board_of, shown_numbers
from triptych.core_crm.deals.listing import LIST
from triptych.core_crm.deals.models import Deal, Pipeline
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.rights.access import hidden_fields
from triptych.platform import clock
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

HOME = "/deals/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The board of a pipeline, or with `?view=table` the table of all deals."""
    if request.GET.get("view") == "table":
        return list_page(request, _listing(request), template="deals/table.html", ways=_ways("table"))
    template = "deals/board.html#board" if request.htmx else "deals/board.html"  # type: ignore[attr-defined]
    return render(request, template, {**_board(request, request.GET), "ways": _ways("board")})


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="deals")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


def board_again(request: TenantRequest, deal: Deal) -> HttpResponse:
    """After a move: the board with its new sums, or back to the page that the request came from."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{HOME}?{_params_of_page(request).urlencode()}" if is_board(request) else deal)
    if not is_board(request):
        return HttpResponse(headers={"HX-Redirect": deal.get_absolute_url()})
    context = _board(request, _params_of_page(request), pipeline=deal.pipeline)
    response = render(request, "deals/board.html#board", context)
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Trigger"] = "#board", "outerHTML", "done"
    return response


def is_board(request: TenantRequest) -> bool:
    """Whether the request came from the board."""
    return urlsplit(_page_url(request)).path == HOME


def _page_url(request: TenantRequest) -> str:
    return request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")


def _params_of_page(request: TenantRequest) -> Any:
    return QueryDict(urlsplit(_page_url(request)).query)


def _board(request: TenantRequest, params: Any, *, pipeline: Pipeline | None = None) -> dict[str, Any]:
    """What the board shows: `pipeline`, `owner=me`, and how many cards of a stage (`more=<stage>:<number>`)."""
    stages = list(
        access.stages_visible_to(request.member)
        .active()
        .filter(pipeline__is_active=True)
        .select_related("pipeline")
        .order_by("pipeline__position", "pipeline_id", "is_closed", "-is_won", "position", "pk")
    )
    pipelines = list({stage.pipeline_id: stage.pipeline for stage in stages}.values())
    asked = params.get("pipeline", "")
    shown = next((one for one in pipelines if str(one.pk) == (str(pipeline.pk) if pipeline else asked)), None)
    shown = shown or next((one for one in pipelines if one.is_default), None)
    if shown is None:
        raise Http404
    deals = access.deals_visible_to(request.member)
    mine = params.get("owner") == "me"
    if mine:
        deals = deals.filter(owner=request.member)
    columns = [stage for stage in stages if stage.pipeline_id == shown.pk]
    kept = urlencode({"pipeline": shown.pk, **({"owner": "me"} if mine else {})})
    more = shown_numbers(params.getlist("more"))
    board = board_of(shown, columns, deals, now=clock.now(), shown=more, address=f"?{kept}&")
    if "amount" in hidden_fields(request.member, "deal"):
        for column in board.columns:
            column.totals.withhold()
    tabs = [Tab(one.name, f"{HOME}?pipeline={one.pk}", is_current=one.pk == shown.pk) for one in pipelines]
    return {"board": board, "pipelines": tabs if len(tabs) > 1 else [], "mine": mine}


def _ways(current: str) -> list[Tab]:
    return [
        Tab(_("Board"), HOME, is_current=current == "board", icon="layout-kanban"),
        Tab(_("Table"), f"{HOME}?view=table", is_current=current == "table", icon="table"),
    ]


def _listing(request: TenantRequest) -> Listing:
    return Listing(LIST, access.deals_visible_to(request.member).for_cards(), request, home=HOME)
