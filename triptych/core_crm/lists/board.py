"""A list as a board: a column for each value of a field, with its exact number and its first records as cards.

So many statements, however many records and columns there are: one counts, one reads the cards, one whose they may be
to change where that is not the same for all, and what the noun's own facts cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from triptych.core_crm.lists.cards import CardFacts
from triptych.core_crm.lists.doing import MOVE
from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.moving import Moving, moving_of, nothing
from triptych.core_crm.lists.spec import Records
from triptych.core_crm.lists.ways import board_field, board_fields, fields_to_choose, table_of
from triptych.core_crm.lists.where import Condition
from triptych.core_crm.lists.words import named
from triptych.core_crm.rights.access import CHANGE, may_all, visible
from triptych.platform.web.tables import Tab
from triptych.tenants.members.models import Member

CARDS = 20
"""How many cards a column shows at first, and how many more with each further step."""

MOST = 500
"""How many cards a column shows at most; the table shows the rest."""

PEOPLE = 20
"""So many members are the columns of a board; of more than that, those who have most."""

NOTHING = ""
"""The value of the column of records that have none."""


@dataclass(frozen=True)
class Card:
    """As the component `board_card.html` takes it; `moves` are empty where the member may not move it."""

    record: Any
    facts: CardFacts
    moves: SafeString | str = ""
    move_url: str = ""

    @property
    def owner(self) -> str:
        owner = getattr(self.record, "owner", None)
        return owner.name if owner else ""

    @property
    def css(self) -> str:
        return f"due-{self.facts.due}" if self.facts.due else ""


@dataclass(frozen=True)
class Column:
    """As the component `board_column.html` takes it."""

    value: str
    label: str
    count: int
    cards: Sequence[Card]
    more_url: str
    swaps: str
    keeps: bool
    asks: bool


@dataclass(frozen=True)
class Board:
    field: Field
    columns: Sequence[Column]
    choices: Sequence[Tab]

    @property
    def count(self) -> int:
        """How many records it shows or leads to."""
        return sum(column.count for column in self.columns)


def board_of(listing: Listing) -> Board:
    """The board of what the list shows, by the field that the address asks for."""
    field = board_field(listing)
    assert field is not None, "way_of offers no board without a field"
    records = listing.spec.annotated(listing.matching, field.name)
    counts = _counts(records, field)
    moving = moving_of(listing, field)
    names = _columns(field, counts, moving, listing)
    shown = shown_numbers(listing.params.getlist("more"))
    order = listing.spec.order_of(listing.sort)
    wanted = {value: (_has(field, value), shown.get(value, CARDS)) for value in names if counts.get(value)}
    found = first_of_each(listing.spec.annotated(records, *order), field.path, wanted, order)
    rows = [row for rows in found.values() for row in rows]
    member, now = listing.request.member, listing.asker.now
    facts = listing.spec.cards(rows, member, now) if listing.spec.cards else _plain_facts(listing, rows)
    movable = _movable(member, rows) if moving else set()
    takes = {value: moving is not None and moving.takes(value) for value in names}
    columns = []
    for value, label in names.items():
        elsewhere = [(one, name) for one, name in names.items() if one != value and takes[one]]
        moves = moves_to("value", elsewhere) if elsewhere else ""
        cards = [
            Card(row, facts.get(row.pk, CardFacts()), *((moves, move_url(listing)) if row.pk in movable else ()))
            for row in found.get(value, ())
        ]
        count = counts.get(value, 0)
        more, swaps = _more(listing, field, value, len(cards), shown) if count > len(cards) else ("", "")
        asks = moving is not None and moving.asks(value)
        columns.append(Column(value, label, count, cards, more, swaps, not takes[value], asks))
    return Board(field, columns, fields_to_choose(listing, board_fields(listing), field))


def first_of_each(
    records: Records, path: str, wanted: Mapping[str, tuple[Q, int]], order: Sequence[str]
) -> dict[str, list[Any]]:
    """The first records of each value of what `path` leads to, in one statement that stops after as many as are wanted
    of each; `wanted` has what they fulfil, and how many."""
    pieces = [records.filter(has).order_by(*order).values("pk")[:number] for has, number in wanted.values()]
    found: dict[str, list[Any]] = {value: [] for value in wanted}
    if pieces:
        firsts = reduce(lambda left, right: left.union(right, all=True), pieces)
        for row in records.filter(pk__in=firsts).annotate(board_value=F(path)).order_by(*order):
            found[_key(row.board_value)].append(row)
    return found


def moves_to(name: str, columns: Iterable[tuple[Any, str]]) -> SafeString:
    """What “Move to…” offers; the same for all cards of a column."""
    head = format_html('<div class="dropdown-header">{}</div>', _("Move to…"))
    buttons = ((name, value, label) for value, label in columns)
    button = '<button class="dropdown-item" name="{}" value="{}">{}</button>'
    return head + format_html_join("", button, buttons)


def move_url(listing: Listing) -> str:
    """Where a card of the board is moved: the board as it is seen, with as many cards."""
    return f"{listing.home}bulk/{MOVE}/?{listing.params.urlencode()}"


def shown_numbers(texts: Iterable[str]) -> dict[str, int]:
    """How many cards columns show, from texts like `<value>:40`; what makes no sense counts for nothing."""
    shown: dict[str, int] = {}
    for text in texts:
        value, _colon, number = text.rpartition(":")
        try:
            shown[value] = max(CARDS, min(int(number), MOST))
        except ValueError:
            continue
    return shown


def more_of(value: str, count: int, shown: Mapping[str, int]) -> str:
    """The parameters by which a column shows more cards, and the others as many as now."""
    numbers = {**shown, value: min(count + CARDS, MOST)}
    return urlencode([("more", f"{key}:{number}") for key, number in numbers.items()], safe=":")


def _more(listing: Listing, field: Field, value: str, count: int, shown: Mapping[str, int]) -> tuple[str, str]:
    """Where the column shows more cards and what that swaps; the table when a board is full."""
    if count >= MOST:
        one = Condition(field.name, "is", (value,)) if value else Condition(field.name, "empty")
        return table_of(listing, one), ""
    state = listing.state()
    return f"{state}{'&' if state else '?'}{more_of(value, count, shown)}", "#board"


def _counts(records: Records, field: Field) -> dict[str, int]:
    """How many records each value has."""
    rows = records.order_by().select_related(None).values(field.path).annotate(records=Count("pk", distinct=True))
    counts: dict[str, int] = {}
    for row in rows.order_by(field.path):
        counts[_key(row[field.path])] = counts.get(_key(row[field.path]), 0) + row["records"]
    return counts


def _columns(field: Field, counts: Mapping[str, int], moving: Moving | None, listing: Listing) -> dict[str, str]:
    """The values that are columns and what they are called, in order: nothing first, then what can be chosen, then
    what records have that can be chosen no more."""
    known = _people(counts) if field.type is Type.MEMBER else named(field, [], listing.asker)
    has_nothing = counts.get(NOTHING) or (moving is not None and moving.takes(NOTHING))
    columns = {NOTHING: nothing(field)} if has_nothing else {}
    columns |= {value: label for value, label in known.items() if value}
    if field.type is not Type.MEMBER:
        columns |= {value: value for value in counts if value and value not in columns}
    return columns


def _people(counts: Mapping[str, int]) -> dict[str, str]:
    """The members who are columns: all who work here and everybody who has some, or those who have most."""
    has_some = [key for key in counts if key]
    found = Member.objects.filter(Q(pk__in=has_some) | Q(pk__in=Member.objects.active().values("pk")))
    people = {str(one.pk): str(one) for one in found.by_name()[: PEOPLE + 1]}
    if len(people) <= PEOPLE:
        return people
    most = sorted(has_some, key=lambda key: -counts[key])[:PEOPLE]
    return {str(one.pk): str(one) for one in Member.objects.filter(pk__in=most).by_name()}


def _movable(member: Member, rows: Sequence[Any]) -> set[UUID]:
    """Those of the records that the member may change."""
    keys = {row.pk for row in rows}
    if not rows or may_all(member, CHANGE, type(rows[0])):
        return keys
    records: Any = type(rows[0])._base_manager.filter(pk__in=keys)
    return set(visible(member, records, CHANGE).values_list("pk", flat=True))


def _plain_facts(listing: Listing, rows: Sequence[Any]) -> dict[UUID, CardFacts]:
    """What stands on the card of a noun that says nothing about its cards: the second line of its rows on a phone."""
    columns = [column for column in listing.spec.columns if "cell-sub" in column.css][:1]
    return {row.pk: CardFacts(subtitle="".join(str(column.text(row) or "") for column in columns)) for row in rows}


def _has(field: Field, value: str) -> Q:
    if value:
        return Q(**{field.path: value})
    nothing = Q(**{f"{field.path}__isnull": True})
    return nothing if field.type in (Type.RECORD, Type.MEMBER) else nothing | Q(**{field.path: ""})


def _key(value: Any) -> str:
    return NOTHING if value is None else str(value)
