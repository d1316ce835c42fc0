"""The dry run: everything that an import would do, said in numbers and findings, without doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from triptych.core_crm.imports.files import planned
from triptych.core_crm.imports.findings import FindingBook
from triptych.core_crm.imports.importer import Field, Row
from triptych.core_crm.imports.interpreting import Interpreter
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.plan import CHUNK, Plan, examine
from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member

SHOWN = 8
AT_ONCE = 20_000
"""How many rows a page waits for. More are read while they are imported."""


@dataclass
class Forecast:
    """What would happen: counts of rows, the first rows as they would be written, and names that would be added."""

    created: int = 0
    updated: int = 0
    rejected: int = 0
    doubtful: int = 0
    rows: list[Row] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)

    left: int = 0
    """Rows that were not looked at."""

    @property
    def total(self) -> int:
        """How many rows would be written, as far as is known."""
        return self.created + self.updated + self.left


def check_import(record: Import, *, by: Member, at: datetime, most: int | None = None) -> Forecast:
    """Read the file, or its first `most` rows, and keep what was found with the import, in place of what an earlier
    check found.

    Raises:
        UnreadableFile: the file breaks off.
    """
    forecast = Forecast()
    book = FindingBook()
    with planned(record) as plan:
        links = plan.interpreter(deferred=True)  # now, so that the first pass teaches it the names of the new rows
        chunks = -(-(most or record.row_count) // CHUNK)
        forecast.left = max(0, record.row_count - chunks * CHUNK)
        _first_pass(plan, forecast, book, by, at, chunks)
        if plan.has_deferred:
            _second_pass(plan, links, forecast, book, chunks)
    with transaction.atomic():
        record.findings.all().delete()
        book.save(record)
        record.checked_at = at
        record.rejected_count, record.doubtful_count = forecast.rejected, forecast.doubtful
        record.save(update_fields=["checked_at", "rejected_count", "doubtful_count"])
    return forecast


def _first_pass(plan: Plan, forecast: Forecast, book: FindingBook, by: Member, at: datetime, chunks: int) -> None:
    reader = plan.interpreter(deferred=False)
    writing = plan.writing(by=by, at=at, book=book)

    def pretend(field: Field, names: Sequence[str]) -> Sequence[UUID]:
        forecast.added[field.name] = forecast.added.get(field.name, 0) + len(names)
        return [new_id() for _name in names]

    for chunk in islice(plan.chunks(), chunks):
        examined = examine(plan, reader, chunk, book, writing, pretend)
        forecast.rejected += examined.rejected
        forecast.doubtful += examined.doubtful
        for row in examined.rows:
            forecast.updated += row.existing is not None
            forecast.created += row.existing is None
            plan.learn(row)
        forecast.rows += examined.rows[: SHOWN - len(forecast.rows)]


def _second_pass(plan: Plan, reader: Interpreter, forecast: Forecast, book: FindingBook, chunks: int) -> None:
    """Look at the links to records of the same file. They never reject a row, they are left empty."""
    shown = {row.number: row for row in forecast.rows}
    for chunk in islice(plan.chunks(), chunks):
        for source in chunk:
            if source.number not in plan.accepted:
                continue
            outcome = reader.read(source)
            for finding in outcome.findings:
                book.add(source.number, finding)
            if outcome.findings and source.number not in plan.doubted:
                forecast.doubtful += 1
            if outcome.row and source.number in shown:
                shown[source.number].texts |= outcome.row.texts
    for name, fresh in reader.new_names.items():
        forecast.added[name] = len(fresh)
