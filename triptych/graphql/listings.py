"""How a kind of record stands in the API: its singular and plural root fields, and its lists on other records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from inspect import Parameter, Signature, signature
from typing import Any

import strawberry
from django.db.models import Case, F, Model, OuterRef, Q, QuerySet, Subquery, When
from strawberry import UNSET, relay
from strawberry.types.field import StrawberryField
from strawberry_django.fields.field import StrawberryDjangoField, field
from strawberry_django.utils.typing import unwrap_type

from triptych.graphql.connections import (
    PARENT,
    Connection,
    Keyset,
    Slice,
    counts_by_parent,
    rows_by_parent,
    rows_of,
)
from triptych.graphql.context import ApiInfo, group_as_peers, peers
from triptych.graphql.filters import Translation, refuse_hidden
from triptych.graphql.ids import key_in
from triptych.graphql.optimizing import optimized
from triptych.graphql.orderings import By, columns_of
from triptych.platform import search
from triptych.platform.keyset import Order
from triptych.tenants.members.models import Member

Visible = Callable[[Member], QuerySet[Any]]
Search = Callable[[QuerySet[Any], str], QuerySet[Any]]

_listings: dict[str, Listing] = {}


@dataclass(frozen=True)
class Listing:
    """One kind of record as a list: who sees which rows, and how they can be filtered, ordered and searched.

    `visible_to` is the app's own access function: no row reaches a client by any other way.
    """

    node: type
    model: type[Model]
    visible_to: Visible
    filter: type
    order: type
    default_order: Sequence[By]
    search: Search | None = None

    def __post_init__(self) -> None:
        _listings[self.name] = self
        # the library looks through all annotations for it, for each id of each row
        self.node.resolve_id_attr = classmethod(lambda cls: "pk")  # type: ignore[attr-defined]

    @property
    def name(self) -> str:
        name: str = self.node.__strawberry_definition__.name  # type: ignore[attr-defined]
        return name

    def find(self, info: ApiInfo, given: relay.GlobalID) -> Any:
        """The record of that id, if the caller may see it."""
        key = key_in(given, of=self.name)
        if key is None:
            return None
        queryset = optimized(self.visible_to(info.context.member).filter(pk=key), info)
        return queryset.first()

    def singular(self, description: str) -> Any:
        """A root field: one record by its global id, null when the caller sees no such record."""

        def resolve(info: ApiInfo, id: relay.GlobalID) -> Any:
            return self.find(info, id)

        resolve.__annotations__ |= {"info": ApiInfo, "id": relay.GlobalID, "return": self.node | None}
        return strawberry.field(resolver=resolve, description=description)

    def plural(self, description: str) -> Any:
        """A root field: the connection of all records that the caller sees."""

        def resolve(info: ApiInfo, **given: Any) -> Any:
            slice_, asked = _asked(given)
            chosen, keyset = self._narrowed(info, asked)
            rows = list(optimized(rows_of(keyset, slice_), info)[: slice_.size + 1])
            group_as_peers(rows[: slice_.size])
            return keyset.page(rows, slice_, chosen.count)

        return self._connection(resolve, description)

    def nested(self, description: str, *, via: str) -> Any:
        """A field of another record: the connection of those records that point to it by the path `via`."""

        def resolve(root: Any, info: ApiInfo, **given: Any) -> Any:
            slice_, asked = _asked(given)
            key, context = path_of(info), info.context

            def load(parents: list[Any]) -> dict[Any, Any]:
                _chosen, keyset = self._narrowed(info, asked)
                rows = list(optimized(rows_by_parent(keyset, slice_, via=via, parents=parents), info))
                group_as_peers(rows)
                pages: dict[Any, list[Any]] = {parent.pk: [] for parent in parents}
                for row in rows:
                    pages[getattr(row, PARENT)].append(row)
                return {pk: (keyset, rows) for pk, rows in pages.items()}

            def count(parents: list[Any]) -> dict[Any, int]:
                return counts_by_parent(self._narrowed(info, asked)[0], via=via, parents=parents)

            keyset, rows = context.batch(key, root, load)
            return keyset.page(rows, slice_, lambda: context.batch((*key, "totalCount"), root, count) or 0)

        return self._connection(resolve, description)

    def one_of(self, description: str, *, via: str, among: Q) -> Any:
        """A field of another record: the first of those records that point to it by `via` and fit `among`, or null."""

        def resolve(root: Any, info: ApiInfo) -> Any:
            found = info.context.batch(path_of(info), root, partial(self._all, info, via=via, among=among))
            return found[0] if found else None

        resolve.__annotations__ = {"info": ApiInfo, "return": self.node | None}
        return strawberry.field(resolver=resolve, description=description)

    def all_of(self, description: str, *, via: str, among: Q = Q()) -> Any:  # noqa: B008 - a Q is never changed
        """A field of another record: all records that point to it by `via`, in their usual order. For short lists."""

        def resolve(root: Any, info: ApiInfo) -> Any:
            return info.context.batch(path_of(info), root, partial(self._all, info, via=via, among=among)) or []

        resolve.__annotations__ = {"info": ApiInfo, "return": list[self.node]}  # type: ignore[name-defined]
        return strawberry.field(resolver=resolve, description=description)

    def _all(self, info: ApiInfo, parents: list[Any], via: str, among: Q) -> dict[Any, list[Any]]:
        inside = Q(**{f"{via}__in": [parent.pk for parent in parents]}) & among
        rows = self.visible_to(info.context.member).filter(inside).annotate(**{PARENT: F(via)})
        order = Order(rows, [column.name for column in columns_of(None, self.default_order)])
        found = list(optimized(rows.order_by(*order.terms()), info))
        group_as_peers(found)
        lists: dict[Any, list[Any]] = defaultdict(list)
        for row in found:
            lists[getattr(row, PARENT)].append(row)
        return lists

    def _narrowed(self, info: ApiInfo, asked: dict[str, Any]) -> tuple[QuerySet[Any], Keyset]:
        """The visible rows that fit filter and search, and the same in their ordering."""
        queryset = self.visible_to(info.context.member)
        hidden = info.context.hidden_of(self.model)
        if "filter" in asked:
            queryset = queryset.filter(Translation(hidden, partial(_seen, info)).of(asked["filter"]))
        if self.search is not None and asked.get("search", "").strip():
            queryset = self.search(queryset, asked["search"])
            kind = str(self.model._meta.model_name)
            if search.only_titles(info.context.member, kind):
                titled = search.matching(kind, asked["search"], member=info.context.member)
                queryset = queryset.filter(pk__in=titled.values("pk"))
        columns = [_known(info, self.model, one) for one in columns_of(asked.get("order_by"), self.default_order)]
        for column in columns:
            refuse_hidden(column.reads or column.path, hidden)
        expressions = {column.path: column.expression for column in columns if column.expression is not None}
        ordered = queryset.annotate(**expressions) if expressions else queryset
        return queryset, Keyset(ordered, columns, tenant_id=info.context.tenant.pk, list_name=self.name)

    def _connection(self, resolve: Callable[..., Any], description: str) -> Any:
        """A field with the arguments of every connection, which strawberry reads from the signature."""
        kinds: dict[str, Any] = {
            "first": int,
            "after": str,
            "last": int,
            "before": str,
            "filter": self.filter,
            "order_by": list[self.order],  # type: ignore[name-defined]
        }
        if self.search is not None:
            kinds["search"] = str
        arguments = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=UNSET, annotation=kind | None)
            for name, kind in kinds.items()
        ]
        own = [
            parameter.replace(annotation=ApiInfo if parameter.name == "info" else Parameter.empty)
            for parameter in signature(resolve).parameters.values()
            if parameter.kind is not Parameter.VAR_KEYWORD
        ]
        resolve.__signature__ = Signature(  # type: ignore[attr-defined]
            [*own, *arguments],
            return_annotation=Connection[self.node],  # type: ignore[name-defined]
        )
        return strawberry.field(resolver=resolve, description=description)


def path_of(info: ApiInfo) -> tuple[str, ...]:
    """Where in the answer the field stands, whichever row of a list it is in."""
    return tuple(part for part in info.path.as_list() if isinstance(part, str))


def _asked(given: dict[str, Any]) -> tuple[Slice, dict[str, Any]]:
    """The page that is asked for, and the other arguments that were given; null counts as not given."""
    asked = {name: value for name, value in given.items() if value is not UNSET and value is not None}
    return Slice.of(**{name: asked.pop(name, None) for name in ("first", "last", "after", "before")}), asked


def _seen(info: ApiInfo, name: str) -> QuerySet[Any, Any] | None:
    """The keys of the records of a type that the caller sees, None for all."""
    listing = _listings.get(name)
    return info.context.seen_of(listing.model) if listing else None


def _known(info: ApiInfo, model: type[Model], column: By) -> By:
    """The column to order by, without what it tells of related records that the caller does not see: neither the order
    nor the cursors know it."""
    first, _joint, rest = column.path.partition("__")
    related: Any = model._meta.get_field(first).related_model if rest and column.expression is None else None
    if related is None:
        return column
    refuse_hidden(rest, info.context.hidden_of(related))
    seen = info.context.seen_of(related)
    if seen is None:
        return column
    value = Case(When(**{f"{first}__in": seen}, then=F(column.path)))
    return replace(column, path=f"_seen_{first}_{rest.replace('__', '_')}", expression=value)


def listing_of(name: str) -> Listing | None:
    """The listing of the type called `name`."""
    return _listings.get(name)


def listing_called(kind: str) -> Listing | None:
    """The listing of a kind of record as events and search call it: its model's name in lower case."""
    return next((listing for listing in _listings.values() if listing.model._meta.model_name == kind), None)


def listing_for(model: type[Model]) -> Listing:
    """The listing of the records of a model."""
    return next(listing for listing in _listings.values() if listing.model is model)


class LinkField(StrawberryDjangoField):
    """A reference to one record that the caller sees only if its own access function says so, in the same statement."""

    seen_as: str

    def __copy__(self) -> Any:
        copied = super().__copy__()
        copied.seen_as = self.seen_as
        return copied

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        column = source._meta.get_field(self.django_name)
        if getattr(source, column.attname) is None:
            return None
        if self.seen_as not in source.__dict__:
            listing = _listing_for(self)
            return listing.visible_to(info.context.member).filter(pk=getattr(source, column.attname)).first()
        if source.__dict__[self.seen_as] is None:
            return None
        found = getattr(source, column.name)
        if "_peers" not in found.__dict__:
            near = [column.get_cached_value(peer, default=None) for peer in peers(source)]
            group_as_peers([record for record in near if record is not None] or [found])
        return found


def link(name: str, description: str) -> Any:
    """A field that leads to one other record, by the foreign key `name`; null when the caller may not see it."""
    seen_as = f"_sees_{name}"

    def seen(info: ApiInfo) -> Subquery:
        """The key again, if the caller sees the record. Not EXISTS: PostgreSQL would hash the whole table for it."""
        visible = _listing_for(info._field).visible_to(info.context.member)
        return Subquery(visible.filter(pk=OuterRef(f"{name}_id")).values("pk")[:1])

    made = field(
        field_cls=LinkField, field_name=name, description=description, only=[f"{name}_id"], annotate={seen_as: seen}
    )
    made.seen_as = seen_as
    return made


def _listing_for(of: StrawberryField) -> Listing:
    named: Any = unwrap_type(of.type)
    return _listings[named.__strawberry_definition__.name]
