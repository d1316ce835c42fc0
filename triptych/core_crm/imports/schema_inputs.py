"""What clients of the API give: the bytes of files, and which column feeds which field."""

import base64
import binascii
from collections.abc import Sequence
from enum import Enum
from typing import Protocol

import strawberry
from django.utils.translation import gettext as _

from triptych.core_crm.imports import actions
from triptych.core_crm.imports.choices import Do
from triptych.core_crm.imports.mapping import mapping_over
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.values import DateOrder, folded
from triptych.graphql.context import ApiInfo
from triptych.platform.refusals import Refused

ImportOverwrite = strawberry.enum(
    Import.Overwrite, name="ImportOverwrite", description="When an update writes a field that is filled already."
)
ImportDates = strawberry.enum(
    DateOrder, name="ImportDates", description="What the numbers of a date such as 3/4/2017 stand for."
)


@strawberry.input(description="That a column of the file feeds a field.")
class ColumnMappingInput:
    column: str
    field: str = strawberry.field(description="As `triptych import --map` names it; an empty text leaves it out.")
    overwrite: Import.Overwrite = strawberry.field(
        default=Import.Overwrite.ALWAYS, description="What becomes of a field that is filled already."
    )
    dates: DateOrder | None = strawberry.field(
        default=None, description="How dates are read where the column itself does not tell."
    )


def mapped(record: Import, asked: Sequence[ColumnMappingInput], *, mode: Import.Mode, info: ApiInfo) -> Import:
    """The import with what was asked of its columns over what was proposed.

    Raises:
        WrongMapping: as `actions.set_mapping`.
    """
    pairs = {one.column: one.field for one in asked}
    mapping = mapping_over(record.mapping, pairs, record.columns, target_named(record.object_name).fields)
    by_fold = {folded(one.column): one for one in asked}
    wishes = {column: by_fold[folded(column)] for column in record.columns if folded(column) in by_fold}
    return actions.set_mapping(
        record=record,
        mapping=mapping,
        mode=mode.value,
        date_orders={column: wish.dates.value for column, wish in wishes.items() if wish.dates},
        overwrite={name: wishes[column].overwrite.value for name, column in mapping.items() if column in wishes},
        now=info.context.now,
    )


@strawberry.enum(description="What becomes of rows that look like a record that is here already.")
class ImportAlike(Enum):
    ADD = Do.KEEP
    UPDATE = Do.UPDATE
    SKIP = Do.SKIP


class Content(Protocol):
    """An input with a file's content in one of two forms."""

    text: str | None
    base64: str | None


def content_of(given: Content) -> bytes:
    """The bytes of the file.

    Raises:
        Refused: they are not base64.
    """
    if given.text is not None:
        return given.text.encode()
    try:
        return base64.b64decode(given.base64 or "", validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("This is not base64. Give a CSV file as text instead."), field="base64") from None
