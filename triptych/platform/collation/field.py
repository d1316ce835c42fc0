"""A sort key kept beside the name."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from triptych.platform.collation.keys import collation_key


class CollationKeyField(models.BinaryField):  # type: ignore[type-arg]
    """The collation key of one or several text fields of the same row, computed whenever the row is written.

    A write that names its columns (`update_fields`) names this one too when it changes a source.
    """

    def __init__(self, *sources: str, **options: Any) -> None:
        self.sources = sources
        super().__init__(**{"editable": False, "blank": True, "default": b"", **options})

    def deconstruct(self) -> Any:
        name, path, _, options = super().deconstruct()
        for inherent in ("editable", "blank", "default"):
            options.pop(inherent, None)
        return name, path, list(self.sources), options

    def pre_save(self, instance: models.Model, add: bool) -> bytes:
        key = self.key_of(getattr(instance, source) for source in self.sources)
        setattr(instance, self.attname, key)
        return key

    def key_of(self, values: Iterable[object]) -> bytes:
        """The key of a row whose sources hold these, in the language of the current workspace."""
        return collation_key(" ".join(filter(None, map(str, values))))
