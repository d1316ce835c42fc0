"""The sort keys of texts in custom fields, made anew when the workspace takes another language."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import connection, models
from psycopg import sql

from triptych.core_crm.custom_fields.models import CustomField
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.values import SORTED, SORTED_KINDS, sorted_here
from triptych.platform.plugins import KeptKeys

Keys = dict[str, str]


def kept_keys() -> list[KeptKeys]:
    """One for each kind of record that has, or had, a field with texts."""
    kinds = CustomField.objects.filter(kind__in=SORTED_KINDS).order_by().values_list("object", flat=True).distinct()
    return [CustomKeys(OBJECTS[kind].model) for kind in sorted(kinds)]


class CustomKeys:
    """The keys that stand beside the texts in the column of a kind of record."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def count(self) -> int:
        return self._rows().count()

    def renew(self, after: UUID | None, most: int) -> tuple[UUID | None, int, int]:
        rows = self._rows().order_by("pk").values_list("pk", "custom")
        found = list((rows.filter(pk__gt=after) if after else rows)[:most])
        changed = [(pk, was, becomes) for pk, custom in found for was, becomes in [_keys(custom)] if was != becomes]
        if changed:
            self._write(changed)
        return (found[-1][0] if len(found) == most else None), len(found), len(changed)

    def _rows(self) -> models.QuerySet[Any]:
        return self.model._base_manager.exclude(custom={})

    def _write(self, changed: list[tuple[UUID, Keys, Keys]]) -> None:
        """Only where nobody has written another value since."""
        statement = sql.SQL(
            "UPDATE {table} AS kept SET custom = kept.custom || found.becomes"
            " FROM unnest(%s::uuid[], %s::jsonb[], %s::jsonb[]) AS found(id, was, becomes)"
            " WHERE kept.id = found.id AND kept.custom @> found.was"
        ).format(table=sql.Identifier(self.model._meta.db_table))
        ids, was, becomes = zip(*changed, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(ids), [*map(json.dumps, was)], [*map(json.dumps, becomes)]])


def _keys(custom: dict[str, Any]) -> tuple[Keys, Keys]:
    """The keys as they are, and as they should be."""
    now = sorted_here(custom)
    names = [name for name in custom if name.startswith(SORTED)]
    return {name: custom[name] for name in names}, {name: now[name] for name in names}
