"""The column of a main record that holds the values of all its custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomValuesField(models.JSONField):
    """Values by the id of their field. An action gives those to change, by id or API name; None empties a field."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"verbose_name": _("custom fields"), "default": dict, "blank": True, "editable": False, **options}
        )

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        for inherent in ("verbose_name", "default", "blank", "editable"):
            options.pop(inherent, None)
        return name, path, arguments, options

    def merged(self, record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a record with those given taken in.

        Raises:
            Refused: a field is not there, or a value does not fit; it names the field.
        """
        from triptych.core_crm.custom_fields import values  # knows the nouns, which know this column

        return values.merged(record, given)

    def changed(self, before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Of both only what differs, None for what is not there."""
        names = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}
