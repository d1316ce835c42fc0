"""The dry run: everything that an import would do, said in numbers and findings, without doing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from triptych.core_crm.imports.access import must_fill
from triptych.core_crm.imports.examining import examine
from triptych.core_crm.imports.files import planned
from triptych.core_crm.imports.findings import FindingBook
from triptych.core_crm.imports.importer import Field, Row
from triptych.core_crm.imports.learned import Learned
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.order import in_order, links_between
from triptych.core_crm.imports.plan import CHUNK, Plan
from triptych.core_crm.imports.recognising import learn
from triptych.core_crm.imports.tables import SourceRow
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
    check found. Tables that come in with it are read, too, as far as it names their records.

    Raises:
        UnreadableFile: the file breaks off.
    """
    return check_together(record.together(), by=by, at=at, most=most, only=record)[record.pk]


def check_together(
    records: Sequence[Import], *, by: Member, at: datetime, most: int | None = None, only: Import | None = None
) -> dict[UUID, Forecast]:
    """Check tables that come in together, or `only` one of them beside what it needs of the others; the forecasts by
    the imports' ids. Tables whose records others name are read whole, whatever `most` says.

    Raises:
        UnreadableFile: a file breaks off.
        NotAllowed: `by` may not set a field that a column feeds.
    """
    chosen = in_order([record for record in records if record.object_name])
    for record in chosen:
        must_fill(by, record)
    if only is not None:
        chosen = [only if record.pk == only.pk else record for record in chosen]
    named = {link.to.pk for link in links_between(chosen) if link.to.pk != link.of.pk}
    learned = Learned()
    with ExitStack() as stack:
        checks = []
        for record in chosen:
            plan = stack.enter_context(planned(record, by, learned))
            checks.append(Check(plan, by, at, None if record.pk in named else most))
        for check in checks:
            check.first_pass()
        for check in checks:
            check.second_pass()
        with transaction.atomic():
            for check in checks:
                if only is None or check.plan.record.pk == only.pk:
                    check.keep()
    return {check.plan.record.pk: check.forecast for check in checks}


@dataclass
class Check:
    """The dry run of one table."""

    plan: Plan
    by: Member
    at: datetime
    most: int | None

    def __post_init__(self) -> None:
        self.forecast, self.book = Forecast(), FindingBook()
        rows = self.plan.record.row_count
        self.chunk_count = -(-(self.most or rows) // CHUNK)
        self.forecast.left = max(0, rows - self.chunk_count * CHUNK)

    def _chunks(self) -> Iterator[list[SourceRow]]:
        return islice(self.plan.chunks(), self.chunk_count)

    def _pretend(self, field: Field, names: Sequence[str]) -> Sequence[UUID]:
        """Ids for records that would be added, and known to whoever names them afterwards."""
        self.forecast.added[field.name] = self.forecast.added.get(field.name, 0) + len(names)
        made = [new_id() for _name in names]
        self.plan.learned.names[field.link] += zip(made, names, strict=True)
        return made

    def first_pass(self) -> None:
        """The rows themselves."""
        reader = self.plan.interpreter(deferred=False)
        writing = self.plan.writing(by=self.by, at=self.at, book=self.book)
        for chunk in self._chunks():
            examined = examine(self.plan, reader, chunk, self.book, writing, self._pretend)
            self.forecast.rejected += examined.rejected
            self.forecast.doubtful += examined.doubtful
            for row in examined.rows:
                self.forecast.updated += row.existing is not None
                self.forecast.created += row.existing is None
                learn(self.plan, row)
            self.forecast.rows += examined.rows[: SHOWN - len(self.forecast.rows)]
        self.plan.names.clear()

    def second_pass(self) -> None:
        """The links to records of the same file or of later ones. They never reject a row, they are left empty."""
        if not self.plan.has_deferred:
            return
        reader = self.plan.interpreter(deferred=True)
        shown = {row.number: row for row in self.forecast.rows}
        for source in (source for chunk in self._chunks() for source in chunk):
            if source.number not in self.plan.accepted:
                continue
            outcome = reader.read(source)
            for finding in outcome.findings:
                finding.is_rejection = False
                self.book.add(source.number, finding)
            if outcome.findings and source.number not in self.plan.doubted:
                self.forecast.doubtful += 1
            if outcome.row and source.number in shown:
                shown[source.number].texts |= outcome.row.texts
        for name, fresh in reader.new_names.items():
            self.forecast.added[name] = len(fresh)

    def keep(self) -> None:
        """Put what was found in place of what an earlier check found."""
        record = self.plan.record
        record.findings.all().delete()
        self.book.save(record)
        record.checked_at = self.at
        record.rejected_count, record.doubtful_count = self.forecast.rejected, self.forecast.doubtful
        record.save(update_fields=["checked_at", "rejected_count", "doubtful_count"])
