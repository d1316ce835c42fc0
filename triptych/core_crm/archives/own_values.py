"""Values of custom fields in an archive: each is checked as if somebody had typed it into the field."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from triptych.core_crm.archives.values import Unfit
from triptych.core_crm.custom_fields.columns import CustomValuesField
from triptych.core_crm.custom_fields.computed.terms import Result
from triptych.core_crm.custom_fields.kinds import Stored, kind_of
from triptych.core_crm.custom_fields.kinds import Unfit as OddValue
from triptych.core_crm.custom_fields.models import CustomField, FieldKind
from triptych.core_crm.custom_fields.values import SORTED, SORTED_KINDS, sort_key_of

FIELDS = CustomField._meta.label_lower
"""The table that has to be read before the records."""


class OwnValues:
    """What the fields of the archive let stand in the column `custom`, those in the bin included."""

    def __init__(self) -> None:
        self._fields: dict[str, dict[str, CustomField]] = {}
        for field in CustomField.objects.all():
            self._fields.setdefault(field.object, {})[field.key] = field

    def settle(self, record: models.Model) -> None:
        """Put the checked values in place of those given; sort keys are made anew.

        Raises:
            Unfit: a value is of no field, or not of its field's kind; the sentence says which.
        """
        if not any(isinstance(column, CustomValuesField) for column in record._meta.concrete_fields):
            return
        given: Any = record.custom  # type: ignore[attr-defined]
        if not isinstance(given, dict):
            raise Unfit(column="custom")
        fields = self._fields.get(str(record._meta.model_name), {})
        found: dict[str, Stored] = {}
        for key, value in given.items():
            field = fields.get(key.removeprefix(SORTED))
            if field is None or field.is_computed:
                raise Unfit(_("It has a value for a field that the archive does not know."), column="custom")
            if key.startswith(SORTED):
                continue
            found[key] = _checked(field, value)
            if field.kind in SORTED_KINDS:
                found[f"{SORTED}{key}"] = sort_key_of(value)
        record.custom = found  # type: ignore[attr-defined]


def check_field(field: CustomField) -> None:
    """That a field can be shown and asked: one of the archive's may say anything.

    Raises:
        Unfit: it leads nowhere, or comes to no kind of value.
    """
    if (field.kind == FieldKind.RECORD) != bool(field.target):
        raise Unfit(column="target")
    if field.result not in frozenset(Result) or (field.result and not field.is_computed):
        raise Unfit(column="result")


def _checked(field: CustomField, value: Any) -> Stored:
    """A value that the field itself would have stored like this. Records may have been deleted since: only their key
    is looked at, as with every other link without a foreign key."""
    try:
        stored = str(UUID(value)) if field.kind == FieldKind.RECORD else kind_of(field).clean(field, value)
    except (OddValue, ValueError, TypeError, AttributeError, ArithmeticError, LookupError) as error:
        why = str(error) if isinstance(error, OddValue) else ""
        raise Unfit(f"{field}: {why}" if why else "", column="custom") from error
    if stored is None or stored != value or type(stored) is not type(value):
        raise Unfit(_("%(field)s: this is no value that it could hold.") % {"field": field}, column="custom")
    return stored
