"""Rows that a person is in. The same statement of them shows, counts, hands over and erases: none can differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from triptych.core_crm.privacy.people import Person
from triptych.platform.collation import CollationKeyField
from triptych.platform.plugins import hooks
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.refusals import Refused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STAYS: Mapping[str, Any] = {}
"""For `blank`: the rows stay as they are, but for mentions of the person."""


class Incomplete(Refused):
    """A plugin could not say what it keeps of the person, so nothing is done."""


@dataclass(frozen=True)
class PersonRows:
    """Rows of one model that a person is in, and what erasing the person does with them.

    `name` is stable, for programs; `label` is for people. With `blank` None the rows are deleted; otherwise the named
    columns get these values, and the rows stay (`STAYS`: all of it, but for the address, phone and full name where
    nobody else has them). `fields` are shown, all if empty. `file` names the column of the bytes in the storage, which
    go with the row. Rows of a machinery's own (`is_shown` False) are erased without being shown. `whole` says that
    the record is the person's own, so that the audit of whatever is part of it is blanked, too.
    """

    name: str
    label: StrOrPromise
    rows: models.QuerySet[Any]
    fields: Sequence[str] = ()
    blank: Mapping[str, Any] | None = None
    file: str = ""
    is_shown: bool = True
    whole: bool = False

    @property
    def model(self) -> type[models.Model]:
        return self.rows.model

    @cached_property
    def columns(self) -> list[models.Field[Any, Any]]:
        """What is shown of a row: no bytes, nothing computed, no secret."""
        hidden = {*getattr(self.model, "audited_without", ()), "version", "digest", "token_digest", self.file}
        return [
            column
            for column in self.model._meta.concrete_fields
            if not isinstance(column, CollationKeyField | models.BinaryField)
            and not column.generated
            and column.name not in hidden
            and (not self.fields or column.name in self.fields)
        ]

    @property
    def fate(self) -> str:
        """What erasing does: `deleted`, `blanked` or `kept`."""
        return "deleted" if self.blank is None else "blanked" if self.blank else "kept"


@dataclass
class Found:
    """What is known of a person, as it was at one moment: kinds of rows with their keys."""

    person: Person
    parts: list[tuple[PersonRows, list[Any]]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(keys for rows, keys in self.parts if rows.is_shown)

    @property
    def shown(self) -> list[tuple[PersonRows, int]]:
        """The kinds of which there is something, with how many rows."""
        return [(rows, len(keys)) for rows, keys in self.parts if keys and rows.is_shown]

    def counts(self) -> list[dict[str, Any]]:
        """As JSON: kind, count and what erasing does."""
        return [
            {"kind": rows.name, "label": str(rows.label), "count": count, "fate": rows.fate}
            for rows, count in self.shown
        ]


def everything_about(person: Person, *, now: datetime) -> Found:
    """Ask core and every installed plugin, enabled or not, in which rows the person is.

    Raises:
        Incomplete: a plugin raises. It is named.
    """
    plugins = {plugin.id for plugin in installed_plugins()} | hooks.enabled_plugins()
    try:
        contributed: list[PersonRows] = hooks.gather_whole("person_data", plugins, person=person, now=now)
    except hooks.LeftOut as left_out:
        message = _("The plugin “%(plugin)s” could not say what it keeps of this person. Nothing was done; try again.")
        raise Incomplete(message % {"plugin": left_out.contributor}) from left_out
    return Found(person, [(rows, list(rows.rows.order_by("pk").values_list("pk", flat=True))) for rows in contributed])
