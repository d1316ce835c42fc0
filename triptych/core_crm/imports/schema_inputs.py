"""What clients of the API give: the bytes of files, and which column feeds which field."""

import base64
import binascii
from enum import Enum
from typing import Protocol

import strawberry
from django.utils.translation import gettext as _

from triptych.core_crm.imports.choices import Do
from triptych.platform.refusals import Refused


@strawberry.input(description="That a column of the file feeds a field.")
class ColumnMappingInput:
    column: str
    field: str = strawberry.field(description="As `triptych import --map` names it; an empty text leaves it out.")


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
