"""Blanking mentions of a person wherever texts stand: in every table of the workspace and in its rows of the cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from triptych.platform.audit.blanking import REPLACEMENT
from triptych.platform.collation import CollationKeyField
from triptych.platform.events.models import Delivery, Job, Outbox
from triptych.platform.plugins.models import PluginFailure
from triptych.platform.scope import CELL, entered

LEFT_ALONE = ("audit", "members")
"""Apps whose tables are not swept: the audit has a function of its own; members are people with a sign-in."""

Touched = dict[type[models.Model], list[Any]]


def sweep_workspace(expression: str) -> Touched:
    """Blank what matches in every text of the tenant's own tables. Returns the keys of the rows, by model.

    Names that may be there only once are left: they are names of settings.
    """
    touched: Touched = {}
    for model in _models():
        columns = list(_columns(model))
        keys = _swept(model, columns, expression, where=None) if columns else []
        if keys:
            touched[model] = keys
            _sort_anew(model, keys)
    return touched


def sweep_cell(expression: str, *, tenant_id: UUID, about: Collection[UUID]) -> int:
    """Blank what matches in the tenant's events, jobs and failures, and what is said in finished events about the
    records `about`. Returns how many rows."""
    mine = sql.SQL("tenant_id = {}").format(sql.Literal(tenant_id))
    theirs = sql.SQL("event_id IN (SELECT id FROM cell.events_outbox WHERE {})").format(mine)
    texts: tuple[tuple[type[models.Model], sql.Composable], ...] = (
        (Outbox, mine), (Delivery, theirs), (Job, mine), (PluginFailure, mine),
    )  # fmt: skip
    with entered(CELL):
        count = 0
        for model, where in texts if expression else ():
            count += len(_swept(model, list(_columns(model)), expression, where=where))
        handled = Outbox.objects.filter(tenant_id=tenant_id, object_id__in=about).exclude(facts={})
        waiting = Delivery.objects.filter(state__in=Delivery.UNFINISHED).values("event_id")
        return count + handled.exclude(handed_over_at=None).exclude(pk__in=waiting).update(facts={})


def _models() -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.name in settings.TENANT_APPS and config.label not in LEFT_ALONE:
            yield from (model for model in config.get_models() if model._meta.managed)


def _columns(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    """The columns with free texts."""
    unique = _once_only(model)
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.CharField | models.TextField | models.JSONField) or _is_texts(column)
        if is_text and not (column.generated or column.choices or column.unique or column.name in unique):
            yield column


def _is_texts(column: models.Field[Any, Any]) -> bool:
    return isinstance(column, ArrayField) and isinstance(column.base_field, models.CharField | models.TextField)


def _once_only(model: type[models.Model]) -> set[str]:
    """The columns of unique constraints, in which two blanked texts would collide."""
    names: set[str] = set()
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            names.update(constraint.fields)
            for expression in constraint.expressions:
                names.update(_columns_in(expression))
    return names


def _columns_in(expression: Any) -> Iterator[str]:
    """The names of the columns that an expression of a constraint reads."""
    if isinstance(expression, models.F):
        yield str(expression.__dict__["name"])
    for part in expression.get_source_expressions() if hasattr(expression, "get_source_expressions") else ():
        yield from _columns_in(part)


def _swept(
    model: type[models.Model],
    columns: list[models.Field[Any, Any]],
    expression: str,
    *,
    where: sql.Composable | None,
) -> list[Any]:
    """Blank what matches in the columns; the keys of the rows."""
    sets = [sql.SQL("{} = {}").format(sql.Identifier(str(column.column)), _blanked(column)) for column in columns]
    hits = [sql.SQL("{}::text ~* %(expression)s").format(sql.Identifier(str(column.column))) for column in columns]
    condition = sql.SQL("({})").format(sql.SQL(" OR ").join(hits))
    statement = sql.SQL("UPDATE {table} SET {sets} WHERE {condition} RETURNING {key}").format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join(sets),
        condition=sql.SQL(" AND ").join([where, condition]) if where is not None else condition,
        key=sql.Identifier(cast(str, model._meta.pk.column)),
    )
    with connection.cursor() as cursor:
        text = statement.as_string(cursor.connection)  # a text, from whose first word the audit learns who is at work
        cursor.execute(text, {"expression": expression, "replacement": REPLACEMENT})
        return [row[0] for row in cursor.fetchall()]


def _blanked(column: models.Field[Any, Any]) -> sql.Composable:
    name = sql.Identifier(str(column.column))
    replaced = sql.SQL("regexp_replace({}, %(expression)s, %(replacement)s, 'gi')")
    if isinstance(column, models.JSONField):
        return sql.SQL("{}::jsonb").format(replaced.format(sql.SQL("{}::text").format(name)))
    if isinstance(column, ArrayField):
        one = replaced.format(sql.SQL("one"))
        return sql.SQL("ARRAY(SELECT {} FROM unnest({}) AS one)").format(one, name)
    return replaced.format(name)


def _sort_anew(model: type[models.Model], keys: list[Any]) -> None:
    """Compute the sort keys of rows whose names have changed."""
    names = [column.name for column in model._meta.concrete_fields if isinstance(column, CollationKeyField)]
    for row in model._base_manager.filter(pk__in=keys) if names else ():
        row.save(update_fields=names)
