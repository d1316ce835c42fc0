"""Which objects can be imported here and now, with the columns that plugins add to them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import ExtraColumns, Field, Importer, Kind
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused

REFERENCE = "reference"
"""The field that every object has: the key by which the other system knows the record."""


class UnknownObject(Refused):
    """Nothing of that name can be imported here."""

    code = "UNKNOWN_OBJECT"


@dataclass(frozen=True)
class Target:
    """An object to import into: its importer, and the extra columns by the plugin that adds them."""

    importer: Importer
    extras: tuple[tuple[str, ExtraColumns], ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything a column can be mapped to."""
        own = self.importer.fields()
        names = {field.name for field in own}
        extra = [field for _plugin, columns in self.extras for field in columns.fields if field.name not in names]
        return (*own, reference_field(self.importer), *extra)

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


def reference_field(importer: Importer) -> Field:
    """The key of the other system; importing it lets a later file update the same records."""
    return Field(
        REFERENCE,
        _("Key in the other system"),
        Kind.TEXT,
        synonyms=("id", "key", "external id", "reference", "number", "no", "code", *importer.reference_synonyms),
    )


def all_importers() -> dict[str, Importer]:
    """Everything that can be imported in this tenant, by name."""
    return {importer.name: importer for importer in hooks.gather("importers")}


def importer_named(name: str) -> Importer:
    """The importer of that name.

    Raises:
        UnknownObject: no core app or enabled plugin has one; the message lists those there are.
    """
    known = all_importers()
    if name not in known:
        raise UnknownObject(
            _("“{name}” cannot be imported here. You can import: {known}.").format(name=name, known=", ".join(known)),
            field="object",
        )
    return known[name]


def target_named(name: str) -> Target:
    """The importer of that name, with what plugins add to it.

    Raises:
        UnknownObject: there is none.
    """
    extras = hooks.gather_by_plugin("import_columns", object_name=name)
    return Target(importer_named(name), tuple(extras))
