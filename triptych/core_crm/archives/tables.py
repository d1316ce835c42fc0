"""Which tables and which of their columns stand in an archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from pydantic import TypeAdapter, ValidationError

from triptych.core_crm.archives.values import Unfit, parsed
from triptych.platform.collation import CollationKeyField
from triptych.platform.plugins import hooks
from triptych.platform.plugins.discovery import installed_plugins


@dataclass(frozen=True)
class ArchivedTable:
    """A table of the tenant as an archive holds it: one file of JSON lines, a row a line.

    `without` names columns that stay behind: secrets, and what means something in this workspace alone. `file` is the
    column that names bytes in the tenant's storage. `begins_filled` says that a new workspace has rows in it, for
    which those of an archive are put.

    `shapes` says of each JSON column what stands in it, as a type that pydantic checks; `rule` looks at a whole row
    that is read in, its columns checked, and raises `Unfit` where pages could not show it.
    """

    model: type[models.Model]
    without: frozenset[str] = frozenset()
    file: str = ""
    begins_filled: bool = False
    shapes: Mapping[str, Any] = field(default_factory=dict)
    rule: Callable[[Any], None] | None = None

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
            one.attname: one
            for one in self.model._meta.concrete_fields
            if not one.generated
            and not isinstance(one, CollationKeyField | models.AutoField)
            and one.attname not in self.without
        }

    def value(self, name: str, given: Any) -> Any:
        """The value of a column from the JSON of an archive that anybody may have made.

        Raises:
            Unfit: it is none that the column holds.
        """
        found = parsed(self.columns[name], given)
        shape = self._adapters.get(name)
        if shape is not None:
            try:
                shape.validate_python(found, strict=True)
            except ValidationError as error:
                raise Unfit from error
        return found

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        return {name: TypeAdapter(shape) for name, shape in self.shapes.items()}


def all_tables() -> dict[str, ArchivedTable]:
    """Every table that makes up a workspace, of core and of the installed plugins, by name."""
    plugins = [plugin.id for plugin in installed_plugins()]
    tables: list[ArchivedTable] = hooks.gather_for("archived_tables", plugins)
    return {table.name: table for table in tables}
