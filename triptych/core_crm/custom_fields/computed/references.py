"""What a formula may name: the standard fields of a record, those of the records it belongs to, the workspace's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Model
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.computed.terms import TYPES, BadFormula, Result, Sql, Term
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNNAMED = {"version", "deleted_at", "closing_rate", "status_before_merge", "zone", "rule", "anchor_at", "until_at",
           "occurs_at", "remind_at", "following", "amount_is_total", "is_internal"}  # fmt: skip
"""Columns of the machinery, which nobody has typed."""

RELATED = {
    "deal": {"company": "company", "contact": "primary_contact", "stage": "stage", "pipeline": "pipeline"},
    "case": {"company": "company", "contact": "contact", "deal": "deal", "queue": "queue"},
    "company": {"parent": "parent"},
}
"""Of each kind of record the records that it belongs to, by the names that formulas give them."""

AMOUNTS = {"amount", "annual_revenue"}
"""Columns that hold an amount of the record's currency."""

_RESULTS: Mapping[type[models.Field[Any, Any]], Result] = {
    models.DateTimeField: Result.DATETIME,
    models.DateField: Result.DATE,
    models.BooleanField: Result.BOOLEAN,
    models.DecimalField: Result.NUMBER,
    models.IntegerField: Result.NUMBER,
    models.CharField: Result.TEXT,
    models.TextField: Result.TEXT,
    models.GeneratedField: Result.TEXT,
}
OWN_RESULTS = {
    FieldKind.TEXT: Result.TEXT,
    FieldKind.LONG_TEXT: Result.TEXT,
    FieldKind.URL: Result.TEXT,
    FieldKind.CHOICE: Result.TEXT,
    FieldKind.NUMBER: Result.NUMBER,
    FieldKind.MONEY: Result.MONEY,
    FieldKind.DATE: Result.DATE,
    FieldKind.DATETIME: Result.DATETIME,
    FieldKind.BOOLEAN: Result.BOOLEAN,
}


@dataclass(frozen=True)
class Named:
    """A standard field as formulas name it."""

    name: str
    column: str
    label: StrOrPromise
    type: Result


@cache
def standard_of(model: type[Model]) -> dict[str, Named]:
    """The standard fields of a model, by their names in formulas, which are those of the API."""
    found = {}
    for column in model._meta.concrete_fields:
        type_ = next((result for kind, result in _RESULTS.items() if isinstance(column, kind)), None)
        if type_ is None or column.name in UNNAMED or column.is_relation:
            continue
        type_ = Result.MONEY if column.name in AMOUNTS else type_
        named = Named(camel(column.name), column.name, column.verbose_name, type_)
        found[named.name] = named
    return found


def camel(name: str) -> str:
    """`close_date` as the API has it: `closeDate`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def model_of(kind: str) -> type[Model]:
    return OBJECTS[kind].model


def related_model(kind: str, name: str) -> type[Model] | None:
    """The model of the record that a kind of record belongs to under that name."""
    path = RELATED.get(kind, {}).get(name)
    return model_of(kind)._meta.get_field(path).related_model if path else None


def standard_term(named: Named, path: str = "") -> Term:
    """A standard field of the record, or of the one that `path` leads to; nothing of one in the bin."""
    column = f"{path}__{named.column}" if path else named.column
    currency = f"{path}__currency" if path else "currency"
    piece = "left({}, 1000)" if named.type == Result.TEXT else f"{{}}::{TYPES[named.type]}"
    if path:
        piece = f"CASE WHEN {{}} IS NULL THEN {piece} END"
    gone = [F(f"{path}__deleted_at")] if path else []
    sql = Sql(piece, *gone, F(column), of=named.type)
    own = Sql("nullif({}, '')", F(currency), of=Result.TEXT) if named.type == Result.MONEY else None
    return Term(named.type, sql, own)


def own_term(field: CustomField, path: str = "") -> Term:
    """The value of a field that somebody types, of the record itself or of the one that `path` leads to.

    Raises:
        BadFormula: values of that kind cannot be used.
    """
    type_ = OWN_RESULTS.get(FieldKind(field.kind))
    if type_ is None:
        message = _("“%(field)s” is %(kind)s, which formulas cannot use.")
        raise BadFormula(message % {"field": field, "kind": field.get_kind_display()})
    inside = f"{path}__custom__{field.key}" if path else f"custom__{field.key}"
    if type_ == Result.MONEY:
        return Term(type_, Sql("{}::numeric", KT(f"{inside}__amount"), of=type_), KT(f"{inside}__currency"))
    if type_ == Result.TEXT:
        return Term(type_, Sql("left({}, 1000)", KT(inside), of=type_))
    sql = kind_of(field).sql(field) if not path else Sql(f"{{}}::{TYPES[type_]}", KT(inside), of=type_)
    return Term(type_, sql)
