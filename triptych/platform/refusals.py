"""The one way an action says no. The message is a sentence for the person: what happened, what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _


class Refused(Exception):
    """An action that will not be done. Nothing has changed.

    `code` is stable and in capitals for programs, `field` names the input that caused it, if one did.
    """

    code = "REFUSED"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class Conflict(Refused):
    """Somebody else changed the record in the meantime. Nothing of this change was written."""

    code = "CONFLICT"


class Forbidden(Refused, PermissionDenied):
    """The member may see this but not do that to it."""

    code = "FORBIDDEN"


class MayOnlyRead(Forbidden):
    """The member is a reader, and readers change nothing."""

    def __init__(self) -> None:
        super().__init__(_("You may read this but not change it. An owner or admin can give you the right."))


class TakesErrors(Protocol):
    """A form, as far as a refusal is concerned."""

    @property
    def fields(self) -> object: ...
    def add_error(self, field: str | None, error: ValidationError | str) -> None: ...


@contextmanager
def refusals_shown(form: TakesErrors) -> Iterator[None]:
    """Show what an action refuses beside the field of the form that caused it, or above the form."""
    try:
        yield
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None  # type: ignore[operator]
        form.add_error(field, refused.message)
