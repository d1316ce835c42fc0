"""What deals put on timelines: their own moves, and those of a company's or a contact's deals."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.activities.timeline import Entry, TimelineSource, Wanted
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal, StageChange, StageChangeQuerySet
from triptych.core_crm.rights.access import through
from triptych.platform.records import Record
from triptych.tenants.members.models import Member


def moves_around(record: Record, member: Member) -> StageChangeQuerySet | None:
    """The moves that a record's timeline shows; None for records that have nothing to do with deals."""
    moves = StageChange.objects.filter(from_stage__isnull=False, deal__deleted_at=None)
    moves = through(member, moves, "deal", Deal)
    if isinstance(record, Deal):
        return moves.filter(deal=record)
    if isinstance(record, Company):
        return moves.filter(deal__in=Deal.objects.of_company(record.pk))
    if isinstance(record, Contact):
        return moves.filter(deal__in=Deal.objects.of_contact(record.pk))
    return None


def stage_moves(record: Record, moves: StageChangeQuerySet) -> TimelineSource:
    """The moves as a source; with the deal's name unless the record is the deal."""

    def entries(wanted: Wanted) -> list[Entry]:
        page = wanted.page_of(moves).select_related("from_stage", "to_stage", "by", "deal")
        return [_entry(move, named=move.deal_id != record.pk) for move in page]

    return TimelineSource({"stage": gettext_lazy("Deal moves")}, entries)


def _entry(move: StageChange, *, named: bool) -> Entry:
    to = move.to_stage
    if to.is_won:
        icon, tone, said = "trophy", "green", _("Deal won")
    elif to.is_lost:
        icon, tone, said = "circle-x", "red", _("Deal lost")
    else:
        icon, tone, said = "arrow-right", "accent", _("Moved from %(a)s to %(b)s") % {"a": move.from_stage, "b": to}
    return Entry(
        at=move.at,
        key=move.pk,
        kind="stage",
        title=f"{move.deal.name}: {said}" if named else said,
        icon=icon,
        tone=tone,
        by=str(move.by or ""),
        body=move.note or (move.deal.lost_reason if to.is_lost and move.deal.closed_at == move.at else ""),
        url=move.deal.get_absolute_url() if named else "",
    )
