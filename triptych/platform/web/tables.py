"""What `components/data_table.html` shows: columns, one page of rows, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Column:
    """A heading. `sort` is the value of `?sort=` that orders by it; `css` goes on the heading (`number`, …)."""

    label: StrOrPromise
    sort: str = ""
    css: str = ""


@dataclass(frozen=True)
class BulkAct:
    """A button that posts the chosen rows (`row`, repeated) to `url`. `danger` paints it red."""

    label: StrOrPromise
    url: str
    icon: str = ""
    danger: bool = False
    dialog: bool = False


@dataclass(frozen=True)
class Table:
    """One page of a list.

    `row_template` renders the cells of one row, which it knows as `row`; mark them `cell-main` (opens the record),
    `cell-side` and `cell-sub` (the two lines of a card on a phone). `sort` is the order in force, with `-` for
    descending. `count_text` says how many there are. `bulk_acts` bring the column of checkboxes; `all_text` says how
    many the button takes that chooses those of all pages.
    """

    label: StrOrPromise
    columns: Sequence[Column]
    rows: Sequence[Any]
    row_template: str
    sort: str = ""
    previous_url: str = ""
    next_url: str = ""
    count_text: StrOrPromise = ""
    bulk_acts: Sequence[BulkAct] = ()
    all_text: StrOrPromise = ""
    row_acts: bool = False
    id: str = "table"
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def headings(self) -> list[dict[str, Any]]:
        """The columns with what their heading does: the order it asks for next, and the one in force for readers."""
        return [
            {
                "column": column,
                "next_sort": f"-{column.sort}" if self.sort == column.sort else column.sort,
                "aria_sort": {column.sort: "ascending", f"-{column.sort}": "descending"}.get(self.sort, "")
                if column.sort
                else "",
            }
            for column in self.columns
        ]


@dataclass(frozen=True)
class Chip:
    """A filter in force, read as a sentence: “Owner is Ann”. `remove_url` is the list without it."""

    label: StrOrPromise
    value: StrOrPromise
    remove_url: str


@dataclass(frozen=True)
class Tab:
    """A view of a list or a part of a page."""

    label: StrOrPromise
    url: str
    is_current: bool = False
    count: int | None = None
    icon: str = ""
