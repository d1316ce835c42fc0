"""What the values of a column look like, read once over the whole file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from triptych.core_crm.imports.tables import SourceRow
from triptych.core_crm.imports.values import (
    Convention,
    Unfit,
    convention_of,
    is_two_ways,
    parse_boolean,
    parse_date,
    parse_number,
)

MOST_DISTINCT = 5_000
LOOKED_AT = 400
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[\d\s().\-/]{6,}")


@dataclass
class Column:
    """One column: how many cells are filled, the commonest values, and the share of values that fit each kind.

    `values` counts the first `MOST_DISTINCT` different values. `shares` are between 0 and 1, over different values.
    """

    name: str
    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    has_more: bool = False
    convention: Convention = field(default_factory=Convention)
    shares: dict[str, float] = field(default_factory=dict)

    @property
    def samples(self) -> list[str]:
        """Up to three values that a person recognises the column by."""
        return [value[:60] for value, _count in self.values.most_common(3)]

    @property
    def dates_are_ambiguous(self) -> bool:
        """Whether dates stand here that read differently in America and in Europe, and nothing in the column tells."""
        order = self.convention
        return (order.date_order is None or order.mixed) and any(is_two_ways(value) for value in self.values)

    def add(self, cell: str) -> None:
        if cell:
            self.filled += 1
            if cell in self.values or len(self.values) < MOST_DISTINCT:
                self.values[cell] += 1
            else:
                self.has_more = True

    def conclude(self) -> None:
        """Work out convention and shares, once all cells are in."""
        self.convention = convention_of(self.values)
        looked_at = list(self.values)[:LOOKED_AT]
        if looked_at:
            tests = {"number": self._is_number, "date": self._is_date, "boolean": _is_boolean}
            self.shares = {kind: sum(map(test, looked_at)) / len(looked_at) for kind, test in tests.items()}
            for kind, pattern in (("email", EMAIL), ("phone", PHONE)):
                self.shares[kind] = sum(bool(pattern.fullmatch(value)) for value in looked_at) / len(looked_at)

    def _is_number(self, text: str) -> bool:
        try:
            parse_number(text, decimal_comma=self.convention.decimal_comma)
        except Unfit:
            return False
        return True

    def _is_date(self, text: str) -> bool:
        try:
            parse_date(text.split("T")[0], self.convention.date_order)
        except Unfit:
            return False
        return True


def _is_boolean(text: str) -> bool:
    try:
        parse_boolean(text)
    except Unfit:
        return False
    return True


@dataclass(frozen=True)
class Profile:
    """All columns of a file, and how many rows it has."""

    columns: dict[str, Column]
    row_count: int

    @property
    def size(self) -> int:
        """How many different values it holds."""
        return sum(len(column.values) for column in self.columns.values())


def profile(headings: Sequence[str], rows: Iterable[SourceRow]) -> Profile:
    """Read all rows once."""
    columns = [Column(name) for name in headings]
    count = 0
    for row in rows:
        count += 1
        for column, cell in zip(columns, row.cells, strict=False):
            column.add(cell)
    for column in columns:
        column.conclude()
    _share_date_order(columns)
    return Profile({column.name: column for column in columns}, count)


def _share_date_order(columns: Sequence[Column]) -> None:
    """Let columns whose dates prove nothing be read as the others of the file, if these agree: one hand wrote them."""
    shown = {column.convention.date_order for column in columns if column.shares.get("date", 0.0) > 0.5}
    shown.discard(None)
    mixed = any(column.convention.mixed for column in columns)
    if len(shown) != 1 or mixed:
        return
    for column in columns:
        if column.convention.date_order is None and column.shares.get("date", 0.0) > 0.5:
            column.convention = replace(column.convention, date_order=next(iter(shown)))
