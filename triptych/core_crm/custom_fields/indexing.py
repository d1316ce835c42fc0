"""Indexes of fields that are often filtered or ordered by.

Asking is counted in memory and written down every `WRITTEN_EVERY` times. The provisioner, which owns the tables, makes
an index of a field once it was asked for often enough and its table is large enough, and drops those of fields that are
gone. Nothing is locked meanwhile.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Expression, F, Index, Q
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT

from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.values import SORTED, SORTED_KINDS
from triptych.platform.standing import keep_indexes

WRITTEN_EVERY = 10
OFTEN = 50
"""So often a field must have been asked for."""
LARGE = 1_000
"""So many records its table must have: fewer are read faster than an index."""
MOST = 12
"""So many indexes a tenant has at most, of the fields most asked for: each makes writing slower."""
PREFIX = "own_field_"

_asked: Counter[UUID] = Counter()
_lock = Lock()
_NOT_INDEXED = (FieldKind.LONG_TEXT, FieldKind.CHOICES, FieldKind.FORMULA, FieldKind.ROLLUP)


def note(field: CustomField) -> None:
    """Count that a list was filtered or ordered by the field."""
    if field.kind in _NOT_INDEXED:
        return
    with _lock:
        _asked[field.pk] += 1
        is_due = _asked[field.pk] >= WRITTEN_EVERY
        if is_due:
            del _asked[field.pk]
    if is_due:
        CustomField.objects.filter(pk=field.pk).update(asked_count=F("asked_count") + WRITTEN_EVERY)


class Noted(Expression):
    """An expression over a field that is counted when a query takes it in."""

    def __init__(self, expression: Any, of: CustomField) -> None:
        super().__init__(output_field=expression.output_field)
        self.expression = expression
        self.noted = of

    def resolve_expression(self, *args: Any, **options: Any) -> Any:
        note(self.noted)
        return self.expression.resolve_expression(*args, **options)


def tend(*, concurrently: bool = True) -> list[str]:
    """Make and drop indexes in the tenant's schema in which the connection stands, as its owner.

    `concurrently` locks nothing, and needs a connection outside of any transaction. Returns what was done, e.g. “made
    own_field_…”.
    """
    wanted = {name_of(field): field for field in _most_asked()}
    indexes = {name: (OBJECTS[field.object].model, index_of(field)) for name, field in wanted.items()}
    done = keep_indexes(PREFIX, indexes, concurrently=concurrently)
    indexed = [field.pk for field in wanted.values()]
    CustomField.objects.filter(is_indexed=True).exclude(pk__in=indexed).update(is_indexed=False)
    CustomField.objects.filter(pk__in=indexed, is_indexed=False).update(is_indexed=True)
    return done


def name_of(field: CustomField) -> str:
    """What the index of a field is called."""
    return f"{PREFIX}{field.pk.hex[-20:]}"


def index_of(field: CustomField) -> Index:
    """The index of a field, over records that are not in the bin, in the order of lists."""
    return Index(indexed_by(field), F("id"), name=name_of(field), condition=Q(deleted_at__isnull=True))


def indexed_by(field: CustomField) -> BaseExpression:
    """What is compared and ordered: a text by its sort key, others by their value."""
    if field.kind in SORTED_KINDS:
        return KT(f"custom__{SORTED}{field.key}")
    return kind_of(field).sql(field)


def _most_asked() -> list[CustomField]:
    often = CustomField.objects.alive().filter(asked_count__gte=OFTEN).exclude(kind__in=_NOT_INDEXED)
    fields = list(often.order_by("-asked_count", "pk"))
    large = {kind: _is_large(kind) for kind in {field.object for field in fields}}
    return [field for field in fields if large[field.object]][:MOST]


def _is_large(kind: str) -> bool:
    rows = OBJECTS[kind].model._default_manager.order_by()[:LARGE].values("pk")
    return len(rows) >= LARGE
