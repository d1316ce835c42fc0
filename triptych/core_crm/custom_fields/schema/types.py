"""The types of values in the API, by kind: what is read, what is given, what is filtered by."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

import strawberry
from strawberry import UNSET, relay

from triptych.core_crm.custom_fields.computed.resolving import values_of
from triptych.core_crm.custom_fields.kinds import KINDS, kind_of
from triptych.core_crm.custom_fields.kinds.computed import plain_of, reason_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.graphql.context import ApiInfo, group_as_peers
from triptych.graphql.filters import (
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    IdFilter,
    TextFilter,
    choice_filter,
)
from triptych.graphql.listings import listing_called, path_of
from triptych.graphql.optimizing import optimized


@strawberry.type(description="An amount in a currency.")
class CustomMoney:
    amount: Decimal
    currency: str = strawberry.field(description="ISO 4217, e.g. EUR.")


@strawberry.input(description="An amount in a currency; without one in that of the workspace.")
class CustomMoneyInput:
    amount: Decimal
    currency: str | None = UNSET


PROBLEMS = "problemsOfFormulas"
Read = Callable[[CustomField, Any], Any]


@dataclass(frozen=True)
class ApiTypes:
    """How the API has the values of one field. `read` makes what is answered of what is stored."""

    output: Any
    input: Any
    filter: Any
    read: Read | None = None


def _value(field: CustomField, stored: Any) -> Any:
    return kind_of(field).value(field, stored)


def _money(field: CustomField, stored: Any) -> CustomMoney:
    return CustomMoney(amount=Decimal(stored["amount"]), currency=stored["currency"])


PLAIN = {
    FieldKind.TEXT: ApiTypes(str, str, TextFilter, _value),
    FieldKind.LONG_TEXT: ApiTypes(str, str, TextFilter, _value),
    FieldKind.URL: ApiTypes(str, str, TextFilter, _value),
    FieldKind.NUMBER: ApiTypes(Decimal, Decimal, DecimalFilter, _value),
    FieldKind.MONEY: ApiTypes(CustomMoney, CustomMoneyInput, DecimalFilter, _money),
    FieldKind.DATE: ApiTypes(date, date, DateFilter, _value),
    FieldKind.DATETIME: ApiTypes(datetime, datetime, DateTimeFilter, _value),
    FieldKind.BOOLEAN: ApiTypes(bool, bool, BooleanFilter, _value),
}


def types_of(field: CustomField, node: str) -> ApiTypes:
    """The types of a field's values; those of a choice bear the names of the record and of the field."""
    kind = FieldKind(field.kind)
    if field.is_computed:
        plain = PLAIN[FieldKind(field.result or FieldKind.TEXT)]
        return ApiTypes(plain.output, None, plain.filter, _worked_out)
    if kind in PLAIN:
        return PLAIN[kind]
    if kind == FieldKind.RECORD:
        listing = listing_called(field.target)
        return ApiTypes(listing.node if listing else None, relay.GlobalID, IdFilter)
    enum = _enum(field, node)
    if kind == FieldKind.CHOICE:
        return ApiTypes(enum, enum, _choice_filter(enum), lambda _field, stored: enum(stored))
    return ApiTypes(
        list[enum],  # type: ignore[valid-type]
        list[enum],  # type: ignore[valid-type]
        _choices_filter(enum),
        lambda _field, stored: [enum(name) for name in stored],
    )


def _enum(field: CustomField, node: str) -> Any:
    """The options of a choice, those that are offered no longer included: records may have them."""
    names = {option["name"]: option["name"] for option in field.options}
    name = f"{node}Custom{field.api_name[:1].upper()}{field.api_name[1:]}Option"
    return strawberry.enum(cast("type[Enum]", Enum(name, names)), name=name, description=f"Options of “{field}”.")


def _choice_filter(enum: Any) -> type:
    return choice_filter.__wrapped__(enum)


def _choices_filter(enum: Any) -> type:
    value: Any = enum
    body = {
        "has": strawberry.field(default=UNSET, description="Has all of these."),
        "has_any": strawberry.field(default=UNSET, description="Has at least one of these."),
        "is_null": strawberry.field(default=UNSET, description="Whether there is no value."),
        "__annotations__": {"has": list[value] | None, "has_any": list[value] | None, "is_null": bool | None},
    }
    name = f"{enum.__strawberry_definition__.name}sFilter"
    return strawberry.input(type(name, (), body), name=name, description="Conditions on several choices.")


def order_name(field: CustomField) -> str:
    """What an ordering calls the field, e.g. CUSTOM_FAVOURITE_COLOUR."""
    return f"CUSTOM_{re.sub(r'(?<!^)(?=[A-Z])', '_', field.api_name).upper()}"


def read_field(field: CustomField, node: str, types: ApiTypes) -> Any:
    """The field of the type that holds a record's values; its root is the record."""
    if types.read is None:
        return _linked_field(field, types)
    if field.is_computed:
        return _computed_field(field, types)
    read = types.read

    def resolve(root: Any) -> Any:
        stored = root.custom.get(field.key)
        return None if stored is None else read(field, stored)

    resolve.__annotations__ = {"return": types.output | None}
    return strawberry.field(resolver=resolve, name=field.api_name, description=described(field))


def _worked_out(field: CustomField, stored: Any) -> Any:
    """What the API answers of a formula or a rollup: the value, null where there is an error."""
    result, plain = FieldKind(field.result or FieldKind.TEXT), plain_of(field, stored)
    if plain is None:
        return None
    return _money(field, plain) if result == FieldKind.MONEY else KINDS[result].value(field, plain)


def _computed_field(field: CustomField, types: ApiTypes) -> Any:
    """Of all records of a page in one statement."""

    def resolve(root: Any, info: ApiInfo) -> Any:
        def load(records: list[Any]) -> dict[Any, Any]:
            found = values_of([field], [record.pk for record in records])
            return {pk: _worked_out(field, held[field.key]) for pk, held in found.items()}

        return info.context.batch(path_of(info), root, load)

    resolve.__annotations__ = {"info": ApiInfo, "return": types.output | None}
    return strawberry.field(resolver=resolve, name=field.api_name, description=described(field))


@strawberry.type(description="Why a field that is worked out has no value on a record.")
class CustomFieldProblem:
    field: str = strawberry.field(description="The API name of the field.")
    message: str


def problems_field(fields: Sequence[CustomField]) -> Any:
    """The field with the reasons why formulas and rollups of a record have no value."""

    def resolve(root: Any, info: ApiInfo) -> Any:
        def load(records: list[Any]) -> dict[Any, Any]:
            found = values_of(fields, [record.pk for record in records])
            return {
                pk: [
                    CustomFieldProblem(field=field.api_name, message=reason)
                    for field in fields
                    if (reason := reason_of(held[field.key]))
                ]
                for pk, held in found.items()
            }

        return info.context.batch(path_of(info), root, load)

    resolve.__annotations__ = {"info": ApiInfo, "return": list[CustomFieldProblem]}
    return strawberry.field(
        resolver=resolve, name=PROBLEMS, description="Why formulas and rollups have no value on this record."
    )


def _linked_field(field: CustomField, types: ApiTypes) -> Any:
    def resolve(root: Any, info: ApiInfo) -> Any:
        def load(records: list[Any]) -> dict[Any, Any]:
            ids = {record.pk: record.custom.get(field.key) for record in records}
            seen = OBJECTS[field.target].visible_to(info.context.member)
            found = list(optimized(seen.filter(pk__in=[pk for pk in ids.values() if pk]), info))
            group_as_peers(found)
            by_id = {str(one.pk): one for one in found}
            return {pk: by_id.get(target) for pk, target in ids.items() if target}

        return info.context.batch(path_of(info), root, load)

    resolve.__annotations__ = {"info": ApiInfo, "return": types.output | None}
    return strawberry.field(resolver=resolve, name=field.api_name, description=described(field))


def described(field: CustomField) -> str:
    """What the schema says of a field."""
    return f"{field.label}. {field.help_text}".strip() if field.help_text else f"{field.label}."
