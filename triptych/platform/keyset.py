"""Paging by place instead of by number: the next page begins after the last row seen, however many rows lie before.

A cursor holds the values of that row in the order of the list, so it survives rows that come and go, and the
database finds the place in its index. django-cursor-pagination does the same for texts, but breaks on sort keys of
bytes and on a `|` within a text, and asks `OR … IS NULL` of every column, which keeps PostgreSQL off the index.
"""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused

Row = TypeVar("Row", bound=models.Model)


class BadCursor(Refused):
    """The cursor is of another order, or nobody has ever given it out."""

    code = "BAD_CURSOR"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, in its order."""

    rows: list[Row]
    order: tuple[str, ...]
    has_previous: bool
    has_next: bool

    @property
    def start_cursor(self) -> str:
        """Rows `before` this come before the page; empty on an empty page."""
        return cursor_of(self.rows[0], self.order) if self.rows else ""

    @property
    def end_cursor(self) -> str:
        """Rows `after` this come after the page; empty on an empty page."""
        return cursor_of(self.rows[-1], self.order) if self.rows else ""


def page_of(
    rows: models.QuerySet[Row], *, order: Sequence[str], size: int, after: str | None = None, before: str | None = None
) -> Page[Row]:
    """The first `size` rows after or the last `size` rows before a cursor, in one statement.

    `order` names columns, relations' columns (`company__sort_key`) and annotations, `-` for falling; the last one is
    unique. Empty values stand last, whichever way the column is ordered.

    Raises:
        BadCursor: the cursor is not of this order.
    """
    order = tuple(order)
    backwards = before is not None and after is None
    cursor = before if backwards else after
    if cursor:
        rows = rows.filter(_beyond(rows, order, _decoded(cursor, order), backwards=backwards))
    found = list(rows.order_by(*_terms(rows, order, backwards=backwards))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Page(
        found, order, has_previous=more if backwards else bool(cursor), has_next=bool(cursor) if backwards else more
    )


def cursor_of(row: models.Model, order: Sequence[str]) -> str:
    """The place of a row in that order, as text for URLs."""
    values = [_text_of(row, column.lstrip("-")) for column in order]
    return urlsafe_b64encode(json.dumps([",".join(order), *values]).encode()).rstrip(b"=").decode()


def _terms(rows: models.QuerySet[Any], order: Sequence[str], *, backwards: bool) -> list[Any]:
    terms = []
    for column in order:
        falling, name = column.startswith("-"), column.lstrip("-")
        ordered = F(name).desc if falling != backwards else F(name).asc
        if not _nullable(rows, name):
            terms.append(ordered())
        else:
            terms.append(ordered(nulls_first=True) if backwards else ordered(nulls_last=True))
    return terms


def _beyond(rows: models.QuerySet[Any], order: Sequence[str], texts: Sequence[str | None], *, backwards: bool) -> Q:
    """`a > 1 or (a = 1 and (b > 2 or …))`, with `a >= 1` in front, from which PostgreSQL starts in its index."""
    condition = Q(pk__in=[])
    leading = Q()
    for column, text in reversed(list(zip(order, texts, strict=True))):
        falling, name = column.startswith("-"), column.lstrip("-")
        nullable = _nullable(rows, name)
        if text is None:  # an empty value stands last: beyond it lies nothing, or everything that is filled
            same, further = Q(**{f"{name}__isnull": True}), Q(**{f"{name}__isnull": False}) if backwards else None
            leading = Q()
        else:
            value = _value_of(rows, name, text)
            side = "lt" if falling != backwards else "gt"
            same, further = Q(**{name: value}), Q(**{f"{name}__{side}": value})
            leading = Q() if nullable else Q(**{f"{name}__{side}e": value})
            if nullable and not backwards:
                further |= Q(**{f"{name}__isnull": True})
        beyond_later = same & condition
        condition = further | beyond_later if further is not None else beyond_later
    return leading & condition


def _decoded(cursor: str, order: Sequence[str]) -> list[str | None]:
    values: list[str | None]
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        named, *values = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError):
        named, values = None, []
    if named != ",".join(order) or len(values) != len(order):
        raise BadCursor(_("This page of the list is no longer there. Go back to the first one."))
    if not all(value is None or (isinstance(value, str) and "\0" not in value) for value in values):
        raise BadCursor(_("This page of the list is no longer there. Go back to the first one."))
    return values


def _field_of(rows: models.QuerySet[Any], name: str) -> Any:
    """The model field or annotation behind a name of the order."""
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model: Any = rows.model
    *relations, last = name.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _nullable(rows: models.QuerySet[Any], name: str) -> bool:
    if name in rows.query.annotations:
        return True
    model: Any = rows.model
    for part in name.split("__"):
        field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        if field.null or field.generated:  # what a generated column makes of empty sources, it does not say
            return True
        model = field.related_model
    return False


def _value_of(rows: models.QuerySet[Any], name: str, text: str) -> Any:
    try:
        return _field_of(rows, name).to_python(text)
    except (ValidationError, ValueError, TypeError, FieldDoesNotExist):
        raise BadCursor(_("This page of the list is no longer there. Go back to the first one.")) from None


def _text_of(row: models.Model, name: str) -> str | None:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part) if value is not None else None
    if value is None:
        return None
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
