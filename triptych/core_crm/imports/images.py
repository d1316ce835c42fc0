"""Before-images: a row of any model as plain JSON, and back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models

Image = dict[str, Any]
"""Column → value as text or JSON; None stays None."""


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that can be written."""
    return [column for column in model._meta.concrete_fields if not column.generated]


def image_of(record: models.Model) -> Image:
    """What the record holds in memory, column by column."""
    return {
        column.attname: None if getattr(record, column.attname) is None else column.value_to_string(record)
        for column in columns_of(type(record))
    }


def restore(record: models.Model, image: Image) -> None:
    """Set the record's columns to what the image holds, on the object only. Columns made since keep their value."""
    for column in columns_of(type(record)):
        if column.attname in image:
            value = image[column.attname]
            setattr(record, column.attname, None if value is None else column.to_python(value))


def mark_of(record: models.Model) -> str:
    """A short text that differs once somebody has changed the record: its version, or a digest of its image."""
    version = getattr(record, "version", None)
    if version is not None:
        return f"v{version}"
    text = json.dumps(image_of(record), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
