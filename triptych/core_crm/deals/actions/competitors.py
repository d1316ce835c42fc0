"""Writes to competitors, and to who competes for a deal."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.db import models, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts.models import Company
from triptych.core_crm.deals.models import Competitor, Deal, DealCompetitor
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

State = DealCompetitor.State


class CompetitorFields(TypedDict, total=False):
    """What can be set on a competitor."""

    name: str
    website: str
    strengths: str
    weaknesses: str
    company: Company | None


@transaction.atomic
def create_competitor(*, by: Member | None, now: datetime, **fields: Unpack[CompetitorFields]) -> Competitor:
    """Keep a new competitor. Announces `competitor.created`.

    Raises:
        Refused: the name is taken or empty, or a value breaks a rule; it names the field.
    """
    made = Competitor(created_at=now, updated_at=now)
    apply_changes(made, _cleaned(fields))
    check_fields(made)
    _refuse_taken_name(made)
    made.save(force_insert=True)
    events.announce("competitor.created", made, by=by, at=now)
    return made


@transaction.atomic
def update_competitor(
    *, competitor: Competitor, by: Member | None, now: datetime, version: int | None = None,
    **fields: Unpack[CompetitorFields],
) -> Competitor:  # fmt: skip
    """Change the given fields of a competitor. Announces `competitor.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: the name is taken or empty, or a value breaks a rule; it names the field.
    """
    competitor = Competitor.objects.select_for_update(of=("self",)).select_related("company").get(pk=competitor.pk)
    competitor.expect_version(version)
    changes = apply_changes(competitor, _cleaned(fields))
    if not changes:
        return competitor
    _refuse_taken_name(competitor)
    competitor.save_fields(*changes, "sort_key", at=now)
    events.announce("competitor.updated", competitor, by=by, at=now, changed=sorted(changes))
    return competitor


@transaction.atomic
def delete_competitor(*, competitor: Competitor, by: Member | None, now: datetime) -> Competitor:
    """Put a competitor into the bin; deals keep that they competed. Announces `competitor.deleted`."""
    if competitor.deleted_at is None:
        competitor.deleted_at = now
        competitor.save_fields("deleted_at", at=now)
        events.announce("competitor.deleted", competitor, by=by, at=now)
    return competitor


@transaction.atomic
def set_deal_competitor(
    *, deal: Deal, competitor: Competitor, by: Member | None, now: datetime, state: str = State.IN_PLAY
) -> DealCompetitor:
    """Say that somebody competes for a deal, and how that stands. Announces `deal.competitor_set`.

    Raises:
        Refused: the deal is lost to somebody and not lost.
    """
    must(by, CHANGE, deal)
    if state not in State.values:
        raise Refused(_("“%(state)s” is no state of a competitor.") % {"state": state}, field="state")
    if state == State.LOST_TO and not deal.is_lost:
        raise Refused(_("This deal is not lost. Move it to a lost stage first."), field="state")
    found, _made = DealCompetitor.objects.update_or_create(deal=deal, competitor=competitor, defaults={"state": state})
    if state == State.LOST_TO:
        others = DealCompetitor.objects.filter(deal=deal, state=State.LOST_TO).exclude(pk=found.pk)
        others.update(state=State.IN_PLAY)
    events.announce("deal.competitor_set", deal, by=by, at=now, competitor=str(competitor.pk), state=str(state))
    return found


@transaction.atomic
def remove_deal_competitor(*, deal: Deal, competitor: Competitor, by: Member | None, now: datetime) -> None:
    """Say that somebody does not compete for a deal. Announces `deal.competitor_removed` if they did."""
    must(by, CHANGE, deal)
    count, _rows = DealCompetitor.objects.filter(deal=deal, competitor=competitor).delete()
    if count:
        events.announce("deal.competitor_removed", deal, by=by, at=now, competitor=str(competitor.pk))


def settle_competitors(deal: Deal, *, lost_to: Competitor | None) -> None:
    """After a move: whoever ran against a deal that is won is beaten, and all are in the running while it is open."""
    rows = DealCompetitor.objects.filter(deal=deal)
    if deal.is_open:
        rows.exclude(state=State.IN_PLAY).update(state=State.IN_PLAY)
    elif deal.is_won:
        rows.filter(state=State.IN_PLAY).update(state=State.BEATEN)
    elif lost_to is not None:
        DealCompetitor.objects.update_or_create(deal=deal, competitor=lost_to, defaults={"state": State.LOST_TO})


def _cleaned(fields: CompetitorFields) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _refuse_taken_name(competitor: Competitor) -> None:
    others: models.QuerySet[Competitor] = Competitor.objects.alive().exclude(pk=competitor.pk)
    if others.filter(name__iexact=competitor.name).exists():
        message = _("“%(name)s” is there already. Choose another name.")
        raise Refused(message % {"name": competitor.name}, field="name")
