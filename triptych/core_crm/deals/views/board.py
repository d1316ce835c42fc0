"""Deals as a board and as a table, and their moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.actions.moves import REASON_NEEDED
from triptych.core_crm.deals.board import board_of, shown_numbers
from triptych.core_crm.deals.forms import LOST_REASONS, MoveForm
from triptych.core_crm.deals.listing import LIST
from triptych.core_crm.deals.models import Deal, Pipeline, Stage
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page, undo_bulk_page
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

HOME = "/deals/"


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """The board of a pipeline, or with `?view=table` the table of all deals."""
    if request.GET.get("view") == "table":
        return list_page(request, _listing(request), template="deals/table.html", ways=_ways("table"))
    return render(request, "deals/board.html", {**_board(request, request.GET), "ways": _ways("board")})


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="deals")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_POST
def undo_bulk(request: TenantRequest, act: str) -> HttpResponse:
    return undo_bulk_page(request, LIST, act, home=f"{HOME}?view=table")


@require_POST
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a deal; losing it asks for the reason first. The board answers with itself, other pages lead back."""
    deal = access.deal_to_change(request.member, pk)
    form = MoveForm({**request.GET.dict(), **request.POST.dict()}, pipeline=deal.pipeline)
    if not form.is_valid():
        toasts.warn(request, _("This deal cannot go there. Choose one of the stages of its pipeline."))
        return _after_move(request, deal)
    try:
        moved = actions.move_deal(
            deal=deal,
            to=form.cleaned_data["stage"],
            lost_reason=form.cleaned_data["lost_reason"],
            seen_in=form.cleaned_data["seen_in"],
            by=request.member,
            now=clock.now(),
        )
    except Refused as refused:
        if refused.code == REASON_NEEDED:
            return _ask_reason(request, deal, form, said="lost_reason" in request.POST)
        toasts.warn(request, refused.message)
        return _after_move(request, deal)
    toasts.show(
        request, _("%(deal)s is in %(stage)s now.") % {"deal": moved, "stage": moved.stage}, undo=_undo(deal, moved)
    )
    return _after_move(request, moved)


@require_POST
def reopen(request: TenantRequest, pk: UUID) -> HttpResponse:
    deal = access.deal_to_change(request.member, pk)
    stage_id = request.GET.get("to", "")
    to = next((stage for stage in Stage.objects.filter(pipeline=deal.pipeline_id) if str(stage.pk) == stage_id), None)
    try:
        deal = actions.reopen_deal(deal=deal, to=to, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    else:
        toasts.show(request, _("%(deal)s is open again.") % {"deal": deal})
    return _after_move(request, deal)


def _undo(before: Deal, after: Deal) -> str:
    """Where the move is taken back: for a closed deal by reopening it in its former stage."""
    if before.stage_id == after.stage_id:
        return ""
    if after.closed_at:
        return f"{HOME}{after.pk}/reopen/?to={before.stage_id}"
    return f"{HOME}{after.pk}/move/?stage={before.stage_id}"


def _ask_reason(request: TenantRequest, deal: Deal, form: MoveForm, *, said: bool) -> HttpResponse:
    """The question why a deal was lost, as a dialog on the board and as a page elsewhere."""
    if said:
        form.add_error("lost_reason", _("Say in a few words why the deal was lost, e.g. Price."))
    context = {"deal": deal, "form": form, "reasons": LOST_REASONS, "from_board": _is_board(request)}
    template = "deals/lose_dialog.html" if request.htmx else "deals/lose.html"  # type: ignore[attr-defined]
    response = render(request, template, context, status=422 if said else 200)
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def _after_move(request: TenantRequest, deal: Deal) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(f"{HOME}?{_params_of_page(request).urlencode()}" if _is_board(request) else deal)
    if not _is_board(request):
        return HttpResponse(headers={"HX-Redirect": deal.get_absolute_url()})
    context = _board(request, _params_of_page(request), pipeline=deal.pipeline)
    response = render(request, "deals/board.html#board", context)
    response["HX-Retarget"], response["HX-Reswap"], response["HX-Trigger"] = "#board", "outerHTML", "done"
    return response


def _is_board(request: TenantRequest) -> bool:
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
    tabs = [Tab(one.name, f"{HOME}?pipeline={one.pk}", is_current=one.pk == shown.pk) for one in pipelines]
    return {"board": board, "pipelines": tabs if len(tabs) > 1 else [], "mine": mine}


def _ways(current: str) -> list[Tab]:
    return [
        Tab(_("Board"), HOME, is_current=current == "board", icon="layout-kanban"),
        Tab(_("Table"), f"{HOME}?view=table", is_current=current == "table", icon="table"),
    ]


def _listing(request: TenantRequest) -> Listing:
    return Listing(LIST, access.deals_visible_to(request.member).for_cards(), request, home=HOME)
