"""What cases contribute to the generic hooks."""

from collections.abc import Sequence
from datetime import datetime

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.core_crm.cases.defaults import make_defaults
from triptych.core_crm.cases.models import Case
from triptych.core_crm.cases.timeline import cases_around, messages, openings
from triptych.platform.plugins import hookimpl
from triptych.platform.records import Record


@hookimpl
def tenant_defaults(now: datetime) -> None:
    make_defaults(now)


@hookimpl
def timeline_sources(record: Record) -> list[TimelineSource]:
    cases = cases_around(record)
    return [] if cases is None else [openings(cases), messages(cases)]


@hookimpl
def also_concerned(records: Sequence[RecordRef]) -> list[RecordRef]:
    """The contact, the company and the deal of a case."""
    ids = [ref.id for ref in records if ref.kind == "case"]
    rows = Case.objects.filter(pk__in=ids).values_list("contact_id", "company_id", "deal_id") if ids else ()
    kinds = ("contact", "company", "deal")
    return [RecordRef(kind, pk) for row in rows for kind, pk in zip(kinds, row, strict=True) if pk]
