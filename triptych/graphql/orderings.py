"""Typed orderings. Each names its columns; the primary key breaks ties, so that every list has one stated order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, cast

import strawberry
from django.db.models.expressions import BaseExpression


@strawberry.enum(description="Which end comes first. Records without a value come last either way.")
class Direction(Enum):
    ASC = "asc"
    DESC = "desc"


@dataclass(frozen=True)
class By:
    """A column, or a path to one, that a list can be ordered by; with an `expression` the path is its name, and `reads`
    the column that it is worked out from, which may be hidden."""

    path: str
    descending: bool = False
    expression: BaseExpression | None = None
    reads: str = ""

    def going(self, direction: Direction) -> By:
        return replace(self, descending=direction is Direction.DESC)

    @property
    def name(self) -> str:
        """The column as `triptych.platform.keyset` names it."""
        return f"{'-' if self.descending else ''}{self.path}"


def ordering_input(name: str, fields: dict[str, By]) -> type:
    """The input type `name` and its enum: `{field: AMOUNT, direction: DESC}` for each of the named fields."""
    choices = strawberry.enum(cast("type[Enum]", Enum(f"{name}Field", {key: key for key in fields})))

    body = {
        "__annotations__": {"field": choices, "direction": Direction},
        "direction": Direction.ASC,
        "columns": fields,
    }
    description = "One ordering; the next one in the list breaks its ties."
    return strawberry.input(type(name, (), body), name=name, description=description)


def columns_of(orders: Sequence[Any] | None, default: Sequence[By]) -> tuple[By, ...]:
    """The columns that a list is ordered by, ending with the primary key, which goes the way of the first one."""
    asked = [_column(order).going(order.direction) for order in orders or ()] or list(default)
    return (*asked, By("pk", descending=asked[0].descending))


def _column(order: Any) -> By:
    """The column that an ordering names; one that only the tenant has stands in its enum itself."""
    value = order.field.value
    return value if isinstance(value, By) else cast(By, order.columns[value])
