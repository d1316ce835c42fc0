"""What a list is made of, said once for each noun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django_filters import FilterSet

from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.doing import Verb
from triptych.core_crm.lists.fields import Field
from triptych.core_crm.rights.access import hidden_fields, keys_seen
from triptych.core_crm.rights.sight import sight_of
from triptych.platform.plugins import hooks
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.core_crm.lists.cards import CardFacts

PAGE_SIZE = 50
Records = QuerySet[Any]


@dataclass(frozen=True)
class Column:
    """One column. `text` gives the bare value, which exports write; `cell` gives what the page shows of it instead.

    `order` names the database columns by which it sorts; without any it cannot be sorted by. `css` goes on heading
    and cell: `number`, or `cell-main`, `cell-side`, `cell-sub`, the places of a card on a phone. Columns that are not
    `shown` can be chosen. `sorts_few` says that no index has its order, so that it is refused to long lists. `prepare`
    gets all rows of a page before their cells are asked for, to work out at once what these need; once for each page,
    though several columns have the same one.
    """

    name: str
    label: StrOrPromise
    text: Callable[[Any], Any]
    cell: Callable[[Any], Any] | None = None
    order: tuple[str, ...] = ()
    css: str = ""
    shown: bool = True
    sorts_few: bool = False
    prepare: Callable[[Sequence[Any]], None] | None = None

    def show(self, record: Any) -> Any:
        """What stands in the cell of a record; a dash for nothing."""
        return (self.cell or self.text)(record) or "—"


@dataclass(frozen=True)
class ListSpec:
    """One noun's list. `kind` is the one of its search entries, `sort` a column's name, with `-` for falling order.

    It stands at the address `home`. `records` are those a member may see, with everything the cells need loaded along;
    `editing` says how they are changed and deleted, `verbs` what else can be done to many of them.

    `filters` is a django-filter FilterSet over the records; the text search `q` comes on top of it. `what` says to
    newcomers what these records are; `new` is the label of the button that makes one. `fields` are what conditions,
    groups and changes in bulk know; `for_member` adds those that the hook `list_fields` contributes.

    `ways` are the ways to see it, the usual one first: `table`, `board`, `calendar`; the address names one in
    `way_param`. `board` is the field whose values are the columns of its board, `day` the one by which the records
    stand in a month; `?by=` names others. `cards(records, member, now)` says what the cards of a board show of them. A
    list with a calendar page of its own has that at `calendar_home`, with `?shape=calendar` in the address.
    `of_tab` gives of records those that a tab of its own (`?view=`) shows, `tab_of` the tab that an address shows.
    """

    kind: str
    home: str
    model: type[Model]
    records: Callable[[Member], Records]
    label: StrOrPromise
    icon: str
    what: StrOrPromise
    new: StrOrPromise
    columns: Sequence[Column]
    filters: type[FilterSet]
    sort: str
    page_size: int = PAGE_SIZE
    fields: Sequence[Field] = ()
    editing: Editing | None = None
    verbs: Sequence[Verb] = ()
    ways: Sequence[str] = ("table",)
    way_param: str = "view"
    board: str = ""
    cards: Callable[[Sequence[Any], Member, datetime], Mapping[UUID, CardFacts]] | None = None
    day: str = ""
    calendar_home: str = ""
    of_tab: Callable[[str, Any, Member, datetime], Any] | None = None
    tab_of: Callable[[QueryDict], str] = lambda params: params.get("view", "")

    def for_member(self, member: Member) -> ListSpec:
        """The list with what others contribute for this member, and without what is hidden from them."""
        more = [field for field in hooks.gather("list_fields", kind=self.kind, member=member) if field.name]
        known = {column.name for column in self.columns} | {field.name for field in self.fields}
        more = [field for field in more if field.name not in known]
        hidden = hidden_fields(member, str(self.model._meta.model_name))
        narrow = sight_of(member).is_narrow
        if not more and not hidden and not narrow:
            return self
        columns = [*self.columns, *(field.column for field in more if field.column)]
        fields = [field for field in (*self.fields, *more) if not hidden & {field.name, field.path}]
        gone = {field.name for field in (*self.fields, *more)} - {field.name for field in fields} | hidden
        columns = [*columns[:1], *(one for one in columns[1:] if not gone & {one.name, f"{one.name}s", *one.order})]
        fields = [_seen_by(member, field) for field in fields] if narrow else fields
        ways = [way for way in self.ways if way != "calendar" or self.day not in hidden]
        return replace(self, columns=columns, fields=fields, ways=ways)

    def way_of(self, params: Mapping[str, Any]) -> str:
        """The way to see it that the parameters of an address ask for, the usual one if they ask for none it has."""
        asked = params.get("shape") or params.get("view")
        return str(asked) if asked in self.ways else self.ways[0]

    def field(self, name: str) -> Field | None:
        """The field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)

    def annotated(self, records: Records, *paths: str) -> Records:
        """The records with the expressions behind these paths (orders, columns, groups) that are no paths."""
        names = {path.removeprefix("-") for path in paths}
        wanted = {field.name: field for field in self.fields if field.name in names and field.annotation}
        return records.annotate(**{name: field.source for name, field in wanted.items()}) if wanted else records

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def order_of(self, sort: str) -> tuple[str, ...]:
        """The order by that column with the primary key as tie-break; the usual one for a sort that is not allowed."""
        column = self.column(sort.removeprefix("-"))
        if column is None or not column.order:
            return self.order_of(self.sort)
        falling = sort.startswith("-")
        return tuple(flipped(term) if falling else term for term in (*column.order, "pk"))

    def chosen_columns(self, names: Sequence[str]) -> list[Column]:
        """The columns of a choice (names, also several with commas between), in that order, after the first one, which
        is always there; the usual columns when it names none."""
        asked = [name for text in names for name in text.split(",")]
        chosen = [column for name in dict.fromkeys(asked) if (column := self.column(name))]
        if not chosen:
            return [column for column in self.columns if column.shown]
        return [self.columns[0], *(column for column in chosen if column is not self.columns[0])]


def prepare(columns: Iterable[Column], rows: Sequence[Any]) -> None:
    """Let these columns work out what their cells need of the rows."""
    for needed in dict.fromkeys(column.prepare for column in columns if column.prepare):
        needed(rows)


def _seen_by(member: Member, field: Field) -> Field:
    """The field as it leads this member to other records."""
    related = field.records(member).model if field.records else None
    return replace(field, seen=keys_seen(member, related)) if related else field


def flipped(term: str) -> str:
    """The opposite direction of one term of an order."""
    return term[1:] if term.startswith("-") else f"-{term}"
