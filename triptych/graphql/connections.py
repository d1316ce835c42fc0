"""Relay connections over querysets: pages by keyset, the total only when asked for, nested ones fetched at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import strawberry
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from strawberry import relay
from strawberry.relay.types import NodeType

from triptych.graphql import cursors
from triptych.graphql.errors import bad_input
from triptych.graphql.limits import DEFAULT_PAGE, MAX_PAGE
from triptych.graphql.orderings import By

PARENT, ROW = "_parent", "_row"


@strawberry.type(name="Edge", description="A record in a list, and its place there.")
class Edge(relay.Edge[NodeType]):
    pass


@strawberry.type(name="Connection", description="A page of a list.")
class Connection(relay.Connection[NodeType], Generic[NodeType]):
    page_info: relay.PageInfo = strawberry.field(description="Where the page stands.", metadata={"cost": 0})
    edges: list[Edge[NodeType]] = strawberry.field(  # type: ignore[assignment]
        description="The records of the page.", metadata={"cost": 0, "paged": True}
    )
    count: strawberry.Private[Callable[[], int]]

    @strawberry.field(
        description="How many records the list has in all. Counted only when asked for.", metadata={"cost": 1}
    )
    def total_count(self) -> int:
        return self.count()


@dataclass(frozen=True)
class Slice:
    """What the arguments of a connection ask for."""

    size: int
    backwards: bool
    after: str | None
    before: str | None

    @classmethod
    def of(cls, *, first: int | None, last: int | None, after: str | None, before: str | None) -> Slice:
        """Check the paging arguments.

        Raises:
            GraphQLError: a size below 0 or above the maximum, or both sizes at once.
        """
        if first is not None and last is not None:
            raise bad_input(_("Give “first” or “last”, not both."))
        name, size = ("last", last) if last is not None else ("first", DEFAULT_PAGE if first is None else first)
        if not 0 <= size <= MAX_PAGE:
            raise bad_input(
                _("“%(name)s” is %(size)d. A page holds 0 to %(limit)d records.")
                % {"name": name, "size": size, "limit": MAX_PAGE}
            )
        return cls(size, last is not None, after, before)


class Keyset:
    """One list in one ordering: the queryset with its ordering values beside each row, and the cursors of its rows."""

    def __init__(self, queryset: QuerySet[Any], columns: Sequence[By], mark: str) -> None:
        self.columns = columns
        self.mark = mark
        self.aliases = [f"_order_{index}" for index in range(len(columns))]
        keys = zip(self.aliases, columns, strict=True)
        self.queryset = queryset.annotate(**{alias: F(column.path) for alias, column in keys})

    def within(self, asked: Slice) -> Any:
        """The rows between the cursors, not ordered, not cut."""
        fields = [self.queryset.query.annotations[alias].output_field for alias in self.aliases]
        queryset = self.queryset
        for argument, cursor, backwards in (("after", asked.after, False), ("before", asked.before, True)):
            if cursor is not None:
                values = cursors.decode(cursor, argument=argument, mark=self.mark, fields=fields)
                queryset = queryset.filter(cursors.beyond(self.columns, self.aliases, values, backwards=backwards))
        return queryset

    def order(self, asked: Slice) -> list[Any]:
        keys = zip(self.columns, self.aliases, strict=True)
        return [column.expression(alias, backwards=asked.backwards) for column, alias in keys]

    def cursor(self, record: Any) -> str:
        return cursors.encode(self.mark, [getattr(record, alias) for alias in self.aliases])

    def page(self, rows: Sequence[Any], asked: Slice, count: Callable[[], int]) -> Connection[Any]:
        """The connection over rows of which one more than the page holds was fetched, in the order of fetching."""
        more = len(rows) > asked.size
        shown = list(rows[: asked.size])
        if asked.backwards:
            shown.reverse()
        edges: list[Edge[Any]] = [Edge(cursor=self.cursor(record), node=record) for record in shown]
        info = relay.PageInfo(
            has_next_page=asked.before is not None if asked.backwards else more,
            has_previous_page=more if asked.backwards else asked.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return Connection(edges=edges, page_info=info, count=count)


def rows_of(keyset: Keyset, asked: Slice) -> Any:
    """The rows from one end of the page on, in the order of fetching. The caller takes one more than the page holds."""
    return keyset.within(asked).order_by(*keyset.order(asked))


def rows_by_parent(keyset: Keyset, asked: Slice, *, via: str, parents: Sequence[Any]) -> Any:
    """The same for many parents in one statement: each row has the key of its parent at `_parent`."""
    order = keyset.order(asked)
    row = Window(RowNumber(), partition_by=F(via), order_by=order)
    rows = keyset.within(asked).filter(**{f"{via}__in": [parent.pk for parent in parents]})
    return rows.annotate(**{PARENT: F(via), ROW: row}).filter(**{f"{ROW}__lte": asked.size + 1}).order_by(PARENT, ROW)


def counts_by_parent(queryset: QuerySet[Any], *, via: str, parents: Sequence[Any]) -> dict[Any, int]:
    """How many rows each parent has."""
    inside = queryset.filter(**{f"{via}__in": [parent.pk for parent in parents]})
    counted = inside.order_by().values(**{PARENT: F(via)}).annotate(total=Count("pk", distinct=True))
    return {row[PARENT]: row["total"] for row in counted}
