"""From rows of the file to rows that are to be written: the same for the dry run and for the import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.imports.alike import doubt_of
from triptych.core_crm.imports.findings import Finding, FindingBook
from triptych.core_crm.imports.forgotten import doubts_of_forgotten
from triptych.core_crm.imports.importer import Field, Row, Writing
from triptych.core_crm.imports.interpreting import EMPTY, Interpreter
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.plan import Plan
from triptych.core_crm.imports.recognising import is_repeated, key_of, recognised, repeated_row
from triptych.core_crm.imports.tables import SourceRow

NewNames = Callable[[Field, Sequence[str]], Sequence[UUID]]
"""Makes records for names that are to be created and answers with their ids, in that order."""


@dataclass
class Examined:
    """A chunk after reading: rows to write, and how many of its rows were rejected or doubted. Those that hold other
    objects only, or the same one again, are neither."""

    rows: list[Row]
    rejected: int
    doubtful: int


def examine(
    plan: Plan, reader: Interpreter, chunk: Sequence[SourceRow], book: FindingBook, writing: Writing, make: NewNames
) -> Examined:
    """Read a chunk for writing: interpret, recognise what is here already, add names, complete. Fills `book`.

    What only rows name that are left out is not added.
    """
    found: dict[int, list[Finding]] = {}
    rows: list[Row] = []
    rejected = 0
    for source in chunk:
        outcome = reader.read(source)
        if outcome.is_absent:
            continue
        found[source.number] = outcome.findings
        rejected += outcome.row is None
        if outcome.row is not None:
            rows.append(outcome.row)
    doubtful = {row.number for row in rows if found[row.number]}
    rows, refused = _without_refused(plan, rows, book, doubtful, writing)
    kept = {row.number for row in rows}
    for number, findings in found.items():
        for finding in findings:
            if number in kept or finding.code != "added":
                book.add(number, finding)
    added = {name for names in reader.new_names.values() for name in names}
    add_names(plan, reader, rows, make)
    for row, finding in doubts_of_forgotten(plan.target.importer, rows, added):
        book.add(row.number, finding)
        doubtful.add(row.number)
    rows = [plan.target.importer.completed(row, writing) for row in rows]
    spare_what_stays(plan, rows)
    plan.accepted |= kept
    plan.doubted |= doubtful & kept
    return Examined(rows, rejected + refused, len(doubtful & kept))


def add_names(plan: Plan, reader: Interpreter, rows: Sequence[Row], make: NewNames) -> None:
    """Make the records that links of these rows are to create, and put their ids into the rows."""
    for field_name, wanted in reader.new_names.items():
        names = plan.names_for(plan.by_name[field_name])
        named = {row.texts[field_name].casefold() for row in rows if row.values.get(field_name, EMPTY) is None}
        fresh = [name for key, name in wanted.items() if key in named and names.find(name) is None]
        for name, pk in zip(fresh, make(plan.by_name[field_name], fresh), strict=True):
            names.add(pk, name)
        for row in rows:
            if field_name in row.values and row.values[field_name] is None:
                row.values[field_name] = names.find(row.texts[field_name])
    reader.new_names.clear()


def _without_refused(
    plan: Plan, rows: list[Row], book: FindingBook, doubtful: set[int], writing: Writing
) -> tuple[list[Row], int]:
    """The rows that the importer and the import's mode let through, with `existing` set; and how many were not."""
    known = recognised(plan, rows)
    kept: list[Row] = []
    refused = 0
    for row in rows:
        if plan.record.is_part and is_repeated(plan, row):
            continue
        row.existing = known.get(row.number)
        findings = [
            Finding(problem.field, problem.code, row.texts.get(problem.field, ""), problem.message, problem.refuses)
            for problem in plan.target.importer.problems(row)
        ]
        repeated = repeated_row(plan, row)
        for finding in (repeated, _of_mode(plan, row) if repeated is None else None):
            if finding:
                findings.append(finding)
        if not any(finding.is_rejection for finding in findings) and (finding := doubt_of(plan, row, writing)):
            findings.append(finding)
        for finding in findings:
            book.add(row.number, finding)
        if any(finding.is_rejection for finding in findings):
            refused += 1
            continue
        if findings:
            doubtful.add(row.number)
        kept.append(row)
    return kept, refused


def _of_mode(plan: Plan, row: Row) -> Finding | None:
    field, _key = key_of(plan, row)
    value = row.texts.get(field, "")
    if row.existing and plan.record.mode == Import.Mode.CREATE:
        message = _("“{value}” is here already. Choose to update what is here, or leave it.").format(value=value[:100])
        return Finding(field, "already_here", value, message, is_rejection=True)
    if not row.existing and plan.record.mode == Import.Mode.UPDATE_ONLY:
        message = _("“{value}” is not here yet, and you chose to add nothing.").format(value=value[:100])
        return Finding(field, "not_here", value, message, is_rejection=True)
    return None


def spare_what_stays(plan: Plan, rows: Sequence[Row]) -> None:
    """Take out of rows that update a record what is not to be written over."""
    rules = {name: rule for name, rule in plan.record.overwrite.items() if name in plan.record.mapping}
    changing = [row for row in rows if row.existing]
    if not rules or not changing:
        return
    importer = plan.target.importer
    records = importer.model._default_manager.in_bulk([row.existing for row in changing])
    held = {one.name: columns.held for _plugin, columns in plan.target.extras for one in columns.fields}
    for row in changing:
        record = records.get(row.existing)
        for name, rule in rules.items():
            if rule == Import.Overwrite.NEVER or (record and held.get(name, importer.held)(record, name)):
                row.values.pop(name, None)
                row.texts.pop(name, None)
