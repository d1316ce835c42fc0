"""Paging by place instead of by number: the next page begins after the last row seen, however many rows lie before.

A cursor holds the values of that row in the order of the list, so it survives rows that come and go, and the
database finds the place in its index. django-cursor-pagination does the same for texts, but breaks on sort keys of
bytes and on a `|` within a text, and asks `OR … IS NULL` of every column, which keeps PostgreSQL off the index.
"""

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, OrderBy, Q, Value
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused

Row = TypeVar("Row", bound=models.Model)


class BadCursor(Refused):
    """The cursor is of another order, or nobody has ever given it out."""

    code = "BAD_CURSOR"

    def __init__(self) -> None:
        super().__init__(_("This page of the list is no longer there. Go back to the first one."))


class ForeignCursor(BadCursor):
    """The cursor is whole, but of another list or order."""


@dataclass(frozen=True)
class Column:
    """One column of an order. Empty values stand last, whichever way it is ordered."""

    name: str
    field: Any
    descending: bool
    nullable: bool

    def term(self, *, backwards: bool, with_empty: bool = True) -> OrderBy:
        """ORDER BY, turned round when a page is read from its end."""
        sided = self.nullable and with_empty
        nulls: dict[str, Any] = {"nulls_first" if backwards else "nulls_last": True} if sided else {}
        return OrderBy(F(self.name), descending=self.descending != backwards, **nulls)

    def same(self, value: Any) -> Q:
        """Rows with this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def further(self, value: Any, *, backwards: bool) -> Q:
        """Rows beyond the value in this column. Beyond an empty one lies nothing, or everything that is filled."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=[])
        condition = Q(**{f"{self.name}__{self._side(backwards)}": value})
        return condition | self.same(None) if self.nullable and not backwards else condition

    def _side(self, backwards: bool) -> str:
        return "lt" if self.descending != backwards else "gt"


class _Row(Func):
    """Several columns or values, compared as one."""

    template = "(%(expressions)s)"
    output_field = models.BooleanField()


class Order:
    """An order of some rows, and the places in it.

    `names` are columns, relations' columns (`company__sort_key`) and annotations, `-` for descending; the last one is
    unique. A cursor is good for the orders with the same mark, which is the names unless more is to be told apart.
    """

    def __init__(self, rows: models.QuerySet[Any], names: Sequence[str], *, mark: str = "") -> None:
        self.columns = [_column(rows, name) for name in names]
        self.mark = mark or ",".join(names)

    def terms(self, *, backwards: bool = False) -> list[OrderBy]:
        """What `order_by` takes."""
        return [column.term(backwards=backwards) for column in self.columns]

    def cursor(self, values: Sequence[Any]) -> str:
        """The place of a row with these values in the columns, as text for URLs."""
        text = json.dumps([self.mark, *(_text_of(value) for value in values)], separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def cursor_of(self, row: models.Model) -> str:
        """The place of a row."""
        return self.cursor([_value_of(row, column.name) for column in self.columns])

    def beyond(self, cursor: str, *, backwards: bool = False) -> Q:
        """The rows after (or, backwards, before) a place.

        `a > 1 or (a = 1 and (b > 2 or …))`, with `(a, b) >= (1, 2)` in front, where PostgreSQL starts in its index.

        Raises:
            ForeignCursor: the cursor has another mark.
            BadCursor: it is none.
        """
        values = self._values_in(cursor)
        condition = self._beyond(values, backwards=backwards)
        return condition if self.columns[0].nullable else self._from_there(values, backwards=backwards) & condition

    def stretches(
        self, rows: models.QuerySet[Row], cursor: str | None, *, backwards: bool = False
    ) -> list[models.QuerySet[Row]]:
        """The rows beyond a place, or all of them, in order: querysets to be read one behind the other.

        An index holds empty values at one end whichever way it is read, the list at its own. Where the two differ, the
        filled rows come apart from the empty ones, so that PostgreSQL walks its index in both.

        Raises:
            BadCursor: as `beyond` says.
        """
        first = self.columns[0]
        if not first.nullable or (cursor is None and not first.descending and not backwards):
            found = rows if cursor is None else rows.filter(self.beyond(cursor, backwards=backwards))
            return [found.order_by(*self.terms(backwards=backwards))]
        terms = [first.term(backwards=backwards, with_empty=False), *self.terms(backwards=backwards)[1:]]
        filled, empty = (rows.filter(**{f"{first.name}__isnull": side}).order_by(*terms) for side in (False, True))
        if cursor is None:
            return [empty, filled] if backwards else [filled, empty]
        values = self._values_in(cursor)
        here, there = (empty, filled) if values[0] is None else (filled, empty)
        here = here.filter(self._from_there(values, backwards=backwards) & self._beyond(values, backwards=backwards))
        return [here, there] if (values[0] is None) == backwards else [here]

    def _from_there(self, values: Sequence[Any], *, backwards: bool) -> Q:
        """The place itself or beyond, as far as one comparison of the first columns says so, which go the same way."""
        first = self.columns[0]
        pairs = list(zip(self.columns, values, strict=True))
        alike = takewhile(lambda pair: pair[0].descending == first.descending and not pair[0].nullable, pairs[1:])
        if values[0] is None:
            return Q()
        there = [(first, values[0]), *alike]
        columns = _Row(*(F(column.name) for column, _ in there))
        place = _Row(*(Value(value, column.field) for column, value in there))
        falls = first.descending != backwards
        return Q(LessThanOrEqual(columns, place) if falls else GreaterThanOrEqual(columns, place))

    def _beyond(self, values: Sequence[Any], *, backwards: bool) -> Q:
        condition = Q(pk__in=[])
        for column, value in reversed(list(zip(self.columns, values, strict=True))):
            condition = column.further(value, backwards=backwards) | (column.same(value) & condition)
        return condition

    def _values_in(self, cursor: str) -> list[Any]:
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            mark, *texts = json.loads(b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, TypeError, RecursionError):
            raise BadCursor() from None
        if isinstance(mark, str) and mark != self.mark:
            raise ForeignCursor()
        if mark != self.mark or len(texts) != len(self.columns):
            raise BadCursor()
        return [_value_in(text, column.field) for text, column in zip(texts, self.columns, strict=True)]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, in its order."""

    rows: list[Row]
    order: Order
    has_previous: bool
    has_next: bool

    @property
    def start_cursor(self) -> str:
        """Rows `before` this come before the page; empty on an empty page."""
        return self.order.cursor_of(self.rows[0]) if self.rows else ""

    @property
    def end_cursor(self) -> str:
        """Rows `after` this come after the page; empty on an empty page."""
        return self.order.cursor_of(self.rows[-1]) if self.rows else ""


def page_of(
    rows: models.QuerySet[Row], *, order: Sequence[str], size: int, after: str | None = None, before: str | None = None
) -> Page[Row]:
    """The first `size` rows after or the last `size` rows before a cursor, in one statement; in two where its
    first column is empty from some row on, see `Order.stretches`.

    `order` is the names of an `Order`.

    Raises:
        BadCursor: the cursor is not of this order.
    """
    places = Order(rows, order)
    backwards = before is not None and after is None
    cursor = before if backwards else after
    found: list[Row] = []
    for stretch in places.stretches(rows, cursor or None, backwards=backwards):
        found += stretch[: size + 1 - len(found)]
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Page(
        found, places, has_previous=more if backwards else bool(cursor), has_next=bool(cursor) if backwards else more
    )


def page_asked(rows: models.QuerySet[Row], params: Mapping[str, str], *, order: Sequence[str], size: int) -> Page[Row]:
    """The page that `?after=` or `?before=` asks for; the first one when that place is gone."""
    try:
        return page_of(rows, order=order, size=size, after=params.get("after"), before=params.get("before"))
    except BadCursor:
        return page_of(rows, order=order, size=size)


def _column(rows: models.QuerySet[Any], text: str) -> Column:
    name, descending = text.removeprefix("-"), text.startswith("-")
    if name in rows.query.annotations:
        return Column(name, rows.query.annotations[name].output_field, descending, nullable=True)
    model: Any = rows.model
    nullable = False
    for part in name.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        nullable |= field.null or field.generated  # what a generated column makes of empty sources, it does not say
        model = field.related_model
    return Column(name, field, descending, nullable)


def _value_of(row: models.Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part) if value is not None else None
    return value


def _text_of(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _value_in(text: Any, field: Any) -> Any:
    if text is None:
        return None
    if not isinstance(text, str) or "\0" in text:
        raise BadCursor()
    try:
        text.encode()  # half a character is nothing to ask the database for
        return field.to_python(text)
    except (ValidationError, ValueError, TypeError):
        raise BadCursor() from None
