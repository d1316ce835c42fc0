"""Custom fields in imports: what columns can be mapped to, and how the values are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.kinds import Unfit, kind_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, Who
from triptych.core_crm.custom_fields.objects import OBJECTS
from triptych.core_crm.custom_fields.updating import update_values
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, ExtraColumns, Field, Kind, Row, Writing
from triptych.core_crm.imports.registry import all_importers
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

KINDS = {
    FieldKind.LONG_TEXT: Kind.LONG_TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.DATE: Kind.DATE,
    FieldKind.DATETIME: Kind.DATETIME,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.CHOICE: Kind.CHOICE,
    FieldKind.RECORD: Kind.LINK,
}
PREFIX = "custom_"


def columns_of(object_name: str) -> list[ExtraColumns]:
    """The columns that the workspace's own fields add to the import of an object, those for everybody's eyes."""
    info = next((info for info in OBJECTS.values() if info.plural == object_name), None)
    fields = [field for field in definitions.of(info.kind) if _is_for_all(field)] if info else []
    if not info or not fields:
        return []

    def write(rows: Sequence[Row], writing: Writing) -> list[Change]:
        return _written(info.model, fields, rows, writing)

    keys = {f"{PREFIX}{field.api_name}": field.key for field in fields}

    def held(record: Any, name: str) -> Any:
        return record.custom.get(keys[name])

    return [ExtraColumns(tuple(_column(field) for field in fields), write, held, is_asked_for=True)]


def _is_for_all(field: CustomField) -> bool:
    if field.target and OBJECTS[field.target].plural not in all_importers():
        return False  # nothing knows such records by the names in a file
    return Who.ADMINS not in (field.seen_by, field.changed_by) and not field.is_computed


def _column(field: CustomField) -> Field:
    kind = KINDS.get(FieldKind(field.kind), Kind.TEXT)
    return Field(
        f"{PREFIX}{field.api_name}",
        field.label,
        kind,
        synonyms=(field.label.lower(), field.api_name.lower()),
        wanted=field.is_required,
        max_length=20_000 if kind is Kind.LONG_TEXT else 1_000,
        choices=tuple((option["name"], option["label"]) for option in field.active_options)
        if kind is Kind.CHOICE
        else (),
        link=OBJECTS[field.target].plural if field.target else "",
        clean=_cleaner(field) if kind in (Kind.TEXT, Kind.LONG_TEXT) else None,
    )


def _cleaner(field: CustomField) -> Callable[[str], Any]:
    def clean(text: str) -> str:
        try:
            kind_of(field).clean(field, text)
        except Unfit as unfit:
            raise Refused(str(unfit)) from unfit
        return text

    return clean


def _unseen(fields: Sequence[CustomField], rows: Sequence[Row], by: Member | None) -> set[tuple[str, str]]:
    """The links of these rows, by field and id, that lead to records which whoever imports does not see."""
    found: set[tuple[str, str]] = set()
    for field in fields:
        name = f"{PREFIX}{field.api_name}"
        ids = {str(row.values[name]) for row in rows if row.values.get(name)} if field.target and by else set()
        if by is not None and ids:
            seen = OBJECTS[field.target].visible_to(by).filter(pk__in=ids).values_list("pk", flat=True)
            found |= {(name, one) for one in ids - {str(pk) for pk in seen}}
    return found


def _written(model: Any, fields: Sequence[CustomField], rows: Sequence[Row], writing: Writing) -> list[Change]:
    """Give the records of these rows their values, those of records that were there with an image of before."""
    names = {f"{PREFIX}{field.api_name}": field.key for field in fields}
    unseen = _unseen(fields, rows, writing.by)
    records = model._default_manager.in_bulk([row.existing for row in rows if row.existing])
    kind = f"{model._meta.app_label}.{model._meta.model_name}"
    changes: list[Change] = []
    for row in rows:
        record = records.get(row.existing)
        values = {names[name]: value for name, value in row.values.items() if name in names}
        for name in [name for name in row.values if name in names and (name, str(row.values[name])) in unseen]:
            message = _("There is no such record, or it is not yours to see.")
            writing.doubt(row.number, name, row.texts.get(name, ""), message)
            del values[names[name]]
        if record is None or not values:
            continue
        if not row.is_new:
            changes.append(Change(row.number, kind, record.pk, image_of(record)))
        update_values(record, values, by=writing.by, now=writing.at)
    return changes
