"""Moving deals: one by one from the board or a page, with a dialog for what is still needed, and many at once."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.actions.gates import FIELDS_NEEDED, missing_for
from triptych.core_crm.deals.actions.moves import REASON_NEEDED, stage_before_closing
from triptych.core_crm.deals.forms import GateForm, MoveForm, ReopenForm
from triptych.core_crm.deals.models import Deal, Stage, StageChange
from triptych.core_crm.deals.views.board import HOME, board_again, is_board
from triptych.core_crm.deals.views.records import with_new_company
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import in_dialog
from triptych.tenants.routing import TenantRequest

TAKEN_BACK = "triptych.deals.move"


@require_POST
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a deal; what the stage still needs, and why it was lost, is asked first. The board answers with itself,
    other pages lead back."""
    deal = access.deal_to_change(request.member, pk)
    form = MoveForm({**request.GET.dict(), **request.POST.dict()}, pipeline=deal.pipeline)
    is_whole = form.is_valid()
    to = form.cleaned_data.get("stage")
    if to is None:
        toasts.warn(request, _("This deal cannot go there. Choose one of the stages of its pipeline."))
        return board_again(request, deal)
    answered = "lost_reason" in request.POST or "completing" in request.POST
    missing = missing_for(deal, to) if deal.is_open and to.pk != deal.stage_id else []
    gate = GateForm(request.POST if answered else None, record=deal, member=request.member, missing=missing)
    if answered and not (is_whole and gate.is_valid()):
        return _ask(request, deal, form, gate, status=422)
    try:
        moved = _moved(request, deal, form, gate)
    except Refused as refused:
        if not _can_be_answered(refused, gate):
            toasts.warn(request, refused.message)
            return board_again(request, deal)
        if answered:
            form_or_gate: Any = gate if refused.field in gate.fields else form
            form_or_gate.add_error(refused.field, refused.message)
        return _ask(request, deal, form, gate, status=422 if answered else 200)
    said = _("%(deal)s is in %(stage)s now.") % {"deal": moved, "stage": moved.stage}
    toasts.show(request, said, undo=_undo(deal, moved))
    return board_again(request, moved)


@require_http_methods(["GET", "POST"])
def reopen(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask where a closed deal goes back to, and why; then open it again. The undo of a move says it in `?to=`."""
    deal = access.deal_to_change(request.member, pk)
    former = stage_before_closing(deal)
    given = {"to": former.pk if former else "", **request.GET.dict(), **request.POST.dict()}
    form = ReopenForm(given if request.method == "POST" else None, pipeline=deal.pipeline, initial={"to": former})
    if deal.is_open:
        toasts.warn(request, _("This deal is open already."))
        return board_again(request, deal)
    if form.is_valid():
        with refusals_shown(form), transaction.atomic():
            fields = form.cleaned_data
            deal = actions.reopen_deal(deal=deal, by=request.member, now=clock.now(), **fields)
            deal = _as_before(request, deal)
            toasts.show(request, _("%(deal)s is open again.") % {"deal": deal})
            return board_again(request, deal)
    template = "deals/reopen_dialog.html" if request.htmx else "deals/reopen.html"
    return render(request, template, {"deal": deal, "form": form}, status=422 if form.is_bound else 200)


@transaction.atomic
def _moved(request: TenantRequest, deal: Deal, form: MoveForm, gate: GateForm) -> Deal:
    fields = cast(actions.DealFields, with_new_company(request, gate.given()) if gate.is_bound else {})
    to, seen_in = form.cleaned_data["stage"], form.cleaned_data["seen_in"]
    moved = actions.move_deal(
        deal=deal,
        to=to,
        seen_in=seen_in,
        fields=fields,
        lost_to=form.cleaned_data["lost_to"],
        by=request.member,
        now=clock.now(),
        **form.why_lost,
    )
    return _as_before(request, moved)


def _as_before(request: TenantRequest, deal: Deal) -> Deal:
    """The deal as it stood before the move that `?was=` takes back; as it is without one."""
    try:
        was = signing.loads(request.GET.get("was", ""), salt=TAKEN_BACK)
    except signing.BadSignature:
        return deal
    return actions.stand_as_before(
        deal=deal,
        move=UUID(was["move"]),
        probability=was["probability"],
        forecast_category=was["forecast_category"],
        by=request.member,
        now=clock.now(),
    )


def _can_be_answered(refused: Refused, gate: GateForm) -> bool:
    return refused.code in (REASON_NEEDED, FIELDS_NEEDED) or (gate.is_bound and refused.field in gate.fields)


def _undo(before: Deal, after: Deal) -> str:
    """Where the move is taken back: for a closed deal by reopening it in its former stage."""
    if before.stage_id == after.stage_id:
        return ""
    move = StageChange.objects.filter(deal=after).newest_first().values_list("pk", flat=True)[0]
    was = {"move": str(move), "probability": before.probability, "forecast_category": before.forecast_category}
    act, stage = ("reopen", "to") if after.closed_at else ("move", "stage")
    query = urlencode({stage: str(before.stage_id), "was": signing.dumps(was, salt=TAKEN_BACK)})
    return f"{HOME}{after.pk}/{act}/?{query}"


def _ask(request: TenantRequest, deal: Deal, form: MoveForm, gate: GateForm, *, status: int) -> HttpResponse:
    """What the move still needs, as a dialog on the board and as a page elsewhere."""
    to: Stage = form.cleaned_data["stage"]
    if gate.fields and to.is_lost:
        title = _("Before “%(deal)s” is lost")
    elif to.is_lost:
        title = _("Why was “%(deal)s” lost?")
    else:
        title = _("“%(stage)s” needs a little more")
    context = {
        "deal": deal,
        "to": to,
        "form": form,
        "gate": gate,
        "title": title % {"deal": deal, "stage": to},
        "from_board": is_board(request),
    }
    if request.htmx:
        return in_dialog(render(request, "deals/move_dialog.html", context, status=status))
    return render(request, "deals/move.html", context, status=status)
