"""Writing an import, chunk by chunk. Each chunk commits its records, findings, changes and position together, so that
a run that is killed goes on where its last chunk ended, and no row is written twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.imports.alike import note
from triptych.core_crm.imports.changes import record_changes
from triptych.core_crm.imports.examining import add_names, examine
from triptych.core_crm.imports.files import planned
from triptych.core_crm.imports.findings import FindingBook
from triptych.core_crm.imports.importer import Row
from triptych.core_crm.imports.interpreting import Interpreter
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.order import in_order
from triptych.core_crm.imports.plan import Plan
from triptych.core_crm.imports.recognising import repeated_row
from triptych.core_crm.imports.tables import SourceRow
from triptych.core_crm.imports.writing import RowWriter
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import still_here
from triptych.tenants.members.models import Member

WriteChunk = Callable[[Interpreter, Sequence[SourceRow], RowWriter], None]


class Watcher(Protocol):
    """Whoever is told how far it is and may ask it to stop: a running job, or a command."""

    @property
    def cancel_requested(self) -> bool: ...
    def progress(self, done: int, total: int | None = None, note: str = "") -> None: ...
    def checkpoint(self, reached: dict[str, Any]) -> None: ...


class RunElsewhere(Refused):
    """Somebody else writes this import at this moment, or has ended it."""

    code = "RUN_ELSEWHERE"


def run_import(record: Import, *, by: Member, at: datetime, watcher: Watcher) -> Import:
    """Write what is left of an import that has been started, and of those that came with it. Stops early, and says so,
    when the watcher asks.

    Raises:
        RunElsewhere: another process has gone on with it in the meantime. What this one committed stands.
        UnreadableFile: the file breaks off; the rows before that are written.
    """
    records = [record if one.pk == record.pk else one for one in record.together()]
    progress = Progress(watcher, sum(one.row_count for one in records))
    for step in (Run.write, Run.link):
        for one in in_order([one for one in records if one.object_name]):
            if one.state == Import.State.RUNNING:
                progress.begin(one)
                with planned(one, by) as plan:
                    step(Run(plan, by, at, progress))
            if one.state == Import.State.CANCELLED:
                _stop_the_rest(records, at)
                return record
    return record


def _stop_the_rest(records: Sequence[Import], at: datetime) -> None:
    """When one table was stopped, those after it are."""
    left = [one for one in records if one.state == Import.State.RUNNING]
    for one in left:
        one.state, one.finished_at, one.updated_at = Import.State.CANCELLED, at, at
    Import.objects.bulk_update(left, ["state", "finished_at", "updated_at"])


class Progress:
    """One progress over all tables of an upload."""

    def __init__(self, watcher: Watcher, total: int) -> None:
        self.watcher, self.total, self.before = watcher, total, 0
        self._passed: dict[Any, int] = {}

    def begin(self, record: Import) -> None:
        """Turn to a table; those before it are written."""
        self.before = 0 if record.linking else sum(self._passed.values())
        self._passed[record.pk] = record.row_count

    @property
    def cancel_requested(self) -> bool:
        return self.watcher.cancel_requested

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.watcher.progress(min(self.total, self.before + done), self.total, note)

    def checkpoint(self, reached: dict[str, Any]) -> None:
        self.watcher.checkpoint(reached)


@dataclass
class Run:
    """One go at writing an import, from where it stands to its end."""

    plan: Plan
    by: Member
    at: datetime
    watcher: Watcher

    def __post_init__(self) -> None:
        self.record = self.plan.record
        self.book = FindingBook()

    def write(self) -> None:
        """The first pass; the end, if there is nothing to link."""
        if self.record.linking:
            return
        self.book.continue_from(self.record)
        self._begin()
        if not self._pass(self.plan.interpreter(deferred=False), self._write):
            return
        if self.plan.has_deferred:
            self._turn_to_links()
        else:
            self._end(Import.State.DONE)

    def link(self) -> None:
        """The second pass, over the links that had to wait, and the end."""
        self.book.continue_from(self.record)
        if self._pass(self.plan.interpreter(deferred=True), self._link):
            self._end(Import.State.DONE)

    def _begin(self) -> None:
        """Make what the whole import needs; or, when going on, read again the keys of the rows behind us."""
        if self.record.position:
            self._reread()
            return
        with transaction.atomic():
            self._lock()
            writing = self.plan.writing(by=self.by, at=self.at, book=self.book)
            self.record.options, changes = self.plan.target.importer.begin(writing)
            record_changes(self.record, changes)
            self.record.save(update_fields=["options"])

    def _reread(self) -> None:
        reader = self.plan.interpreter(deferred=False)
        left = self.record.position
        for chunk in self.plan.chunks():
            for source in chunk[:left]:
                row = reader.read(source).row
                if row and repeated_row(self.plan, row) is None:
                    note(self.plan, row)
            left -= min(left, len(chunk))
            if not left:
                break

    def _turn_to_links(self) -> None:
        self.record.linking, self.record.position = True, 0
        self.record.save(update_fields=["linking", "position"])

    def _pass(self, reader: Interpreter, write: WriteChunk) -> bool:
        """Go over the rows that are left; whether it came to the end."""
        note = _("Linking the records") if self.record.linking else _("Writing the records")
        for chunk in self.plan.chunks(skip=self.record.position):
            if self.watcher.cancel_requested:
                self._end(Import.State.CANCELLED)
                return False
            self._commit(reader, chunk, write)
            self.watcher.progress(self.record.position, self.record.row_count, note)
        return True

    @transaction.atomic
    def _commit(self, reader: Interpreter, chunk: Sequence[SourceRow], write: WriteChunk) -> None:
        """One chunk, all of it or nothing, by whoever imports, with the rights that they have by now."""
        self._lock()
        self.by = still_here(self.by.pk)
        writer = RowWriter(self.plan, self.plan.writing(by=self.by, at=self.at, book=self.book), self.book)
        with events.part_of(f"import:{self.record.pk}"):
            write(reader, chunk, writer)
        record_changes(self.record, writer.changes)
        self.book.save(self.record)
        self.record.position += len(chunk)
        self.record.updated_at = self.at
        counts = ("created_count", "updated_count", "rejected_count", "doubtful_count")
        self.record.save(update_fields=["position", "updated_at", *counts])
        self.watcher.checkpoint({"linking": self.record.linking, "row": self.record.position})

    def _write(self, reader: Interpreter, chunk: Sequence[SourceRow], writer: RowWriter) -> None:
        """The first pass: the records themselves."""
        examined = examine(self.plan, reader, chunk, self.book, writer.writing, writer.make_named)
        created, updated = writer.write(examined.rows)
        self.record.created_count += created
        self.record.updated_count += updated
        self.record.rejected_count += examined.rejected + len(examined.rows) - created - updated
        self.record.doubtful_count += examined.doubtful

    def _link(self, reader: Interpreter, chunk: Sequence[SourceRow], writer: RowWriter) -> None:
        """The second pass: the links between records of the same file."""
        kind = self.plan.target.importer.model._meta.label_lower
        mine = self.record.changes.filter(kind=kind, row__in=[source.number for source in chunk])
        written = dict(mine.values_list("row", "object_id"))
        rows: list[Row] = []
        for source in chunk:
            if source.number not in written:
                continue
            outcome = reader.read(source)
            for finding in outcome.findings:
                finding.is_rejection = False
                self.book.add(source.number, finding)
            self.record.doubtful_count += bool(outcome.findings) and source.number not in self.plan.doubted
            if outcome.row and outcome.row.values:
                outcome.row.existing = written[source.number]
                rows.append(outcome.row)
        add_names(self.plan, reader, rows, writer.make_named)
        writer.link(rows)

    def _lock(self) -> None:
        """Make sure that nobody else writes this import, until the transaction ends."""
        kept = Import.objects.select_for_update().get(pk=self.record.pk)
        stands = (kept.position, kept.linking) == (self.record.position, self.record.linking)
        if kept.state != Import.State.RUNNING or not stands:
            raise RunElsewhere(_("This import is being run elsewhere. Look at its page to see how far it is."))

    @transaction.atomic
    def _end(self, state: Import.State) -> None:
        self._lock()
        self.record.state, self.record.finished_at, self.record.updated_at = state, self.at, self.at
        self.record.save(update_fields=["state", "finished_at", "updated_at"])
        events.announce(
            "import.finished",
            self.record,
            by=self.by,
            at=self.at,
            object=self.record.object_name,
            created=self.record.created_count,
            updated=self.record.updated_count,
        )
