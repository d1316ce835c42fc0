"""Entries of the audit as people read them: names of fields, people and related records instead of columns and ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.audit.access import list_by_table
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.lists.nouns import all_lists
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.access import field_rights, hidden_fields, visible
from triptych.core_crm.rights.levels import FieldRight
from triptych.core_crm.words import words_of
from triptych.platform.audit.models import Entry
from triptych.platform.languages.dates import in_short
from triptych.tenants.members.models import Member

DOORS = {
    "page": gettext_lazy("web app"),
    "api": gettext_lazy("API"),
    "job": gettext_lazy("background job"),
    "event": gettext_lazy("automatic follow-up"),
    "command": gettext_lazy("command line"),
}
ACTS = {
    Entry.Act.CREATED: gettext_lazy("created"),
    Entry.Act.CHANGED: gettext_lazy("changed"),
    Entry.Act.REMOVED: gettext_lazy("removed"),
}
SILENT = ("id", "created_at", "version", "updated_at")
"""Columns that say nothing to a person, as do keys of rows and what a model names in `untold`."""

OWN_VALUES = "custom"
"""The column that holds the values of a tenant's own fields."""


@dataclass(frozen=True)
class Line:
    """One field before and after, as texts. `name` can be given to `restoring.restore`, if `is_restorable`."""

    name: str
    label: str
    before: str
    after: str
    is_restorable: bool = False


@dataclass(frozen=True)
class Told:
    """An entry in words. `what` names the kind of row, `who` the member, '' for the house itself.

    `spec` is the list of which the row is a record, None for rows that are part of one, and for settings.
    """

    entry: Entry
    what: str
    act: str
    who: str
    door: str
    lines: Sequence[Line]
    spec: ListSpec | None = None

    @property
    def is_new(self) -> bool:
        return self.entry.act == Entry.Act.CREATED

    @property
    def is_part(self) -> bool:
        """Whether it is not the record's own row but one that is part of it."""
        return self.spec is None

    @property
    def is_restorable(self) -> bool:
        """Whether there are earlier values that the record's own form could set again."""
        return any(line.is_restorable for line in self.lines)


def told(entries: Collection[Entry], member: Member) -> list[Told]:
    """The entries in words, as this member may read them: fields that are hidden from them are left out.

    Rows that are part of a record can give a hidden field of it away (the lines of a deal add up to its amount): to
    somebody from whom a field is hidden, their values are not told.

    Costs one query for members and one for each kind of related record, however many the entries are.
    """
    names = _Names(entries, member)
    tells_parts = not any(hidden_fields(member, kind) for kind in all_lists())
    return [_told(entry, member, names, tells_parts=tells_parts) for entry in entries]


def model_of(table: str) -> type[models.Model] | None:
    """The model whose rows stand in that table; None for a table of a plugin that is gone."""
    return next((model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table), None)


def _told(entry: Entry, member: Member, names: _Names, *, tells_parts: bool) -> Told:
    model = model_of(entry.table)
    spec = list_by_table(entry.table)
    who = names.of(Member, entry.member_id)
    lines = list(_lines(entry, model, member, names)) if model and (spec or tells_parts) else []
    what = words_of(model) if model else entry.table
    door = str(DOORS.get(entry.door, entry.door))
    return Told(entry, what, str(ACTS[Entry.Act(entry.act)]), who, door, lines, spec)


def _lines(entry: Entry, model: type[models.Model], member: Member, names: _Names) -> Iterable[Line]:
    spec = list_by_table(entry.table)
    rights = field_rights(member, model)
    may_restore = _restorable(spec) if entry.act == Entry.Act.CHANGED else frozenset()
    for column, (before, after) in entry.changes.items():
        if is_silent(model, column):
            continue
        if column == OWN_VALUES:
            yield from _own_lines(spec, before or {}, after or {}, member, may_restore=bool(may_restore))
            continue
        field = _field(model, column)
        name = field.name if field else column
        if rights.get(name) is FieldRight.HIDDEN:
            continue
        label = words_of(field) if field else column
        restorable = name in may_restore and name not in rights
        was, becomes = names.text(field, before), names.text(field, after)
        if was or becomes:  # neither is what was empty from the start, and what was forgotten with a person
            yield Line(name, label, was, becomes, restorable)


def is_silent(model: type[models.Model], column: str) -> bool:
    """Whether a change of that column says nothing to a person."""
    field = _field(model, column)
    if column in SILENT or (field and field.name in getattr(model, "untold", ())):
        return True
    of_one = getattr(field, "base_field", field)  # of an array
    return isinstance(of_one, models.UUIDField) and not field.is_relation


def _own_lines(
    spec: ListSpec | None, before: dict[str, Any], after: dict[str, Any], member: Member, *, may_restore: bool
) -> Iterable[Line]:
    fields = definitions.of(spec.kind) if spec else definitions.NONE
    known, open_to = {field.key: field for field in fields.seen_by(member)}, set(fields.changed_by(member))
    for key in {**before, **after}:
        was, becomes = before.get(key), after.get(key)
        if was != becomes and key in known:
            yield Line(
                f"{OWN_VALUES}.{key}",
                str(known[key].label),
                _plain(was),
                _plain(becomes),
                may_restore and known[key] in open_to,
            )


def _restorable(spec: ListSpec | None) -> frozenset[str]:
    """The fields that the form of the record's own page can set."""
    return frozenset(spec.editing.form.base_fields) if spec and spec.editing else frozenset()


def _field(model: type[models.Model], column: str) -> Any:
    for field in model._meta.concrete_fields:
        if field.column == column:
            return field
    try:
        return model._meta.get_field(column)
    except FieldDoesNotExist:
        return None


class _Names:
    """The names of everything that a number of entries point to, fetched once for each kind."""

    def __init__(self, entries: Iterable[Entry], member: Member) -> None:
        self._member = member
        wanted: dict[type[models.Model], set[str]] = defaultdict(set)
        for entry in entries:
            if entry.member_id:
                wanted[Member].add(str(entry.member_id))
            model = model_of(entry.table)
            for column, values in entry.changes.items() if model else ():
                field = _field(model, column) if model else None
                if field is not None and field.is_relation:
                    wanted[field.related_model] |= {str(value) for value in values if value}
        self._names = {model: self._fetched(model, keys) for model, keys in wanted.items()}

    def _fetched(self, model: type[models.Model], keys: set[str]) -> dict[str, str]:
        rows = visible(self._member, model._default_manager.filter(pk__in=keys))
        return {str(row.pk): str(row) for row in rows}

    def of(self, model: type[models.Model], key: UUID | str | None) -> str:
        """The name of a record; '' for none, and a word for one that is gone or that the member does not see."""
        return self._names.get(model, {}).get(str(key), _("not to be seen any more")) if key else ""

    def text(self, field: Any, value: Any) -> str:
        if field is None:
            return _plain(value)
        if field.is_relation:
            return self.of(field.related_model, value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value or ""))
        if value and isinstance(field, models.DateField):
            return in_short(field.to_python(value))
        if value is not None and isinstance(field, models.DecimalField):
            return number_format(field.to_python(str(value)), field.decimal_places, force_grouping=True)
        return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        if value.keys() >= {"label", "count"}:
            return f"{value['label']}: {value['count']}"
        return ", ".join(_plain(part) for part in value.values() if part not in ("", None))
    return "" if value is None else str(value)
