"""Indexes of large lists: one for each column by which a list is sorted, in exactly that order.

A tenant with few records would pay for them and gain nothing, since a short table is sorted as fast as it is read. So
no migration makes them: the provisioner does, in the schemas whose tables have grown to `LARGE` records.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import F, Index, Model, OrderBy, Q

from triptych.core_crm.lists.spec import ListSpec
from triptych.platform.plugins import hooks
from triptych.platform.standing import keep_indexes
from triptych.tenants.tending import LARGE

PREFIX = "list_by_"

Terms = list[tuple[str, bool]]
"""Columns of the table, and whether each falls."""


def tend(*, concurrently: bool = True) -> list[str]:
    """Make the indexes of large lists in the tenant's schema in which the connection stands, as its owner; drop those
    of orders that are gone. Returns what was done, e.g. “made list_by_deal_amount”."""
    specs: list[ListSpec] = hooks.gather_for("record_lists", ())
    large = _large_tables([spec.model._meta.db_table for spec in specs])
    wanted = {
        index.name: (spec.model, index)
        for spec in specs
        if spec.model._meta.db_table in large
        for index in indexes_of(spec)
    }
    return keep_indexes(PREFIX, wanted, concurrently=concurrently)


def indexes_of(spec: ListSpec) -> list[Index]:
    """What a list lacks so that each of its orders over columns of its own table is read from an index."""
    there = [_terms_of(index) for index in spec.model._meta.indexes]
    orders = {column.name: _own_terms(spec, column.name) for column in spec.columns if column.order}
    return [
        Index(
            *(OrderBy(F(name), descending=falls) for name, falls in terms),
            name=f"{PREFIX}{spec.kind}_{column}",
            condition=Q(deleted_at__isnull=True),
        )
        for column, terms in orders.items()
        if terms and not _is_covered(spec.model, terms, there)
    ]


def _own_terms(spec: ListSpec, column: str) -> Terms:
    """The order by a column; nothing if it leads to another table."""
    terms = [(term.removeprefix("-"), term.startswith("-")) for term in spec.order_of(column)]
    own = {field.name for field in spec.model._meta.concrete_fields} | {"pk"}
    return (
        [("id" if name == "pk" else name, falls) for name, falls in terms] if own >= {name for name, _ in terms} else []
    )


def _is_covered(model: type[Model], terms: Terms, there: list[Terms]) -> bool:
    """Whether an index that every tenant has serves the order, read from either end."""
    turned = [(name, not falls) for name, falls in terms]
    if any(one[: len(terms)] in (terms, turned) for one in there):
        return True
    first: Any = model._meta.get_field(terms[0][0])
    return first.unique or (first.db_index and not first.null and len(terms) == 2)


def _terms_of(index: Index) -> Terms:
    """The columns of an index that are plain ones."""
    plain = [(str(one.name), False) for one in index.expressions if isinstance(one, F)]  # type: ignore[attr-defined]
    return plain or [(name, direction == "DESC") for name, direction in index.fields_orders]


def _large_tables(names: list[str]) -> set[str]:
    """Those of the tables that are large, or once were: an estimate near the border makes and drops nothing in turn."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.relname FROM pg_class t WHERE t.relnamespace = current_schema()::regnamespace"
            " AND t.relkind = 'r' AND t.relname = ANY(%s) AND (t.reltuples >= %s OR EXISTS (SELECT FROM pg_index"
            " JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = t.oid AND starts_with(i.relname, %s)))",
            [names, LARGE, PREFIX],
        )
        return {name for (name,) in cursor.fetchall()}
