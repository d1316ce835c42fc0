"""Indexes beside those of the migrations, which a tenant's tables get once they are worth it, from their owner."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.db.models import Index, Model


def keep_indexes(prefix: str, wanted: Mapping[str, tuple[type[Model], Index]], *, concurrently: bool) -> list[str]:
    """Make the wanted indexes that are missing or were left half made, and drop others whose names begin so.

    The connection stands in the tenant's schema. `concurrently` locks nothing, and needs a connection outside of any
    transaction. Returns what was done, e.g. “made own_field_…”.
    """
    standing = _standing(prefix)
    done = [f"dropped {name}" for name, is_valid in standing.items() if name not in wanted or not is_valid]
    for line in done:
        name = connection.ops.quote_name(line.removeprefix("dropped "))
        _run(f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}IF EXISTS {name}")
    for name, (model, index) in wanted.items():
        if standing.get(name):
            continue
        with connection.schema_editor(atomic=False) as editor:
            editor.add_index(model, index, concurrently=concurrently)  # type: ignore[call-arg]
        _run(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")  # so that the planner knows its values
        done.append(f"made {name}")
    return done


def _standing(prefix: str) -> dict[str, bool]:
    """The indexes there whose names begin so, and whether each is whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relname LIKE %s ORDER BY c.relname",
            [f"{prefix.replace('_', chr(92) + '_')}%"],
        )
        return dict(cursor.fetchall())


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
