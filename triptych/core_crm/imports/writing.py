"""Writing the rows of a chunk: the object itself, what plugins add to it, names to be created, references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.imports.findings import Finding, FindingBook
from triptych.core_crm.imports.importer import Change, ExtraColumns, Field, Row, Writing
from triptych.core_crm.imports.models import Import, ImportReference
from triptych.core_crm.imports.plan import Plan
from triptych.core_crm.imports.registry import REFERENCE, importer_named
from triptych.platform.plugins import failures
from triptych.platform.refusals import Refused


@dataclass
class RowWriter:
    """Writes rows of one chunk and gathers the changes it makes."""

    plan: Plan
    writing: Writing
    book: FindingBook
    changes: list[Change] = field(default_factory=list)

    def write(self, rows: list[Row]) -> tuple[int, int]:
        """Write rows, with everything that hangs on them; how many were created and how many updated."""
        for row in rows:
            row.is_new = row.existing is None
        written = self._written(rows)
        for plugin, columns in self.plan.target.extras:
            late = [row for row in written if row.is_new or not columns.is_asked_for]
            self.changes += self._extra_written(plugin, columns, late, self.writing)
        keep_references(self.plan.record, written)
        created = sum(row.is_new for row in written)
        return created, len(written) - created

    def link(self, rows: list[Row]) -> None:
        """Set the links that had to wait, those of the object itself and those that others added."""
        own = {one.name for one in self.plan.target.importer.fields() if one.deferred}
        if mine := [row for row in rows if own & row.values.keys()]:
            with self._own_values(mine):
                self.changes += self.plan.target.importer.link(mine, self.writing)
        for plugin, columns in self.plan.target.extras:
            self.changes += self._extra_written(plugin, columns, rows, self.writing)

    def _written(self, rows: list[Row]) -> list[Row]:
        """Write all rows at once or, when one of them breaks a rule, one by one, rejecting those that do."""
        existing = [row.existing for row in rows]
        try:
            self._write_together(rows)
        except (Refused, DatabaseError):
            for row, former in zip(rows, existing, strict=True):
                row.existing = former
            return [row for row in rows if self._written_alone(row)]
        return rows

    def _write_together(self, rows: Sequence[Row]) -> None:
        """Write all of these rows or none; what is doubted of them is said once they are written."""
        changes: list[Change] = []
        doubts: list[tuple[int, str, str, str]] = []
        writing = replace(self.writing, doubt=lambda *doubt: doubts.append(doubt))
        with transaction.atomic():
            for some in one_each(rows):
                there = [row for row in some if row.existing]
                for plugin, columns in self.plan.target.extras:
                    if columns.is_asked_for:
                        changes += self._extra_written(plugin, columns, there, writing)
                with self._own_values(some):
                    changes += self.plan.target.importer.write(some, writing)
        self.changes += changes
        for doubt in doubts:
            self.writing.doubt(*doubt)

    @contextmanager
    def _own_values(self, rows: Sequence[Row]) -> Iterator[None]:
        """Show the importer only the values of its own fields; those that others added are written after it."""
        extra = {one.name for _plugin, columns in self.plan.target.extras for one in columns.fields}
        whole = [row.values for row in rows]
        for row in rows:
            row.values = {name: value for name, value in row.values.items() if name not in extra}
        try:
            yield
        finally:
            for row, values in zip(rows, whole, strict=True):
                row.values = {**values, **row.values}

    def _written_alone(self, row: Row) -> bool:
        try:
            self._write_together([row])
        except Refused as refused:
            name = refused.field or ""
            self.book.add(row.number, Finding(name, "refused", row.texts.get(name, ""), refused.message, True))
            return False
        except DatabaseError:
            message = _("The row does not fit beside what is here, for example an email that somebody else has.")
            self.book.add(row.number, Finding("", "refused", "", message, is_rejection=True))
            return False
        return True

    def _extra_written(self, plugin: str, columns: ExtraColumns, rows: Sequence[Row], writing: Writing) -> list[Change]:
        """Let a plugin write its columns. When it cannot, its part is missing and said to be; the rows stay."""
        names = {one.name for one in columns.fields}
        mine = [row for row in rows if names & row.values.keys()]
        if not mine:
            return []
        try:
            with transaction.atomic():
                return columns.write(mine, writing)
        except Exception as error:
            failures.report(plugin, "import_columns", error)
            first = next(one for one in columns.fields if one.name in self.writing.mapped)
            reason = _("“{label}” could not be added to the record.").format(label=first.label)
            for row in mine:
                writing.doubt(row.number, first.name, "", error.message if isinstance(error, Refused) else reason)
            return []

    def make_named(self, wanted: Field, names: Sequence[str]) -> list[UUID]:
        """Create records for names that a link asks for; their ids, in that order."""
        if not names:
            return []
        importer = self.plan.target.importer
        if importer.own_names(wanted.name, self.plan.record.options) is not None:
            changes = importer.new_own(wanted.name, names, self.writing)
        else:
            # what the columns of this file say is not said of them: they belong to whoever imports
            changes = importer_named(wanted.link).new_named(names, replace(self.writing, mapped=frozenset()))
        self.changes += changes
        return [change.object_id for change in changes if change.before is None]


def one_each(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in turns, in none of which two rows are about the same record."""
    turns: list[list[Row]] = []
    counts: dict[UUID, int] = {}
    for row in rows:
        turn = counts.get(row.existing, 0) if row.existing else 0
        if row.existing:
            counts[row.existing] = turn + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(row)
    return turns


def keep_references(record: Import, rows: Sequence[Row]) -> None:
    """Remember the keys of the other system. A key whose record has gone for good goes to the new one."""
    wanted = {row.values[REFERENCE]: row.existing for row in rows if row.values.get(REFERENCE) and row.existing}
    if not wanted:
        return
    known = ImportReference.objects.filter(kind=record.object_name, key__in=wanted)
    there = dict(known.values_list("key", "object_id"))
    stale = [key for key, pk in there.items() if wanted[key] != pk]
    known.filter(key__in=stale).delete()
    ImportReference.objects.bulk_create(
        ImportReference(kind=record.object_name, key=key, object_id=pk, of_import=record)
        for key, pk in wanted.items()
        if key not in there or key in stale
    )
