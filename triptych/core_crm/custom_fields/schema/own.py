"""The fields of a tenant, typed in its own schema: on the records, in inputs, filters and orderings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast

import strawberry
from django.db.models import Model
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.definitions import Definitions
from triptych.core_crm.custom_fields.indexing import Noted
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.querying import order_expression
from triptych.core_crm.custom_fields.schema.types import (
    PROBLEMS,
    described,
    order_name,
    problems_field,
    read_field,
    types_of,
)
from triptych.graphql.errors import NOT_FOUND
from triptych.graphql.ids import chosen
from triptych.graphql.listings import listing_called
from triptych.graphql.orderings import By
from triptych.graphql.own import OwnTypes
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class CustomFieldTypes:
    """The provider: see `triptych.graphql.own`. Fields that a member may not see are not in their schema at all."""

    def fingerprint(self, member: Member) -> str:
        stamp = definitions.stamp_here()
        if not stamp:
            return ""
        hidden = [field.key for kind in OBJECTS for field in _hidden_formulas(member, kind)]
        return hashlib.sha256(f"{stamp}{member.may_administer}{hidden}".encode()).hexdigest()

    def types(self, member: Member) -> OwnTypes:
        places: dict[str, Any] = {}
        orders: dict[str, Any] = {}
        for kind, info in OBJECTS.items():
            fields = definitions.of(kind)
            if seen := fields.seen_by(member):
                self._add(info.node, seen, fields.changed_by(member), places, orders)
        return OwnTypes(places, orders)

    def _add(
        self, node: str, seen: Definitions, changed: Definitions, places: dict[str, Any], orders: dict[str, Any]
    ) -> None:
        """The types of one kind of record: what is read, given, filtered and ordered by."""
        reads, inputs, filters = {}, {}, {}
        for field in seen:
            types = types_of(field, node)
            reads[f"f{field.pk.hex}"] = read_field(field, node, types)
            filters[field.api_name] = (types.filter, described(field))
            if changed.find(field.key):
                inputs[field.api_name] = (types.input, described(field))
        computed = [field for field in seen if field.is_computed]
        if computed and all(field.api_name != PROBLEMS for field in seen):
            reads["problems"] = problems_field(computed)
        places[f"{node}Custom"] = strawberry.type(type(f"{node}Custom", (), reads), name=f"{node}Custom")
        places[f"{node}CustomFilter"] = _input(f"{node}CustomFilter", filters)
        if inputs:
            places[f"{node}CustomInput"] = _input(f"{node}CustomInput", inputs)
        if (listing := listing_called(seen.fields[0].object)) is not None:
            name: str = listing.order.__strawberry_definition__.name  # type: ignore[attr-defined]
            orders[name] = _ordering(name, listing.order, seen)

    def taken(self, member: Member, model: type[Model], given: Mapping[str, Any]) -> Mapping[str, Any]:
        fields = definitions.of(str(model._meta.model_name))
        return {name: _taken(member, fields.find(name), value) for name, value in given.items()}


def _hidden_formulas(member: Member, kind: str) -> list[CustomField]:
    """The fields that are worked out from what the member may not see: their schema is one without them."""
    known = definitions.of(kind)
    if not known.has_computed:
        return []
    seen = set(known.seen_by(member))
    return [field for field in known if field.is_computed and field not in seen]


def _input(name: str, fields: Mapping[str, tuple[Any, str]]) -> type:
    body: dict[str, Any] = {
        f"f{number}": strawberry.field(default=UNSET, name=api_name, description=description)
        for number, (api_name, (_kind, description)) in enumerate(fields.items())
    }
    kinds = enumerate(kind for kind, _description in fields.values())
    body["__annotations__"] = {f"f{number}": kind | None for number, kind in kinds}
    return strawberry.input(type(name, (), body), name=name)


def _ordering(name: str, order: Any, fields: Definitions) -> Any:
    """All that a list can be ordered by: what everybody can, and the tenant's own fields."""
    names: dict[str, Any] = {key: key for key in order.columns}
    for field in fields:
        if field.kind not in (FieldKind.CHOICES, FieldKind.RECORD):
            names[order_name(field)] = By(f"{field.list_name}_order", expression=Noted(order_expression(field), field))
    return strawberry.enum(cast("type[Enum]", Enum(f"{name}Field", names)))


def _taken(member: Member, field: CustomField | None, value: Any) -> Any:
    """A value of an input; a link becomes the record, if the caller sees it."""
    if field is None or field.kind != FieldKind.RECORD or not value:
        return value
    target = OBJECTS[field.target]
    try:
        given = value if isinstance(value, relay.GlobalID) else relay.GlobalID.from_id(value)
    except relay.GlobalIDValueError:
        raise _unknown(field) from None
    record = target.visible_to(member).filter(pk=chosen(given, of=target.node, field=field.form_name)).first()
    if record is None:
        raise _unknown(field)
    return record


def _unknown(field: CustomField) -> Refused:
    message = _("There is no such record, or it is not yours to see.")
    return Refused(message, field=field.form_name, code=NOT_FOUND)
