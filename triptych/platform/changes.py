"""Setting fields of a record: only those that differ, checked, with before and after of each."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from triptych.platform import clock
from triptych.platform.refusals import Refused

Changes = dict[str, tuple[Any, Any]]
"""Field name → (before, after); relations by their ids."""


@runtime_checkable
class ManyInOne(Protocol):
    """A column that holds many values by name. Given are those to change; told are those that have changed."""

    def merged(self, record: Any, given: Any) -> Any:
        """What the column holds of the record, with what is given taken in."""

    def changed(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Of both only what differs."""


def apply_changes(record: models.Model, fields: Mapping[str, Any]) -> Changes:
    """Set those of `fields` that differ from what `record` holds, on the object only.

    Relations are given as objects or None. The changed fields are checked against the model's own rules
    (length, choices, numbers, characters that can be stored); existence of related rows is the database's to check.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    changes: Changes = {}
    for name, value in fields.items():
        field: Any = record._meta.get_field(name)
        before = getattr(record, field.attname)
        if isinstance(field, ManyInOne):
            value = field.merged(record, value)
        after = value.pk if isinstance(value, models.Model) else value
        if before != after:
            setattr(record, name, value)
            changes[name] = (before, after)
    check_fields(record, only=changes)
    for name in changes:  # the rules may have turned a text into a number or a date
        field = record._meta.get_field(name)
        changes[name] = (changes[name][0], getattr(record, field.attname))
    return {
        name: _narrowed(record, name, before, after) for name, (before, after) in changes.items() if before != after
    }


def _narrowed(record: models.Model, name: str, before: Any, after: Any) -> tuple[Any, Any]:
    """Before and after of a field; of a column that holds many values only those that differ."""
    field = record._meta.get_field(name)
    return field.changed(before, after) if isinstance(field, ManyInOne) else (before, after)


def check_fields(record: models.Model, *, only: Iterable[str] | None = None) -> None:
    """Check the record's own columns, or only those named, against the rules of its model, without any query.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    columns = [field for field in record._meta.concrete_fields if not field.is_relation and not field.generated]
    if only is not None:
        columns = [field for field in columns if field.name in set(only)]
    for field in columns:
        if not _can_be_stored(getattr(record, field.attname)):
            message = _("This holds a character that cannot be stored. Type the text anew instead of pasting it.")
            raise Refused(message, field=field.name)
        moment = getattr(record, field.attname)
        if isinstance(moment, datetime) and not clock.is_shown_everywhere(moment):
            raise Refused(_("This lies too far away. Choose a date between 0001 and 9999."), field=field.name)
    names = {field.name for field in columns}
    try:
        record.clean_fields(exclude={field.name for field in record._meta.fields} - names)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise Refused(" ".join(messages), field=name) from error


def told(changes: Changes) -> dict[str, list[Any]]:
    """The changes as plain JSON, `{"field": [before, after]}`, for facts of events that hold no personal data."""
    return {name: [_plain(before), _plain(after)] for name, (before, after) in changes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _can_be_stored(value: Any) -> bool:
    """PostgreSQL stores neither NUL nor half of a surrogate pair, wherever in a text or a list it stands."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, list | tuple):
        return all(_can_be_stored(item) for item in value)
    if isinstance(value, dict):
        return all(_can_be_stored(item) for item in value.values())
    return True
