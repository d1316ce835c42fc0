"""The one way an action says no. The message is a sentence for the person: what happened, what to do next."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


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


class Outrun(Conflict):
    """Two people did the same in one moment, such as taking a name, and the other one came first."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else did the same at this moment. Look at what is there now, then try again."))


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
def twins_refused() -> Iterator[None]:
    """Refuse what the database alone could see: that a name was free when it was looked at, and is taken now.

    Raises:
        Outrun: something is there already that may be there only once.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        if not isinstance(cause, psycopg.errors.UniqueViolation):
            raise
        logger.warning("two did the same at once", extra={"constraint": cause.diag.constraint_name})
        raise Outrun from error


@contextmanager
def refusals_shown(form: TakesErrors) -> Iterator[None]:
    """Show what an action refuses beside the field of the form that caused it, or above the form."""
    try:
        with twins_refused():
            yield
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None  # type: ignore[operator]
        form.add_error(field, refused.message)
