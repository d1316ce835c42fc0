"""The hooks of the import: more objects, and more columns for objects of others."""

from triptych.core_crm.imports.importer import ExtraColumns, Importer
from triptych.platform.plugins import hookspec


@hookspec
def importers() -> list[Importer]:
    """Objects that can be imported besides those of core: by page, command and API, with dry run and undo.

    An importer may link to the objects of others by their importers' names, and they to it.
    """
    raise AssertionError


@hookspec
def import_columns(object_name: str) -> list[ExtraColumns]:
    """Columns that a plugin adds to the import of `object_name`, e.g. "deals", and how it writes them."""
    raise AssertionError(object_name)
