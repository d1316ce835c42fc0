"""A hand-written join read as objects, for the statement with which every request begins.

Django compiles the SQL of a query set each time it is asked, and joins only along foreign keys. Both are right nearly
everywhere; where neither is, this is the way to write the statement and still get models.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, LiteralString

from django.db import connection, models
from psycopg import sql

Model = type[models.Model]


def joined_row(source: LiteralString, parameters: Sequence[Any], *of: Model) -> tuple[Any, ...] | None:
    """The first row of `source` (`FROM … WHERE …`, with `%s` for each parameter), as an object of each of those models.

    Where an outer join found nothing, the object is None. Without any row there is nothing at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(source, of), parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    return tuple(_object(model, [next(values) for _ in model._meta.concrete_fields]) for model in of)


@cache
def _statement(source: LiteralString, of: tuple[Model, ...]) -> str:
    columns = [
        sql.Identifier(model._meta.db_table, field.column or "")
        for model in of
        for field in model._meta.concrete_fields
    ]
    return sql.SQL("SELECT {} " + source).format(sql.SQL(", ").join(columns)).as_string(None)


def _object(model: Model, values: list[Any]) -> Any:
    fields = model._meta.concrete_fields
    if values[fields.index(model._meta.pk)] is None:
        return None
    for place, field in enumerate(fields):
        for convert in field.get_db_converters(connection):
            values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, [field.attname for field in fields], values)
