"""Everything needed to read the rows of one import: its target, its mapping, and the names that links may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from triptych.core_crm.deals.money import own_currency
from triptych.core_crm.imports.choices import choices_from_json
from triptych.core_crm.imports.findings import Finding, FindingBook
from triptych.core_crm.imports.importer import Field, Kind, Row, Writing
from triptych.core_crm.imports.interpreting import Interpreter, MappedField
from triptych.core_crm.imports.models import Import, ImportReference
from triptych.core_crm.imports.names import Names
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.imports.registry import REFERENCE, Target, importer_named
from triptych.core_crm.imports.tables import SourceRow, Table
from triptych.core_crm.imports.values import DateOrder
from triptych.platform import scope
from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member

CHUNK = 500
NewNames = Callable[[Field, Sequence[str]], Sequence[UUID]]
"""Makes records for names that are to be created and answers with their ids, in that order."""


@dataclass
class Plan:
    """An import with its file open.

    `seen` holds the keys of the rows behind us, to find rows that come twice; `accepted` and `doubted` their numbers.
    """

    record: Import
    table: Table
    profile: Profile
    target: Target

    def __post_init__(self) -> None:
        self.names: dict[str, Names] = {}
        self.seen: dict[str, int] = {}
        self.accepted: set[int] = set()
        self.doubted: set[int] = set()
        self.choices = choices_from_json(self.record.decisions)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.target.fields}

    @cached_property
    def extra_fields(self) -> tuple[str, ...]:
        """Names of the mapped fields that plugins added."""
        own = {field.name for field in self.target.importer.fields()} | {REFERENCE}
        return tuple(name for name in self.record.mapping if name not in own)

    def writing(self, *, by: Member, at: datetime, book: FindingBook) -> Writing:
        """Who writes this import and when, with its options; what shows while writing goes into `book`."""

        def doubt(row: int, field: str, value: str, message: str) -> None:
            book.add(row, Finding(field, "left_open", value, str(message), is_rejection=False))
            self.record.doubtful_count += row not in self.doubted
            self.doubted.add(row)

        return Writing(
            by=by,
            at=at,
            currency=own_currency(),
            options=self.record.options,
            mapped=frozenset(self.record.mapping),
            extra_fields=self.extra_fields,
            doubt=doubt,
        )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The tenant's time zone, in which times without one are read."""
        return ZoneInfo(getattr(scope.current(), "timezone", "UTC"))

    @property
    def has_deferred(self) -> bool:
        """Whether a second pass is needed."""
        return any(self.by_name[name].deferred for name in self.record.mapping)

    def texts(self) -> dict[str, list[str]]:
        """The different texts of each mapped field, as far as the profile kept them."""
        return {name: list(self.profile.columns[column].values) for name, column in self.record.mapping.items()}

    def interpreter(self, *, deferred: bool) -> Interpreter:
        """An interpreter of the first pass, or of the second one over the deferred links."""
        mapped = [
            self._mapped(self.by_name[name], column)
            for name, column in self.record.mapping.items()
            if self.by_name[name].deferred is deferred
        ]
        return Interpreter(mapped, width=len(self.table.columns))

    def _mapped(self, field: Field, column_name: str) -> MappedField:
        column = self.profile.columns[column_name]
        decided = self.record.date_orders.get(column_name)
        known = None if column.convention.mixed else column.convention.date_order
        return MappedField(
            field=field,
            position=self.table.columns.index(column_name),
            convention=column.convention,
            date_order=DateOrder(decided) if decided else known,
            choices=self.choices.get(field.name, {}),
            names=self.names_for(field) if field.kind is Kind.LINK else None,
            names_label=self.label_of(field),
            zone=self.zone,
        )

    def names_for(self, field: Field) -> Names:
        """The names that a link field may use, read once per import and kind."""
        if field.link not in self.names:
            own = self.target.importer.own_names(field.name, self.record.options)
            self.names[field.link] = Names(importer_named(field.link).names() if own is None else own)
        return self.names[field.link]

    def learn(self, row: Row) -> None:
        """Let links of the second pass find a row that has been, or would be, written."""
        name = str(row.values.get("name", ""))
        if self.has_deferred and name and self.target.importer.name in self.names:
            self.names[self.target.importer.name].add(row.existing or new_id(), name)

    def label_of(self, field: Field) -> str:
        """What the things are called that a link field names, for sentences: “companies”."""
        if field.kind is not Kind.LINK:
            return ""
        if self.target.importer.own_names(field.name, self.record.options) is not None:
            return field.link
        return str(importer_named(field.link).label).lower()

    def chunks(self, *, skip: int = 0) -> Iterator[list[SourceRow]]:
        """The rows of the file in bites, without the first `skip`."""
        rows = self.table.rows()
        for _row in islice(rows, skip):
            pass
        while chunk := list(islice(rows, CHUNK)):
            yield chunk


@dataclass
class Examined:
    """A chunk after reading: rows to write, and how many of its rows were rejected or doubted."""

    rows: list[Row]
    rejected: int
    doubtful: int


def examine(
    plan: Plan, reader: Interpreter, chunk: Sequence[SourceRow], book: FindingBook, writing: Writing, make: NewNames
) -> Examined:
    """Read a chunk for writing: interpret, add names, recognise what is here already, complete. Fills `book`."""
    rows: list[Row] = []
    rejected = 0
    doubtful: set[int] = set()
    for source in chunk:
        outcome = reader.read(source)
        for finding in outcome.findings:
            book.add(source.number, finding)
        if outcome.row is None:
            rejected += 1
            continue
        if outcome.findings:
            doubtful.add(source.number)
        rows.append(outcome.row)
    add_names(plan, reader, rows, make)
    rows, refused = _without_refused(plan, rows, book, doubtful)
    rows = [plan.target.importer.completed(row, writing) for row in rows]
    numbers = {row.number for row in rows}
    plan.accepted |= numbers
    plan.doubted |= doubtful & numbers
    return Examined(rows, rejected + refused, len(doubtful & numbers))


def add_names(plan: Plan, reader: Interpreter, rows: Sequence[Row], make: NewNames) -> None:
    """Make the records that links are to create, and put their ids into the rows."""
    for field_name, wanted in reader.new_names.items():
        names = plan.names_for(plan.by_name[field_name])
        fresh = [name for name in wanted.values() if names.find(name) is None]
        for name, pk in zip(fresh, make(plan.by_name[field_name], fresh), strict=True):
            names.add(pk, name)
        for row in rows:
            if field_name in row.values and row.values[field_name] is None:
                row.values[field_name] = names.find(row.texts[field_name])
    reader.new_names.clear()


def _without_refused(plan: Plan, rows: list[Row], book: FindingBook, doubtful: set[int]) -> tuple[list[Row], int]:
    """The rows that the importer and the import's mode let through, with `existing` set; and how many were not."""
    recognised = _recognise(plan, rows)
    kept: list[Row] = []
    for row in rows:
        findings = [
            Finding(problem.field, problem.code, row.texts.get(problem.field, ""), problem.message, problem.refuses)
            for problem in plan.target.importer.problems(row)
        ]
        repeated = repeated_row(plan, row)
        row.existing = recognised.get(row.number)
        for finding in (repeated, _of_mode(plan, row) if repeated is None else None):
            if finding:
                findings.append(finding)
        for finding in findings:
            book.add(row.number, finding)
        if any(finding.is_rejection for finding in findings):
            continue
        if findings:
            doubtful.add(row.number)
        kept.append(row)
    return kept, len(rows) - len(kept)


def repeated_row(plan: Plan, row: Row) -> Finding | None:
    """A finding for a row whose key an earlier row of the file had."""
    field, key = key_of(plan, row)
    if not key:
        return None
    first = plan.seen.setdefault(key, row.number)
    if first == row.number:
        return None
    message = _("The file has this one more than once; the first of them is taken.")
    return Finding(field, "repeated", row.texts.get(field, ""), message, is_rejection=True)


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


def key_of(plan: Plan, row: Row) -> tuple[str, str]:
    """The field that recognises this row, and its key; an empty key recognises nothing."""
    reference = row.values.get(REFERENCE)
    if reference:
        return REFERENCE, f"{REFERENCE}:{reference}"
    return "name", plan.target.importer.key(row)


def _recognise(plan: Plan, rows: Sequence[Row]) -> dict[int, UUID]:
    """Row number → the record that is here already."""
    importer = plan.target.importer
    references = {row.values[REFERENCE]: row.number for row in rows if row.values.get(REFERENCE)}
    known: dict[str, UUID] = dict(
        ImportReference.objects.filter(kind=importer.name, key__in=references).values_list("key", "object_id")
    )
    alive = importer.alive(known.values()) if known else set()
    found = {references[key]: pk for key, pk in known.items() if pk in alive}
    keys = {row.number: importer.key(row) for row in rows if row.number not in found}
    by_key: Mapping[str, UUID] = importer.recognised({key for key in keys.values() if key})
    return {**{number: by_key[key] for number, key in keys.items() if key in by_key}, **found}
