"""What the records of a list have: fields that can be columns, be filtered, sorted and grouped by, and changed in bulk.

A noun names its own in `ListSpec.fields`; the hook `list_fields` contributes those of a tenant or a plugin. Every part
of a list asks `ListSpec.for_member` and nothing else, so a contributed field is worth the same as one of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import BaseExpression, Combinable
from django.utils.text import capfirst

from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.core_crm.lists.spec import Column


class Type(StrEnum):
    """What kind of values a field holds; it decides the operators of its conditions."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    MEMBER = "member"
    RECORD = "record"


@dataclass(frozen=True)
class Editor:
    """How many records are given another value of a field.

    `form_field` is what asks for the value and checks it; `write(record, value, by=…, now=…)` runs the action that
    writes it and raises Refused where a rule says no. `read(record)` is the value as JSON, kept to undo the change;
    `value_of` turns that into what `write` takes. `also` has the inputs of what may be said along with the value, by
    the names under which `write` takes the texts: the reason when deals are lost. `asks` are the values that need it.
    """

    form_field: Callable[[Member], forms.Field]
    read: Callable[[Any], Any]
    write: Callable[..., Any]
    value_of: Callable[[Any], Any] = lambda kept: kept
    also: Mapping[str, Callable[[Member], forms.Field]] = field(default_factory=dict)
    asks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Field:
    """One field of the records of a list. `name` stands in addresses and saved views: it never changes.

    `source` is a path (`"company__name"`) or an expression over the record's columns; for an expression the `name` must
    be no column's. `choices` gives the values and words of a choice, or of a short list of records; `records` and
    `pick_url` are the others to choose from while typing. `currency` is the path beside an amount, `in_base` makes the
    expression of the amount in the tenant's own currency, by which groups are added up. `many` says that the path
    crosses to many rows. `ask(operator, values)` makes the condition where `source` cannot; None leaves it to the
    source. `column` is how lists show it; without one it is only a field to filter by. `seen`, which
    `ListSpec.for_member` sets, has the keys of the records that a member sees of those it leads to: the others count as
    none.
    """

    name: str
    label: StrOrPromise
    type: Type
    source: str | BaseExpression
    choices: Callable[[Member], Sequence[tuple[str, Any]]] | None = None
    records: Callable[[Member], QuerySet[Any]] | None = None
    pick_url: str = ""
    currency: str = ""
    in_base: Callable[[], Combinable] | None = None
    many: bool = False
    ask: Callable[[str, Sequence[Any]], Q | None] | None = None
    column: Column | None = None
    can_filter: bool = True
    can_group: bool = False
    editor: Editor | None = None
    seen: QuerySet[Any, Any] | None = None

    @property
    def path(self) -> str:
        """The name under which queries know it: its path, or the name of its annotation."""
        return self.source if isinstance(self.source, str) else self.name

    @property
    def annotation(self) -> dict[str, BaseExpression]:
        """What a query must be annotated with before `path` can be used."""
        return {} if isinstance(self.source, str) else {self.name: self.source}


def field_of(model: type[models.Model], name: str, label: StrOrPromise = "", **more: Any) -> Field:
    """A field of the list that is a column of the model; its type, words and choices come from there."""
    column: Any = model._meta.get_field(name)
    type_ = more.pop("type", None) or _type_of(column)
    options: dict[str, Any] = {"can_group": type_ in GROUPED, **more}
    if column.choices and "choices" not in options:
        options["choices"] = lambda _member: list(column.choices)
    return Field(options.pop("as_name", name), label or capfirst(column.verbose_name), type_, name, **options)


GROUPED = frozenset({Type.CHOICE, Type.YES_NO, Type.MEMBER, Type.RECORD})
"""Types whose values are few enough to group by without being told so."""

_TYPES: Mapping[type[models.Field[Any, Any]], Type] = {
    models.DateTimeField: Type.MOMENT,
    models.DateField: Type.DAY,
    models.BooleanField: Type.YES_NO,
    models.DecimalField: Type.NUMBER,
    models.IntegerField: Type.NUMBER,
    models.ForeignKey: Type.RECORD,
}


def _type_of(column: Any) -> Type:
    if column.choices:
        return Type.CHOICE
    if column.related_model is Member:
        return Type.MEMBER
    return next((type_ for kind, type_ in _TYPES.items() if isinstance(column, kind)), Type.TEXT)
