"""Custom fields in queries: what they are ordered by, and conditions on them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.db.models import Q
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IContains,
    In,
    IsNull,
    IStartsWith,
    LessThan,
    LessThanOrEqual,
)
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.indexing import note
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.choices import Choice
from triptych.core_crm.custom_fields.models import CustomField
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.values import SORTED, SORTED_KINDS
from triptych.graphql.errors import bad_input
from triptych.graphql.filters import MAX_VALUES, Seen, Where
from triptych.graphql.ids import pk_of
from triptych.graphql.own import OwnValues

LOOKUPS: dict[str, Any] = {
    "eq": Exact,
    "in": In,
    "contains": IContains,
    "startsWith": IStartsWith,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


def order_expression(field: CustomField) -> BaseExpression:
    """By what the values are ordered: texts as a reader expects, choices as they are offered, others by size."""
    kind = kind_of(field)
    if isinstance(kind, Choice):
        return kind.place(field)
    if field.kind in SORTED_KINDS:
        return KT(f"custom__{SORTED}{field.key}")
    return kind.sql(field)


def own_where(kind: str) -> Where:
    """The part of a filter of the API over what the tenant added to a kind of record."""
    place = f"{OBJECTS[kind].node}CustomFilter"
    return Where(OwnValues, ask=lambda given, seen: conditions(kind, given, seen), own=place)


def conditions(kind: str, given: Mapping[str, Any], seen: Seen = lambda _type: None) -> Q:
    """The condition that a filter of the API over custom fields stands for. All that are given must hold; a link to a
    record that the caller does not see counts as none.

    Raises:
        GraphQLError: a value does not fit.
    """
    fields = definitions.of(kind)
    found = Q()
    for name, asked in given.items():
        field = fields.find(name)
        if field is None or asked is None:
            continue
        note(field)
        for operator, value in asked.items():
            if value is None:
                raise bad_input(_("“%s” is null. To find records without a value say isNull: true.") % name)
            asked = _condition(field, operator, value)
            visible = seen(OBJECTS[field.target].node) if field.target else None
            if visible is not None:
                inside = Q(In(kind_of(field).sql(field), visible.query))
                asked = asked | ~inside if operator == "isNull" and value else asked & inside
            found &= asked
    return found


def _condition(field: CustomField, operator: str, value: Any) -> Q:
    if isinstance(value, list) and len(value) > MAX_VALUES:
        raise bad_input(
            _("“%(key)s” has too many values. Give at most %(limit)d.") % {"key": field.api_name, "limit": MAX_VALUES}
        )
    value = [_plain(field, one) for one in value] if isinstance(value, list) else _plain(field, value)
    if operator == "has":
        return Q(**{f"custom__{field.key}__contains": value})
    if operator == "hasAny":
        found = Q(pk__in=[])
        for one in value:
            found |= Q(**{f"custom__{field.key}__contains": [one]})
        return found
    if operator == "isNull" and field.is_computed:
        return Q(IsNull(kind_of(field).sql(field), bool(value)))
    if operator == "isNull":
        return ~Q(custom__has_key=field.key) if value else Q(custom__has_key=field.key)
    return Q(LOOKUPS[operator](kind_of(field).sql(field), value))


def _plain(field: CustomField, value: Any) -> Any:
    if field.target and not isinstance(value, bool):
        return pk_of(relay.GlobalID.from_id(str(value)), of=OBJECTS[field.target].node, argument=field.api_name)
    return value.value if isinstance(value, Enum) else value
