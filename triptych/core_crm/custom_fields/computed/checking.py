"""A formula or a rollup before it is kept: does it fit together, does it break another, what does it come to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.computed import rollups
from triptych.core_crm.custom_fields.computed.resolving import Terms, finished, result_of, shown
from triptych.core_crm.custom_fields.computed.rights import may_see
from triptych.core_crm.custom_fields.computed.terms import BadFormula
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.computed import reason_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, Measure
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

EXAMPLES = 5
"""On so many records a formula is shown before it is kept."""


@dataclass(frozen=True)
class Example:
    """What a formula comes to on one record: as pages show it, as a text, and why it has no value."""

    record: Any
    shown: Any
    text: str
    problem: str


def rollup_said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a rollup says, and nothing else.

    Raises:
        BadFormula: its condition cannot be read.
    """
    said = {name: str(given.get(name) or "") for name in ("relation", "measure", "field")}
    if said["measure"] == Measure.COUNT:
        said["field"] = ""
    try:
        group = rollups.group_said(given)
    except Refused as refused:
        raise BadFormula(refused.message, field="where", code=refused.code) from refused
    return {**said, "where": group.as_json if group.parts else {}}


def settle(field: CustomField) -> None:
    """Check a formula or a rollup, and set what kind of value it has, on the object only.

    Raises:
        Refused: it does not fit together, or uses itself; the sentence says where.
    """
    terms = Terms(field.object, [*_others(field), field])
    try:
        term = terms.of(field)
        field.result = result_of(term)
        _worked_out(field, shown(finished(term)), OBJECTS[field.object].model._default_manager.order_by("pk")[:1])
    except Refused as refused:
        is_condition = field.kind == FieldKind.ROLLUP and refused.field in (None, "expression")
        raise BadFormula(
            refused.message, field="where" if is_condition else refused.field or "expression", code=refused.code
        ) from refused


def settle_others(field: CustomField, *, now: datetime) -> None:
    """Bring the formulas that use a changed one in line with it.

    Raises:
        BadFormula: one of them would no longer fit together.
    """
    others = _others(field)
    before, after = Terms(field.object), Terms(field.object, [*others, field])
    for other in others:
        if other.kind != FieldKind.FORMULA:
            continue
        try:
            result = result_of(after.of(other))
        except Refused as refused:
            if _fits(before, other):
                message = _("“%(field)s” uses this field, and would no longer fit: %(why)s")
                raise BadFormula(message % {"field": other.label, "why": refused.message}) from refused
            continue
        if result != other.result:
            other.result = result
            other.save_fields("result", at=now)


def problem_of(field: CustomField) -> str:
    """What is wrong with a formula or a rollup as it is now: a field that is missing; empty where nothing is."""
    if not field.is_computed:
        return ""
    try:
        Terms(field.object).of(field)
    except Refused as refused:
        return refused.message
    return ""


def examples(field: CustomField, member: Member) -> list[Example]:
    """What a field that is not kept yet would come to on the newest records that the member sees.

    Raises:
        Refused: it does not fit together, or comes from what the member's role hides.
    """
    settle(field)
    if not may_see(member, field, {one.api_name: one for one in _others(field)}):
        raise BadFormula(_("Your role does not show you all that this comes from. Ask an owner."))
    newest = OBJECTS[field.object].visible_to(member).order_by("-created_at", "-pk")[:EXAMPLES]
    ids = [record.pk for record in newest]
    term = finished(Terms(field.object, [*_others(field), field]).of(field))
    records = OBJECTS[field.object].model._default_manager.filter(pk__in=ids)
    values = _worked_out(field, shown(term), records)
    kind = kind_of(field)
    return [
        Example(record, kind.show(field, held), str(kind.text(field, held)), reason_of(held))
        for record in newest
        for held in [values.get(record.pk)]
    ]


def _worked_out(field: CustomField, expression: Any, records: Any) -> dict[Any, Any]:
    """The values of these records. What the database refuses is the formula's fault, whichever record it is about."""
    try:
        with transaction.atomic():
            return dict(records.annotate(worked_out=expression).values_list("pk", "worked_out"))
    except DatabaseError as error:
        raise BadFormula(_("The database cannot work this out. Say it in a simpler way.")) from error


def _others(field: CustomField) -> Sequence[CustomField]:
    return [one for one in CustomField.objects.alive().on(field.object).in_order() if one.pk != field.pk]


def _fits(terms: Terms, field: CustomField) -> bool:
    try:
        terms.of(field)
    except Refused:
        return False
    return True
