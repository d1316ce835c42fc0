"""Relay connections over querysets: pages by keyset, the total only when asked for, nested ones fetched at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

import strawberry
from django.db.models import Count, F, OrderBy, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from strawberry import relay
from strawberry.relay.types import NodeType

from triptych.graphql.errors import bad_input
from triptych.graphql.limits import DEFAULT_PAGE, MAX_PAGE
from triptych.graphql.orderings import By
from triptych.platform import keyset

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
    """One list in one ordering: the queryset with its ordering values beside each row, and the cursors of its rows.

    A cursor is good for one list of one tenant in one ordering.
    """

    def __init__(self, queryset: QuerySet[Any], columns: Sequence[By], *, tenant_id: UUID, list_name: str) -> None:
        names = [column.name for column in columns]
        mark = hashlib.sha256(",".join([str(tenant_id), list_name, *names]).encode()).hexdigest()[:8]
        self.places = keyset.Order(queryset, names, mark=mark)
        self.aliases = {f"_order_{index}": F(column.path) for index, column in enumerate(columns)}
        self.queryset = queryset.annotate(**self.aliases)

    def within(self, asked: Slice) -> Any:
        """The rows between the cursors, not ordered, not cut."""
        queryset = self.queryset
        for argument, cursor, backwards in (("after", asked.after, False), ("before", asked.before, True)):
            if cursor is not None:
                queryset = queryset.filter(self._beyond(cursor, argument, backwards=backwards))
        return queryset

    def _beyond(self, cursor: str, argument: str, *, backwards: bool) -> Q:
        try:
            return self.places.beyond(cursor, backwards=backwards)
        except keyset.ForeignCursor:
            text = _("The cursor in “%s” belongs to another list, ordering or workspace. Ask again without it.")
        except keyset.BadCursor:
            text = _("“%s” holds no cursor. Take one from pageInfo or from an edge, unchanged.")
        raise bad_input(text % argument)

    def order(self, asked: Slice) -> list[OrderBy]:
        return self.places.terms(backwards=asked.backwards)

    def cursor(self, record: Any) -> str:
        return self.places.cursor([getattr(record, alias) for alias in self.aliases])

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


def rows_of(listed: Keyset, asked: Slice) -> Any:
    """The rows from one end of the page on, in the order of fetching. The caller takes one more than the page holds."""
    return listed.within(asked).order_by(*listed.order(asked))


def rows_by_parent(listed: Keyset, asked: Slice, *, via: str, parents: Sequence[Any]) -> Any:
    """The same for many parents in one statement: each row has the key of its parent at `_parent`."""
    order = listed.order(asked)
    row = Window(RowNumber(), partition_by=F(via), order_by=order)
    rows = listed.within(asked).filter(**{f"{via}__in": [parent.pk for parent in parents]})
    return rows.annotate(**{PARENT: F(via), ROW: row}).filter(**{f"{ROW}__lte": asked.size + 1}).order_by(PARENT, ROW)


def counts_by_parent(queryset: QuerySet[Any], *, via: str, parents: Sequence[Any]) -> dict[Any, int]:
    """How many rows each parent has."""
    inside = queryset.filter(**{f"{via}__in": [parent.pk for parent in parents]})
    counted = inside.order_by().values(**{PARENT: F(via)}).annotate(total=Count("pk", distinct=True))
    return {row[PARENT]: row["total"] for row in counted}
