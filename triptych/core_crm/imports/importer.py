"""What an object tells the import about itself: its fields, how a record is recognised, how rows are written.

Core's importers stand in `importers/`; plugins add more through the hook `importers`, and columns to those of others
through `import_columns` (`hookspecs.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from triptych.core_crm.duplicates.matching import Comparable
from triptych.core_crm.imports.images import Image
from triptych.platform import search
from triptych.platform.records import Record
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.core_crm.imports.profiling import Profile


class Kind(StrEnum):
    """What a field holds. A link holds the id of a record that another importer, or this one, knows by name."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"


class Unknown(StrEnum):
    """What becomes of a name that a link does not know, unless somebody chooses otherwise."""

    REJECT = "reject"
    CREATE = "create"
    EMPTY = "empty"


@dataclass(frozen=True)
class Field:
    """A field that a column can be mapped to.

    `synonyms` are headings that mean it, in lower case, besides its name and label. `wanted` fields are reported when
    empty, `required` ones refuse the row. `aliases` are what other systems call a choice. `vocabulary` holds usual
    words of a free text: a near miss is doubted, not refused. `clean` brings a text into its form or raises `Refused`.
    `deferred` links, to records of the same file, are set in a second pass over the rows.
    """

    name: str
    label: StrOrPromise
    kind: Kind = Kind.TEXT
    synonyms: tuple[str, ...] = ()
    required: bool = False
    wanted: bool = False
    max_length: int = 200
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    vocabulary: tuple[str, ...] = ()
    link: str = ""
    unknown: Unknown = Unknown.REJECT
    deferred: bool = False
    clean: Callable[[str], Any] | None = None


@dataclass(slots=True)
class Row:
    """A row ready to be written. `values` hold only fields that have one; `texts` hold what stood in the cells, after
    people's choices, e.g. the name of the company whose id is in `values`. `existing` is the record to be updated, and
    the one made once the row is written; `is_new` tells the two apart."""

    number: int
    values: dict[str, Any]
    texts: dict[str, str]
    existing: UUID | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A record that the import made or changed for a row. `before` is empty for one that it made."""

    row: int
    kind: str
    object_id: UUID
    before: Image | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding that only the importer can make, such as a close date before the opening. It refuses the row or not."""

    field: str
    code: str
    message: str
    refuses: bool = False


@dataclass(frozen=True)
class Writing:
    """Who imports and when, and what was chosen for this object (`Importer.options`).

    `mapped` names the fields that a column feeds, `extra_fields` those of them that plugins added. `doubt` reports
    something odd that shows only while writing: row number, field, value, sentence.
    """

    by: Member
    at: datetime
    currency: str
    options: Mapping[str, Any] = field(default_factory=dict)
    mapped: frozenset[str] = frozenset()
    extra_fields: tuple[str, ...] = ()
    doubt: Callable[[int, str, str, str], None] = lambda row, field, value, message: None


@dataclass(frozen=True)
class ExtraColumns:
    """Fields that a plugin adds to an object's import, and how it writes them once the object's rows are written.

    `write` gets the rows that have at least one of the fields, each with its record's id in `existing`, and runs in
    the chunk's transaction. When it raises, the rows stay and are reported. `held` tells what a record has in a field
    already; without it such a field counts as filled. With `is_asked_for`, records that are there already get their
    values before the object's own, as rules of the object may ask for them (a stage that wants a field filled).
    """

    fields: tuple[Field, ...]
    write: Callable[[Sequence[Row], Writing], list[Change]]
    held: Callable[[Any, str], Any] = lambda record, name: True
    is_asked_for: bool = False


@dataclass(frozen=True)
class Option:
    """Something to choose for the import as a whole, such as the pipeline: values with what people read."""

    name: str
    label: StrOrPromise
    choices: tuple[tuple[str, str], ...]
    chosen: str


class Importer(ABC):
    """One kind of object. `name` is what commands and links call it, in the plural: "companies"; `home` is the address
    of their list."""

    name: str
    label: StrOrPromise
    icon: str = "database-import"
    model: type[models.Model]
    home: str = ""
    needs_admin: bool = False
    search_kind: str = ""
    reference_synonyms: tuple[str, ...] = ()
    file_words: tuple[str, ...] = ()
    """What files of such objects are called besides the object's name, in lower case."""

    compared_as: str = ""
    """The kind of record that the matcher of duplicates knows, where it knows these: "contact"."""

    other_names_from: str = ""
    """The field off which `other_names` are read; from whom it is hidden, for them no link is found by them."""

    telling: tuple[str, ...] = ("name",)
    """Fields of which a row must have one to be about such an object at all, where rows hold several objects."""

    parts: tuple[str, ...] = ()
    """Models, such as "deals.stagechange", whose rows come and go with the record and are nobody else's."""

    @abstractmethod
    def fields(self) -> tuple[Field, ...]:
        """Everything a column can be mapped to, the most usual first."""

    @abstractmethod
    def names(self) -> Iterable[tuple[UUID, str]]:
        """Every record that a link may point to, with its name, the oldest first."""

    def other_names(self) -> Iterable[tuple[UUID, str]]:
        """What else a link may call the records: e-mail addresses, domains."""
        return ()

    def name_of(self, row: Row) -> str:
        """What `names` will say of the record that a row makes."""
        return str(row.values.get("name", ""))

    def held(self, record: Any, name: str) -> Any:
        """What a record has in a field already; anything false is nothing."""
        return getattr(record, name, None)

    @abstractmethod
    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        """Create the rows, or update those that have `existing`, in one go; set `existing` of those created.

        Runs inside a transaction.

        Raises:
            Refused: a row breaks a rule. It is then called row by row, to know which.
        """

    def key(self, row: Row) -> str:
        """What recognises a record when the file has no reference: by default the name. Empty: nothing does."""
        return str(row.values.get("name", "")).casefold().strip()

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        """The records that these keys belong to. A key that several records share belongs to the oldest."""
        return {key: self._known[key] for key in keys if key in self._known}

    @cached_property
    def _known(self) -> dict[str, UUID]:
        """Key → record, read once: what the import itself adds is found by the file's own keys."""
        known: dict[str, UUID] = {}
        for pk, name in self.names():
            known.setdefault(name.casefold().strip(), pk)
        return known

    def alive(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of the records that still exist and are not in the bin."""
        rows = self.model._default_manager.filter(pk__in=ids)
        if issubclass(self.model, Record):
            rows = rows.filter(deleted_at__isnull=True)
        return set(rows.values_list("pk", flat=True))

    def comparable(self, row: Row) -> Comparable | None:
        """The row as the matcher of duplicates takes it, its id left open; None when nothing can be compared."""
        return None

    def refined(self, mapping: dict[str, str], profile: Profile) -> dict[str, str]:
        """A proposed mapping, with what only this object knows of its columns."""
        return mapping

    def problems(self, row: Row) -> Iterator[Problem]:
        """What is wrong or odd about a row as a whole."""
        yield from ()

    def completed(self, row: Row, writing: Writing) -> Row:
        """The row with what it leaves open filled in, such as a name made of other fields."""
        return row

    def link(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        """Set the deferred links of rows that have been written; `values` hold nothing else."""
        return []

    def new_named(self, names: Sequence[str], writing: Writing) -> list[Change]:
        """Create records of which only the name is known, in that order, for whoever imports."""
        return self.write([Row(0, {"name": name}, {"name": name}) for name in names], writing)

    def options(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> list[Option]:
        """What is to be chosen for the whole import, given the different texts of each mapped field."""
        return []

    def settled(self, chosen: Mapping[str, Any], texts: Mapping[str, Sequence[str]], title: str) -> dict[str, Any]:
        """The options with what nobody chose filled in; `title` is the name of the file without its ending."""
        return dict(chosen)

    def begin(self, writing: Writing) -> tuple[dict[str, Any], list[Change]]:
        """Make what the whole import needs, such as a pipeline. Answers with the options as they are from then on."""
        return dict(writing.options), []

    def own_names(self, field: str, options: Mapping[str, Any]) -> Iterable[tuple[UUID, str]] | None:
        """What a link field may name when no importer knows it, such as stages; None when an importer does."""
        return None

    def may_add_own(self, field: str, by: Member) -> bool:
        """Whether the member may make what a link field of one's own names."""
        return False

    def new_own(self, field: str, names: Sequence[str], writing: Writing) -> list[Change]:
        """Create what a link field of one's own names."""
        raise LookupError(field)

    def forget(self, ids: Sequence[UUID]) -> None:
        """Clear away what stands about the records outside their tables, before undo deletes them."""
        if self.search_kind:
            search.remove_many(kind=self.search_kind, ids=ids)

    def refresh(self, records: Sequence[Any]) -> None:
        """Bring what stands about the records outside their tables up to date, after undo has restored them."""
        search.index_many(self.search_entries(records))

    def search_entries(self, records: Sequence[Any]) -> Iterable[search.Entry]:
        """What the search knows of the records."""
        return ()
