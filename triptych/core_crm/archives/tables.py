"""Which tables and which of their columns stand in an archive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from triptych.platform.collation import CollationKeyField
from triptych.platform.plugins import hooks
from triptych.platform.plugins.discovery import installed_plugins


@dataclass(frozen=True)
class ArchivedTable:
    """A table of the tenant as an archive holds it: one file of JSON lines, a row a line.

    `without` names columns that stay behind: secrets, and what means something in this workspace alone. `file` is the
    column that names bytes in the tenant's storage. `begins_filled` says that a new workspace has rows in it, for
    which those of an archive are put.
    """

    model: type[models.Model]
    without: frozenset[str] = frozenset()
    file: str = ""
    begins_filled: bool = False

    @property
    def name(self) -> str:
        """As the archive calls it: deals.deal."""
        return self.model._meta.label_lower

    @property
    def entry(self) -> str:
        """Its file in the archive."""
        return f"records/{self.name}.jsonl"

    @cached_property
    def columns(self) -> dict[str, models.Field[Any, Any]]:
        """What is kept of a row, by column: nothing that is computed, no counted-up key."""
        return {
            field.attname: field
            for field in self.model._meta.concrete_fields
            if not field.generated
            and not isinstance(field, CollationKeyField | models.AutoField)
            and field.attname not in self.without
        }


def all_tables() -> dict[str, ArchivedTable]:
    """Every table that makes up a workspace, of core and of the installed plugins, by name."""
    plugins = [plugin.id for plugin in installed_plugins()]
    tables: list[ArchivedTable] = hooks.gather_for("archived_tables", plugins)
    return {table.name: table for table in tables}
