"""Who may see a value that is worked out: whoever may see everything that it is worked out from.

A formula tells what its fields hold, so it is hidden from those from whom one of them is hidden. A rollup is one figure
over all records of a kind, the same for everybody; it is for those whose role shows them every record of that kind, and
the fields that it adds up or asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed import formulas, rollups
from triptych.core_crm.custom_fields.computed.references import related_model, standard_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, Who
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.lists.nouns import list_of
from triptych.core_crm.rights.access import READ, hidden_fields, may_all
from triptych.core_crm.rights.sight import sight_of
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def may_see(member: Member, field: CustomField, own: Mapping[str, CustomField]) -> bool:
    """Whether a field that is worked out may be shown to the member. `own` are all fields of that kind, by API name."""
    if member.may_administer and sight_of(member).is_plain:
        return True
    return _may_see(member, field, own, frozenset())


def _may_see(member: Member, field: CustomField, own: Mapping[str, CustomField], way: frozenset[str]) -> bool:
    if field.seen_by == Who.ADMINS and not member.may_administer:
        return False
    if not field.is_computed:
        return True
    if field.kind == FieldKind.ROLLUP:
        return _may_see_rollup(member, field)
    if field.key in way:
        return False
    names = formulas.names_in(field.expression)
    return all(_may_name(member, field, relation, name, own, way | {field.key}) for relation, name in names)


def _may_name(
    member: Member, field: CustomField, relation: str, name: str, own: Mapping[str, CustomField], way: frozenset[str]
) -> bool:
    if relation in ("", "custom"):
        named = None if relation else standard_of(OBJECTS[field.object].model).get(name)
        if named is not None:
            return named.column not in hidden_fields(member, field.object)
        return name not in own or _may_see(member, own[name], own, way)
    model = related_model(field.object, relation)
    if model is None:
        return True
    kind, named = str(model._meta.model_name), standard_of(model).get(name)
    if kind in OBJECTS and not may_all(member, READ, model):
        return False
    if named is not None:
        return named.column not in hidden_fields(member, kind)
    other = next((one for one in definitions.of(kind) if one.api_name == name), None)
    return other is None or other.seen_by == Who.EVERYBODY or member.may_administer


def _may_see_rollup(member: Member, field: CustomField) -> bool:
    try:
        relation = rollups.relation_of(field.object, field.rollup.get("relation"))
        asked = {one.field for one in rollups.group_said(field.rollup).conditions()}
    except Refused:
        return True  # it shows nothing but that it is broken
    if not may_all(member, READ, OBJECTS[relation.target].model):
        return False
    own = {name: one for one in definitions.of(relation.target) for name in (one.api_name, one.list_name)}
    measured = field.rollup.get("field") or ""
    used = [own[name] for name in (measured, *asked) if name in own]
    if any(one.seen_by == Who.ADMINS for one in used) and not member.may_administer:
        return False
    return not hidden_fields(member, relation.target) & _columns(relation.target, measured, asked)


def _columns(target: str, measured: str, asked: set[str]) -> set[str]:
    """The columns of related records that a rollup reads, by the names that rights know."""
    named = standard_of(OBJECTS[target].model).get(measured)
    found: set[str] = {named.column} if named else set()
    spec: Any = list_of(target) if asked else None
    for name in asked:
        known = spec.field(name)
        found |= {name} | ({known.path} if known else set())
    return found
