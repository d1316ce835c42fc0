"""Typed filters: an input per type of field with its operators, combined with and, or, not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

import strawberry
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from graphql import GraphQLError
from strawberry import UNSET, relay

from triptych.graphql.errors import FORBIDDEN, bad_input
from triptych.graphql.ids import pk_of
from triptych.graphql.own import own_input

LOOKUPS = {
    "eq": "",
    "in_": "__in",
    "contains": "__icontains",
    "starts_with": "__istartswith",
    "gt": "__gt",
    "gte": "__gte",
    "lt": "__lt",
    "lte": "__lte",
    "is_null": "__isnull",
}
MAX_VALUES = 500
MAX_TERMS = 100
MOST_INPUTS = 10 * MAX_TERMS
"""Objects within a filter; a condition on fields of the tenant's own has a few."""


def _in(description: str = "One of these values, at most 500.") -> Any:
    return strawberry.field(name="in", default=UNSET, description=description)


@strawberry.input(description="Conditions on a text. All that are given must hold.")
class TextFilter:
    eq: str | None = strawberry.field(default=UNSET, description="Exactly this text.")
    in_: list[str] | None = _in()
    contains: str | None = strawberry.field(default=UNSET, description="Has this inside, in capitals or not.")
    starts_with: str | None = strawberry.field(default=UNSET, description="Begins with this, in capitals or not.")
    is_null: bool | None = strawberry.field(default=UNSET, description="Whether there is no value.")


@strawberry.input(description="Conditions on an id. All that are given must hold.")
class IdFilter:
    eq: relay.GlobalID | None = strawberry.field(default=UNSET, description="This record.")
    in_: list[relay.GlobalID] | None = _in("One of these records, at most 500.")
    is_null: bool | None = strawberry.field(default=UNSET, description="Whether there is no record.")


@strawberry.input(description="Conditions on a yes or no.")
class BooleanFilter:
    eq: bool | None = strawberry.field(default=UNSET, description="Exactly this.")
    is_null: bool | None = strawberry.field(default=UNSET, description="Whether there is no value.")


def _comparison(name: str, kind: Any, noun: str) -> type:
    """An input with equality, comparison and emptiness for values of one kind."""
    annotations: dict[str, Any] = dict.fromkeys(("eq", "gt", "gte", "lt", "lte"), kind | None)
    body: dict[str, Any] = {key: strawberry.field(default=UNSET) for key in annotations}
    annotations |= {"in_": list[kind] | None, "is_null": bool | None}
    body |= {"in_": _in(), "is_null": strawberry.field(default=UNSET), "__annotations__": annotations}
    return strawberry.input(type(name, (), body), description=f"Conditions on {noun}. All that are given must hold.")


IntFilter = _comparison("IntFilter", int, "a whole number")
DecimalFilter = _comparison("DecimalFilter", Decimal, "an amount or a number with decimals")
DateFilter = _comparison("DateFilter", date, "a date")
DateTimeFilter = _comparison("DateTimeFilter", datetime, "a time")


@cache
def choice_filter(enum: type[Enum]) -> type:
    """The filter of a field with a fixed set of values: `eq`, `in` and `isNull`."""
    value: Any = enum
    body = {
        "eq": strawberry.field(default=UNSET),
        "in_": _in("One of these."),
        "is_null": strawberry.field(default=UNSET, description="Whether there is no value."),
        "__annotations__": {"eq": value | None, "in_": list[value] | None, "is_null": bool | None},
    }
    name = f"{enum.__strawberry_definition__.name}Filter"  # type: ignore[attr-defined]
    return strawberry.input(type(name, (), body), description="Conditions on a choice.")


@dataclass(frozen=True)
class Where:
    """What one field of a filter looks at: the kind of conditions and the column, or path to one.

    `of` is the type whose ids an `IdFilter` takes. `many` says that the path crosses to many rows: it is then asked
    in a subquery, so that a record never comes twice. `ask` turns the value into a condition where no path can;
    `path` is then the column that it reads, which may be hidden. `own`
    names the place (`graphql.own`) of a type that only the tenant knows; its `ask` takes what the caller sees, too.
    """

    kind: type
    path: str = ""
    of: str = ""
    many: bool = False
    ask: Callable[..., Q] | None = None
    own: str = ""


def filter_input(name: str, model: type[Model], fields: dict[str, Where]) -> type:
    """The filter of a list of `model`: the named fields, and `and`, `or` and `not`."""
    body: dict[str, Any] = {
        key: own_input(where.own) if where.own else strawberry.field(default=UNSET) for key, where in fields.items()
    }
    body |= {
        "and_": strawberry.field(name="and", default=UNSET, description="All of these."),
        "or_": strawberry.field(name="or", default=UNSET, description="At least one of these."),
        "not_": strawberry.field(name="not", default=UNSET, description="Not this."),
        "__annotations__": {key: where.kind | None for key, where in fields.items()},
        "model": model,
        "fields": fields,
    }
    made: Any = type(name, (), body)
    made.__annotations__ |= {"and_": list[made] | None, "or_": list[made] | None, "not_": made | None}
    strawberry.input(made, description="Which records. All conditions that are given must hold.")
    return cast(type, made)


def refuse_flood(filter_given: Any) -> None:
    """Refuse a filter of which no `Translation` would take all, by its JSON: to make objects of it takes far longer.

    Raises:
        GraphQLError: it has too many conditions, or too many values in one of them.
    """
    inputs, waiting = 0, [("filter", filter_given)]
    while waiting:
        key, given = waiting.pop()
        if isinstance(given, dict):
            inputs += 1
            waiting += [(key if name == "in" else name, inner) for name, inner in given.items()]
        elif isinstance(given, list):
            inner_inputs = [(key, inner) for inner in given if isinstance(inner, dict | list)]
            if len(given) - len(inner_inputs) > MAX_VALUES:
                raise _too_many_values(key)
            waiting += inner_inputs
        if inputs > MOST_INPUTS:
            raise _too_many_terms()


def _too_many_terms() -> GraphQLError:
    return bad_input(_("The filter has too many conditions. Use at most %d.") % MAX_TERMS)


def _too_many_values(key: str) -> GraphQLError:
    message = _("“%(key)s” has too many values. Give at most %(limit)d.")
    return bad_input(message % {"key": key[:60], "limit": MAX_VALUES})


def refuse_hidden(path: str, hidden: Collection[str]) -> None:
    """Nobody learns a field that is hidden from them by asking which records have it.

    Raises:
        GraphQLError: the path leads to one.
    """
    if path in hidden:
        message = _("“%s” is hidden from your role. Leave it out of filters and orders.") % path
        raise GraphQLError(message, extensions={"code": FORBIDDEN})


Seen = Callable[[str], "QuerySet[Any, Any] | None"]
"""The keys of the records of a type of the API that the caller sees, None for all of them."""


class Translation:
    """One filter on its way into the ORM. Counts its conditions, so that a small document cannot ask for thousands.

    Related records that the caller does not see (`seen`) count as none.
    """

    def __init__(self, hidden: Collection[str] = (), seen: Seen = lambda _type: None) -> None:
        self.terms = 0
        self.hidden = hidden
        self.seen = seen

    def of(self, given: Any) -> Q:
        """The condition that a filter stands for.

        Raises:
            GraphQLError: a value does not fit, or the filter is too large.
        """
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise _too_many_terms()
        found = Q()
        for key, where in given.fields.items():
            conditions = getattr(given, key)
            if conditions is not UNSET and conditions is not None:
                found &= self._field(given.model, key, where, conditions)
        for inner in given.and_ or ():
            found &= self.of(inner)
        if given.or_:
            either = self.of(given.or_[0])
            for inner in given.or_[1:]:
                either |= self.of(inner)
            found &= either
        if given.not_:
            found &= ~Q(pk__in=given.model._base_manager.filter(self.of(given.not_)).values("pk"))
        return found

    def _field(self, model: type[Model], key: str, where: Where, conditions: Any) -> Q:
        self.terms += 1
        refuse_hidden(where.path, self.hidden)
        if where.ask is not None:
            return where.ask(conditions, self.seen) if where.own else where.ask(conditions)
        seen = self.seen(where.of) if where.of and where.path != "pk" else None
        found = Q()
        for item in dataclass_fields(conditions):
            value = getattr(conditions, item.name)
            if value is UNSET:
                continue
            if value is None:
                raise bad_input(_("“%s” is null. To find records without a value say isNull: true.") % key)
            asked = Q(**{f"{where.path}{LOOKUPS[item.name]}": _value(value, where, key)})
            if seen is not None:
                inside = Q(**{f"{where.path}__in": seen})
                asked = asked | ~inside if item.name == "is_null" and value else asked & inside
            found &= asked
        return Q(pk__in=model._base_manager.filter(found).values("pk")) if where.many else found


def _value(value: Any, where: Where, key: str) -> Any:
    if isinstance(value, list):
        if len(value) > MAX_VALUES:
            raise _too_many_values(key)
        return [_value(item, where, key) for item in value]
    if isinstance(value, relay.GlobalID):
        return pk_of(value, of=where.of, argument=key)
    return value.value if isinstance(value, Enum) else value
