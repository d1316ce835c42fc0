"""What each kind of field can do, by its name."""

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit
from triptych.core_crm.custom_fields.kinds.choices import Choice, Choices
from triptych.core_crm.custom_fields.kinds.computed import Computed
from triptych.core_crm.custom_fields.kinds.numbers import Money, Number
from triptych.core_crm.custom_fields.kinds.plain import LongText, Text, Url, YesNo
from triptych.core_crm.custom_fields.kinds.records import RecordLink
from triptych.core_crm.custom_fields.kinds.times import Day, Moment
from triptych.core_crm.custom_fields.models import CustomField, FieldKind

__all__ = ["KINDS", "Kind", "Stored", "Unfit", "kind_of"]

KINDS: dict[str, Kind] = {
    FieldKind.TEXT: Text(),
    FieldKind.LONG_TEXT: LongText(),
    FieldKind.NUMBER: Number(),
    FieldKind.MONEY: Money(),
    FieldKind.DATE: Day(),
    FieldKind.DATETIME: Moment(),
    FieldKind.CHOICE: Choice(),
    FieldKind.CHOICES: Choices(),
    FieldKind.BOOLEAN: YesNo(),
    FieldKind.URL: Url(),
    FieldKind.RECORD: RecordLink(),
    FieldKind.FORMULA: Computed("math-function"),
    FieldKind.ROLLUP: Computed("sum"),
}


def kind_of(field: CustomField) -> Kind:
    """What the values of a field are."""
    return KINDS[field.kind]
