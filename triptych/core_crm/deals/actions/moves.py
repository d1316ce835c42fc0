"""Moving a deal through its pipeline: to another stage, to won or lost, and back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.deals.actions.competitors import settle_competitors
from triptych.core_crm.deals.actions.deals import DealFields, first_stage, locked, update_deal
from triptych.core_crm.deals.actions.gates import MoveRefused, check_gate
from triptych.core_crm.deals.actions.rates import closing_rate_of
from triptych.core_crm.deals.models import Competitor, Deal, Stage, StageChange
from triptych.core_crm.rights.access import CHANGE, must, must_set
from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Conflict
from triptych.tenants.members.models import Member

REASON_NEEDED = "REASON_NEEDED"
SET_BY_STAGE = ("stage", "pipeline", "entered_stage_at", "probability", "forecast_category", "closed_at")


@transaction.atomic
def move_deal(
    *,
    deal: Deal,
    to: Stage,
    by: Member | None,
    now: datetime,
    lost_reason: str = "",
    lost_details: str = "",
    seen_in: Stage | None = None,
    fields: DealFields | None = None,
    lost_to: Competitor | None = None,
) -> Deal:
    """Move an open deal to another stage of its pipeline, or to an open one of another; a won or lost stage closes it.

    Losing needs a `lost_reason`. `seen_in` is the stage in which the person saw the deal. `fields` are set in the same
    breath, so that what the stage asks for can come along; with the move refused they stay as they were. Plugins may
    refuse (`check_deal_move`); `deal.moved` is announced, then `deal.won` or `deal.lost` if the stage closes the deal.

    `lost_to` says to which competitor a deal is lost.

    Raises:
        Conflict: the deal has left `seen_in`.
        FieldsNeeded: the deal lacks what the stage asks for (code FIELDS_NEEDED).
        MoveRefused: the deal is closed, the stage is retired or closes deals of another pipeline, the reason is
            missing (code REASON_NEEDED), or a plugin refuses.
        NotAllowed: the deal is lost, and their role withholds the reason.
        Refused: a value of `fields` breaks a rule; it names the field.
    """
    deal = locked(deal)
    must(by, CHANGE, deal)
    if deal.closed_at:
        raise MoveRefused(_("This deal is closed. Reopen it, then move it."))
    if to.pipeline_id != deal.pipeline_id and (to.is_closed or not to.pipeline.is_active):
        raise MoveRefused(_("“%(stage)s” is a stage of another pipeline.") % {"stage": to}, field="stage")
    if seen_in is not None and seen_in.pk != deal.stage_id:
        raise Conflict(_("Somebody has moved this deal to “%(stage)s” in the meantime.") % {"stage": deal.stage})
    if fields:
        deal = update_deal(deal=deal, by=by, now=now, **fields)
    if to.pk == deal.stage_id:
        return deal
    _enter(deal, to, by=by, now=now, lost_reason=lost_reason.strip(), lost_details=lost_details.strip())
    settle_competitors(deal, lost_to=lost_to)
    return deal


@transaction.atomic
def reopen_deal(*, deal: Deal, by: Member | None, now: datetime, to: Stage | None = None, reason: str = "") -> Deal:
    """Take a closed deal back to work, in `to` or in the stage that it was closed from.

    Announces `deal.moved` and `deal.reopened`. The lost reason is cleared; the history keeps that it was lost, why, and
    the `reason` for opening it again. Back in the stage that it was closed from no gate is asked.

    Raises:
        FieldsNeeded: the deal lacks what another stage asks for.
        MoveRefused: the deal is open already, the stage is closed, retired or of another pipeline, or a plugin refuses.
    """
    deal = locked(deal)
    must(by, CHANGE, deal)
    if not deal.closed_at:
        raise MoveRefused(_("This deal is open already."))
    former = stage_before_closing(deal)
    to = to or former or first_stage(deal.pipeline)
    if to.pipeline_id != deal.pipeline_id or to.is_closed:
        raise MoveRefused(_("Choose an open stage of the deal's own pipeline."), field="stage")
    _enter(deal, to, by=by, now=now, note=reason.strip(), gated=to != former)
    settle_competitors(deal, lost_to=None)
    events.announce("deal.reopened", deal, by=by, at=now)
    return deal


@transaction.atomic
def stand_as_before(
    *, deal: Deal, move: UUID, probability: int, forecast_category: str, by: Member | None, now: datetime
) -> Deal:
    """After a move was taken back by another one: let the deal stand in its stage as if it had never left it.

    `move` is the stage change that was taken back, the last one but one; if it is not, the deal stays as it is. The
    history keeps both.
    """
    deal = locked(deal)
    must(by, CHANGE, deal)
    last = StageChange.objects.filter(deal=deal).newest_first()[:2]
    if len(last) < 2 or last[1].pk != move or last[1].from_stage_id != deal.stage_id:
        return deal
    deal.entered_stage_at = last[1].at - last[1].took
    deal.probability, deal.forecast_category = probability, forecast_category
    deal.save_fields("entered_stage_at", "probability", "forecast_category", at=now)
    return deal


def _enter(
    deal: Deal,
    to: Stage,
    *,
    by: Member | None,
    now: datetime,
    lost_reason: str = "",
    lost_details: str = "",
    note: str = "",
    gated: bool = True,
) -> None:
    if not to.is_active:
        raise MoveRefused(_("“%(stage)s” is retired. Choose another stage.") % {"stage": to}, field="stage")
    if gated:
        check_gate(deal, to, by=by)
    if to.is_lost and not lost_reason:
        message = _("Say in a few words why the deal was lost, e.g. Price.")
        raise MoveRefused(message, field="lost_reason", code=REASON_NEEDED)
    if to.is_lost:
        must_set(by, deal, ["lost_reason"])
    hooks.check("deal_move", deal=deal, to=to, by=by)

    former, time_in_stage = deal.stage, deal.time_in_stage(now=now)
    deal.enter(to, at=now)
    deal.closing_rate = closing_rate_of(deal)
    deal.lost_reason, deal.lost_details = (lost_reason, lost_details) if to.is_lost else ("", "")
    change = StageChange(
        deal=deal, from_stage=former, to_stage=to, at=now, by=by, time_in_stage=max(time_in_stage, timedelta())
    )
    change.note = deal.lost_reason or note
    check_fields(deal, only=("lost_reason", "lost_details"))
    check_fields(change, only=("note",))
    deal.save_fields(*SET_BY_STAGE, "closing_rate", "lost_reason", "lost_details", at=now)
    change.save(force_insert=True)
    stages = {
        "from_stage": str(former.pk),
        "to_stage": str(to.pk),
        "from_status": former.status,
        "to_status": to.status,
    }
    events.announce("deal.moved", deal, by=by, at=now, **stages)
    if to.is_closed:
        events.announce("deal.won" if to.is_won else "deal.lost", deal, by=by, at=now)


def stage_before_closing(deal: Deal) -> Stage | None:
    """The open stage that it stood in last, if that still takes deals."""
    changes = StageChange.objects.filter(deal=deal, from_stage__is_closed=False, from_stage__is_active=True)
    last = changes.newest_first().select_related("from_stage").first()
    return last.from_stage if last else None
