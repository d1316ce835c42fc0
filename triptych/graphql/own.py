"""What only one tenant has in its schema: the fields it added to its own records, typed.

A class of the code stands for the schemas of all tenants, so it cannot name such a field. It holds a place for it
(`own_input`, `Where(OwnValues, own=…)`, the field of an ordering), and each tenant's schema puts its own type there, or
leaves the place out. An app that knows such fields registers a `Provider` when Django starts.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType, Protocol

import strawberry
import strawberry_django
from django.db.models import Model
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from triptych.tenants.members.models import Member

OwnValues = NewType("OwnValues", object)
"""Stands in the code for a type that only a tenant has. No schema shows it."""


@dataclass(frozen=True)
class OwnTypes:
    """What one tenant's schema has besides everybody's: the types for the places, by their names.

    `orders` maps the name of an ordering's input to the enum of all that it orders by; a member's value may be a `By`.
    """

    places: Mapping[str, Any] = field(default_factory=dict)
    orders: Mapping[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """Who knows the fields that tenants have added."""

    def fingerprint(self, member: Member) -> str:
        """What tells the schema of this member's tenant from others; empty when it has nothing of its own."""

    def types(self, member: Member) -> OwnTypes:
        """The types behind that fingerprint."""

    def taken(self, member: Member, model: type[Model], given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values of an input as an action takes them. Raises Refused for a record that the member does not see."""


_provider: Provider | None = None
NOTHING = OwnTypes()


def register(provider: Provider) -> None:
    """Say who knows. Called once, when Django starts."""
    global _provider
    _provider = provider


def fingerprint(member: Member) -> str:
    """What tells the schema of this member's tenant from others."""
    return _provider.fingerprint(member) if _provider else ""


def types(member: Member) -> OwnTypes:
    """What the schema of this member's tenant has of its own."""
    return _provider.types(member) if _provider else NOTHING


def taken(member: Member, model: type[Model], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of an input as an action takes them."""
    return _provider.taken(member, model, given) if _provider else given


def own_input(place: str) -> Any:
    """A field of an input for what the tenant added, of the type that it has for that place."""
    return strawberry.field(
        default=UNSET, description="The fields that this workspace has added.", metadata={"own": place}
    )


def own_field(place: str, column: str = "custom") -> Any:
    """A field of a record for what the tenant added; its type there reads the record's `column`."""

    def resolve(root: Any) -> Any:
        return root

    resolve.__annotations__ = {"return": OwnValues | None}
    return strawberry_django.field(
        resolver=resolve,
        only=[column],
        description="The fields that this workspace has added.",
        metadata={"own": place},
    )


def placed(own: OwnTypes, type_name: str, given: StrawberryField) -> StrawberryField | None:
    """The field as a tenant's schema has it: in a place its own type, or nothing where it has none."""
    metadata: Mapping[str, Any] = given.metadata or {}
    place = metadata.get("own")
    if place:
        kind = own.places.get(place)
        return None if kind is None else _of_type(given, StrawberryOptional(kind))
    if given.python_name == "field" and type_name in own.orders:
        return _of_type(given, own.orders[type_name])
    return given


def _of_type(given: StrawberryField, kind: Any) -> StrawberryField:
    copied = copy.copy(given)
    copied.type_annotation = StrawberryAnnotation(kind)
    return copied
