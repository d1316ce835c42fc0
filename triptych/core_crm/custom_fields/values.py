"""The one place where values of custom fields are checked before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.kinds import Unfit, kind_of
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, Who
from triptych.platform.collation import collation_key
from triptych.platform.refusals import Refused

SORTED = "~"
"""What the key of a text's collation key begins with, beside the text: the database sorts no language by itself."""

SORTED_KINDS = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.URL)


class Carried(dict[str, Any]):
    """Values that come from another record. Nobody could be asked for those that are required."""


def carried(record: Any, kind: str) -> Carried:
    """What a new record of that kind takes over from another: the values of fields with the same API name and kind.

    A value that admins alone may see goes into no field that everybody may see; one that does not fit stays behind.
    """
    theirs = {field.api_name: field for field in definitions.of(kind).typed}
    found = Carried()
    for field in definitions.of(record._meta.model_name).typed:
        target, stored = theirs.get(field.api_name), record.custom.get(field.key)
        if target is None or stored is None or (target.kind, target.target) != (field.kind, field.target):
            continue
        if field.seen_by == Who.ADMINS and target.seen_by != Who.ADMINS:
            continue
        try:
            kind_of(target).clean(target, stored)
        except Unfit:
            continue
        found[target.key] = stored
    return found


def merged(record: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record with those given, by id or API name, taken in; None or nothing empties a field.

    A new record must have a value in each required field; one that is there may not lose it.

    Raises:
        Refused: a field is not there, or a value does not fit; it names the field.
    """
    fields = definitions.of(record._meta.model_name)
    values = dict(record.custom)
    for name, value in given.items():
        field = fields.find(name)
        if field is None:
            message = _("There is no field “%(name)s” here. It may have been deleted.")
            raise Refused(message % {"name": name[:60]}, field="custom", code="UNKNOWN_FIELD")
        _put(values, field, value)
    if record._state.adding and not isinstance(given, Carried):
        for field in fields:
            if field.is_required and field.key not in values:
                raise Refused(_needed(field), field=field.form_name)
    return values


def _put(values: dict[str, Any], field: CustomField, given: Any) -> None:
    if field.kind == FieldKind.RECORD and given and values.get(field.key) == str(getattr(given, "pk", given)):
        return  # it leads there already, perhaps to a record that is in the bin by now
    try:
        stored = kind_of(field).clean(field, given)
    except Unfit as unfit:
        raise Refused(f"{field}: {unfit}", field=field.form_name) from unfit
    if stored is None and field.is_required:
        raise Refused(_needed(field), field=field.form_name)
    values.pop(f"{SORTED}{field.key}", None)
    if stored is None:
        values.pop(field.key, None)
        return
    values[field.key] = stored
    if field.kind in SORTED_KINDS:
        values[f"{SORTED}{field.key}"] = sort_key_of(stored)


def sort_key_of(stored: str) -> str:
    """What a text is sorted by, in the language of the current workspace."""
    return collation_key(stored[:100]).hex()


def sorted_here(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values with the sort keys of their texts as the current workspace's language has them now: values that
    were laid by, for an undo, have those of their time."""
    texts = {name: values.get(name.removeprefix(SORTED)) for name in values if name.startswith(SORTED)}
    return {**values, **{name: sort_key_of(text) for name, text in texts.items() if isinstance(text, str)}}


def _needed(field: CustomField) -> str:
    return _("“%(field)s” needs a value.") % {"field": field}


def words_of(record: Any) -> str:
    """What the search finds the record by: the texts in fields that everybody sees."""
    fields = definitions.of(record._meta.model_name)
    shown = (field for field in fields if field.seen_by == "everybody" and field.key in record.custom)
    return " ".join(filter(None, (kind_of(field).words(field, record.custom[field.key]) for field in shown)))
