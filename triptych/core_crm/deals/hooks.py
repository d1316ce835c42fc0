"""What deals contribute to the generic hooks."""

from collections.abc import Sequence
from datetime import datetime

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.core_crm.deals.defaults import make_defaults
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.deals.timeline import moves_around, stage_moves
from triptych.platform.plugins import hookimpl
from triptych.platform.records import Record


@hookimpl
def tenant_defaults(now: datetime) -> None:
    make_defaults(now)


@hookimpl
def timeline_sources(record: Record) -> list[TimelineSource]:
    moves = moves_around(record)
    return [] if moves is None else [stage_moves(record, moves)]


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[RecordRef]:
    """The company and the primary contact of a deal."""
    ids = [ref.id for ref in records if ref.kind == "deal"]
    rows = Deal.objects.filter(pk__in=ids).values_list("company_id", "primary_contact_id") if ids else ()
    return [RecordRef(kind, pk) for row in rows for kind, pk in zip(("company", "contact"), row, strict=True) if pk]
