"""Everything needed to read the rows of one import: its target, its mapping, and the names that links may use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from triptych.core_crm.imports.access import may_add_named
from triptych.core_crm.imports.choices import choices_from_json
from triptych.core_crm.imports.findings import Finding, FindingBook
from triptych.core_crm.imports.importer import Field, Kind, Writing
from triptych.core_crm.imports.interpreting import Interpreter, MappedField
from triptych.core_crm.imports.learned import Learned
from triptych.core_crm.imports.models import Import, ImportReference
from triptych.core_crm.imports.names import Names
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.imports.registry import REFERENCE, Target, importer_named
from triptych.core_crm.imports.tables import SourceRow, Table
from triptych.core_crm.imports.values import DateOrder
from triptych.core_crm.money import own_currency
from triptych.core_crm.rights.access import hidden_fields, keys_seen
from triptych.platform import scope
from triptych.platform.languages.wording import within_sentence
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from triptych.core_crm.imports.alike import AlikeIndex

CHUNK = 500
ALIKE = "~alike"
"""Stands for a field in decisions about rows that look like another record; their numbers are the values."""
OWN_NAMES = {"stages": gettext_lazy("Stages"), "queues": gettext_lazy("Queues")}
"""What links are called whose names an importer keeps itself."""


@dataclass
class Plan:
    """An import with its file open.

    `seen` holds the keys of the rows behind us, to find rows that come twice; `accepted` and `doubted` their numbers.
    Links lead to records that `by` sees. Those of the fields in `waiting` are set in a second pass, besides those that
    always are. `learned` is what a dry run knows of the tables that come in together.
    """

    record: Import
    table: Table
    profile: Profile
    target: Target
    by: Member
    waiting: frozenset[str] = frozenset()
    learned: Learned = dataclass_field(default_factory=Learned)

    def __post_init__(self) -> None:
        self.names: dict[str, Names] = {}
        self.seen: dict[str, int] = {}
        self.accepted: set[int] = set()
        self.doubted: set[int] = set()
        self.alike: AlikeIndex | None = None
        self.names_here: dict[UUID, str] = {}
        self.files_of: dict[UUID, str] = {}
        self.choices = choices_from_json(self.record.decisions)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {
            field.name: replace(field, deferred=True) if field.name in self.waiting else field
            for field in self.target.fields
        }

    @cached_property
    def siblings(self) -> dict[UUID, str]:
        """The files of the same kind of object that came with this one, by their imports' ids."""
        same = (one for one in self.record.together() if one.object_name == self.record.object_name)
        return {one.pk: one.file_name for one in same if one.pk != self.record.pk}

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
        return Interpreter(mapped, width=len(self.table.columns), telling=None if deferred else self._telling())

    def _telling(self) -> list[int] | None:
        """Where the cells stand of which one must be filled, when the rows hold other objects, too."""
        if not self.record.is_part:
            return None
        columns = [self.record.mapping[name] for name in self.target.importer.telling if name in self.record.mapping]
        return [self.table.columns.index(column) for column in columns]

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
            may_add=field.kind is Kind.LINK and self._may_add(field),
            zone=self.zone,
        )

    def names_for(self, field: Field) -> Names:
        """The names that a link field may use, read once per import and kind."""
        if field.link not in self.names:
            own = self.target.importer.own_names(field.name, self.record.options)
            self.names[field.link] = self._names_of(field.link) if own is None else Names(own)
        return self.names[field.link]

    def _names_of(self, object_name: str) -> Names:
        importer = importer_named(object_name)
        keys = keys_seen(self.by, importer.model)
        seen = None if keys is None else set(keys.values_list("pk", flat=True))
        names = Names((pk, name) for pk, name in importer.names() if seen is None or pk in seen)
        references = ImportReference.objects.filter(kind=object_name).values_list("object_id", "key").iterator()
        is_known = importer.other_names_from not in hidden_fields(self.by, str(importer.model._meta.model_name))
        for pk, key in chain(references, importer.other_names() if is_known else ()):
            if seen is None or pk in seen:
                names.also(pk, key)
        self.learned.teach(object_name, names)
        return names

    def _may_add(self, field: Field) -> bool:
        """Whether whoever imports may make records of the kind that a link names."""
        if self.target.importer.own_names(field.name, self.record.options) is not None:
            return self.target.importer.may_add_own(field.name, self.by)
        return may_add_named(self.by, importer_named(field.link))

    def label_of(self, field: Field) -> str:
        """What the things are called that a link field names, for sentences: “companies”."""
        if field.kind is not Kind.LINK:
            return ""
        if self.target.importer.own_names(field.name, self.record.options) is not None:
            return within_sentence(OWN_NAMES.get(field.link, field.label))
        return within_sentence(importer_named(field.link).label)

    def chunks(self, *, skip: int = 0) -> Iterator[list[SourceRow]]:
        """The rows of the file in bites, without the first `skip`."""
        rows = self.table.rows()
        for _row in islice(rows, skip):
            pass
        while chunk := list(islice(rows, CHUNK)):
            yield chunk
