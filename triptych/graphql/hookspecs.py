"""The hook by which the API learns which fields are withheld from somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triptych.platform.plugins import hookspec
from triptych.platform.plugins.hookspecs import AnyMember

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet


@dataclass(frozen=True)
class Withheld:
    """The columns of a model that a member may not know (`hidden`) and those that they may not change (`fixed`).

    `seen` gives the keys of the records that they see, None if that is all: other records that point to one beyond it
    are filtered and ordered as if they pointed to none.
    """

    model: type[Model]
    hidden: frozenset[str]
    fixed: frozenset[str]
    seen: Callable[[], QuerySet[Any, Any] | None] = lambda: None


@hookspec
def withheld_fields(member: AnyMember) -> list[Withheld]:
    """Fields that this member may not know or change: asked for in a filter, an order or an input they are refused.

    Whoever withholds a field fetches its records without the value.
    """
    return []
