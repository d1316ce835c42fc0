"""What stands in the JSON columns of core's tables, as far as pages and jobs count on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from triptych.core_crm.rights.levels import Act, FieldRight, Level

Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(max_length=300)]
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Span = Annotated[list[Name], Field(min_length=2, max_length=2)]
ActWord = Annotated[str, Field(pattern=f"^({'|'.join(Act)})$")]
LevelWord = Annotated[str, Field(pattern=f"^({'|'.join(Level)})$")]
FieldRightWord = Annotated[str, Field(pattern=f"^({'|'.join(FieldRight)})$")]
Image = dict[Name, Any]
"""Columns of a row; undoing checks each as it writes it."""


class Shape(BaseModel):
    """Exactly these names, none turned from one type into another."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Email(Shape):
    email: Annotated[str, Field(max_length=254)]
    label: Name = ""


class Phone(Shape):
    phone: Name
    label: Name = ""


class Address(Shape):
    street: Name = ""
    city: Name = ""
    state: Name = ""
    postal_code: Name = ""
    country: Name = ""
    label: Name = ""


class Attachment(Shape):
    name: Name
    file: Key | None = None
    refused: Text = ""


class Conversion(Shape):
    status: Name = "in_process"
    made: list[Name] = []
    linked: bool = False


class Option(Shape):
    name: Name
    label: Name
    is_active: bool = True


class Rollup(Shape):
    relation: Name = ""
    measure: Name = ""
    field: Name = ""
    where: dict[Name, Any] = {}


class OwnDay(Shape):
    date: Name
    name: Name
    spans: list[Span]


class Told(Shape):
    """A record that was left alone, and why."""

    id: Name
    name: Name
    why: Text


class Counted(Shape):
    kind: Name
    label: Name
    count: Annotated[int, Field(ge=0, lt=2**31)]
    fate: Name


class Reason(Shape):
    field: Name
    level: Name
    bits: Annotated[float, Field(gt=-1000, lt=1000)]


class Moved(Shape):
    """What a merge wrote: `duplicates.links.Change`."""

    model: Name
    ids: list[Key]
    before: Image
    after: Image


class Layout(Shape):
    kind: Name
    encoding: Name = ""
    delimiter: Name = ""
    sheet: Name = ""


class Kept(Shape):
    kind: Name
    name: Name
    reason: Text


class Undone(Shape):
    """What `imports.undoing` reports."""

    deleted: int = 0
    restored: int = 0
    kept: int = 0
    shown: list[Kept] = []


JSON_OBJECT = dict[Name, Any]
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "members.role": {
        "rights": dict[Name, dict[ActWord, LevelWord]],
        "field_rights": dict[Name, dict[Name, FieldRightWord]],
    },
    "contacts.contact": {"emails": list[Email], "phones": list[Phone], "addresses": list[Address]},
    "contacts.company": {"billing_address": Address, "shipping_address": Address},
    "leads.lead": {"conversion": Conversion},
    "cases.casemessage": {"attachments": list[Attachment]},
    "activities.activity": {"reminders": list[Annotated[int, Field(ge=0, le=1_000_000)]]},
    "custom_fields.customfield": {"options": list[Option], "rollup": Rollup},
    "calendar.businesscalendar": {
        "weekly": Annotated[list[list[Span]], Field(min_length=7, max_length=7)],
        "own_days": list[OwnDay],
    },
    "notifications.notificationsetting": {"channels": dict[Name, dict[Name, bool]]},
    "lists.pastact": {"changes": JSON_OBJECT, "skipped": list[Told], "kept": list[Told]},
    "lists.pastchange": {"before": JSON_OBJECT},
    "duplicates.merge": {"changes": list[Moved]},
    "duplicates.pair": {"reasons": list[Reason]},
    "privacy.erasure": {"counts": list[Counted]},
    "imports.import": {
        "layout": Layout,
        "columns": list[Text],
        "mapping": dict[Name, Text],
        "date_orders": dict[Text, Name],
        "decisions": dict[Name, dict[Text, Any]],
        "overwrite": dict[Name, Name],
        "options": JSON_OBJECT,
        "undo_report": Undone | None,
    },
    "imports.importchange": {"before": Image | None},
}
"""By table and column. The values of custom fields are checked by their own kinds: see `own_values`."""
