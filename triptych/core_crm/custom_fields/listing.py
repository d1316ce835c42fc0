"""Custom fields in lists: columns, conditions, orders, groups, and values given to many records at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.html import format_html

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed.resolving import SHOWN, Computed
from triptych.core_crm.custom_fields.forms import input_of
from triptych.core_crm.custom_fields.indexing import Noted, note
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.choices import labels_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.querying import order_expression
from triptych.core_crm.custom_fields.updating import update_values
from triptych.core_crm.lists.fields import Editor, Field, Type
from triptych.core_crm.lists.spec import Column
from triptych.platform.search.models import SearchEntry
from triptych.tenants.members.models import Member

TYPES = {
    FieldKind.NUMBER: Type.NUMBER,
    FieldKind.MONEY: Type.NUMBER,
    FieldKind.DATE: Type.DAY,
    FieldKind.DATETIME: Type.MOMENT,
    FieldKind.CHOICE: Type.CHOICE,
    FieldKind.CHOICES: Type.CHOICES,
    FieldKind.BOOLEAN: Type.YES_NO,
    FieldKind.RECORD: Type.RECORD,
}
GROUPED = (FieldKind.CHOICE, FieldKind.BOOLEAN)


def fields_of(kind: str, member: Member) -> list[Field]:
    """The custom fields of a list as this member sees them."""
    known = definitions.of(kind)
    changed = known.changed_by(member)
    found: list[Field] = []
    for field in known.seen_by(member):
        found += parts_of(field, member, may_change=changed.find(field.key) is not None)
    return found


def parts_of(field: CustomField, member: Member, *, may_change: bool = False) -> list[Field]:
    """The field itself, and what it is ordered by where that is something else."""
    if field.is_computed:
        return _worked_out(field)
    kind, name = FieldKind(field.kind), field.list_name
    order = f"{name}_order"
    linked = kind == FieldKind.RECORD
    options: dict[str, Any] = {
        "choices": (lambda _member: list(labels_of(field).items())) if field.options else None,
        "records": OBJECTS[field.target].visible_to if linked else None,
        "pick_url": OBJECTS[field.target].pick_url if linked else "",
        "can_group": kind in GROUPED,
        "editor": _editor(field) if may_change else None,
        "ask": lambda _operator, _values: note(field),
    }
    column = None if linked else _column(field, order if kind != FieldKind.CHOICES else "")
    found = [Field(name, field.label, TYPES.get(kind, Type.TEXT), kind_of(field).sql(field), column=column, **options)]
    if linked:
        found.append(_name_of_link(field, member))
    elif kind != FieldKind.CHOICES:
        found.append(Field(order, field.label, Type.TEXT, Noted(order_expression(field), field), can_filter=False))
    return found


def _worked_out(field: CustomField) -> list[Field]:
    """A formula or a rollup: the value, by which it is compared, ordered and grouped, and what the cells show."""
    kind, shown = kind_of(field), f"{field.list_name}_shown"
    result = FieldKind(field.result or FieldKind.TEXT)
    column = Column(
        shown,
        field.label,
        text=lambda record: kind.text(field, getattr(record, shown)),
        cell=lambda record: kind.show(field, getattr(record, shown)),
        order=(field.list_name,),
        css="number" if result in (FieldKind.NUMBER, FieldKind.MONEY) else "",
        shown=False,
        sorts_few=True,
    )
    can_group = result in (FieldKind.TEXT, FieldKind.BOOLEAN)
    return [
        Field(field.list_name, field.label, TYPES.get(result, Type.TEXT), Computed(field), can_group=can_group),
        Field(shown, field.label, Type.TEXT, Computed(field, SHOWN), column=column, can_filter=False),
    ]


def _column(field: CustomField, order: str) -> Column:
    kind = kind_of(field)
    css = "number" if field.kind in (FieldKind.NUMBER, FieldKind.MONEY) else ""
    return Column(
        field.list_name,
        field.label,
        text=lambda record: kind.text(field, record.custom.get(field.key)),
        cell=lambda record: kind.show(field, record.custom.get(field.key)),
        order=(order,) if order else (),
        css=css,
        shown=False,
    )


def _name_of_link(field: CustomField, member: Member) -> Field:
    """The name of the record that a link leads to, read with the list in one statement; nothing of what is unseen."""
    target = Cast(KeyTextTransform(field.key, OuterRef("custom")), models.UUIDField())
    visible = OBJECTS[field.target].visible_to(member).values("pk")
    named = SearchEntry.objects.filter(object_id=target, object_id__in=visible).values("title")[:1]
    name = f"{field.list_name}_name"
    home = OBJECTS[field.target].pick_url.removesuffix("pick/")

    def cell(record: Any) -> Any:
        title = getattr(record, name)
        return format_html('<a href="{}{}/">{}</a>', home, record.custom[field.key], title) if title else ""

    column = Column(
        name, field.label, lambda record: getattr(record, name) or "", cell, order=(name,), shown=False, sorts_few=True
    )
    source: BaseExpression = Subquery(named, output_field=models.TextField())
    return Field(name, field.label, Type.TEXT, source, column=column, can_filter=False)


def _editor(field: CustomField) -> Editor:
    def write(record: Any, value: Any, *, by: Member, now: datetime) -> None:
        update_values(record, {field.key: value}, by=by, now=now)

    return Editor(lambda _member: input_of(field), lambda record: record.custom.get(field.key), write)
