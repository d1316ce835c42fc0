"""What a client is told when something is wrong: a sentence and a code. What is our fault is masked and logged."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.relay.types import GlobalIDValueError

from triptych.platform.refusals import Refused

BAD_INPUT = "BAD_USER_INPUT"
FORBIDDEN = "FORBIDDEN"
INTERNAL = "INTERNAL"
NOT_FOUND = "NOT_FOUND"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
TOO_EXPENSIVE = "TOO_EXPENSIVE"
UNAUTHENTICATED = "UNAUTHENTICATED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"

logger = logging.getLogger(__name__)


def bad_input(message: str) -> GraphQLError:
    """An error for an argument that does not fit; the message says what would."""
    return GraphQLError(message, extensions={"code": BAD_INPUT})


def told(error: GraphQLError) -> GraphQLError:
    """The error as the client may read it: its code added, or masked when it says more than a client should know."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return _coded(error, VALIDATION_FAILED if error.path is None else BAD_INPUT)
    if isinstance(cause, RecursionError):
        return _renamed(error, _("The document is nested too deeply. Ask for fewer levels."), TOO_EXPENSIVE)
    if isinstance(cause, GlobalIDValueError):
        return _renamed(error, _("This is no id. Take one from an answer, unchanged."), BAD_INPUT)
    if isinstance(cause, Refused):
        return _renamed(error, cause.message, cause.code)
    if isinstance(cause, PermissionDenied):
        return _renamed(error, _("You have no right to this. An owner or admin can give it to you."), FORBIDDEN)
    if isinstance(cause, Http404):
        return _renamed(error, _("There is no such record, or it is not yours to see."), NOT_FOUND)
    return _masked(error, cause)


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    if isinstance(error, GraphQLSyntaxError):
        code = PARSE_FAILED
    extensions: dict[str, Any] = dict(error.extensions or {})
    extensions.setdefault("code", code)
    error.extensions = extensions
    return error


def _renamed(error: GraphQLError, message: str, code: str, **facts: str) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **facts},
    )


def _masked(error: GraphQLError, cause: Exception) -> GraphQLError:
    reference = secrets.token_hex(6)
    logger.error("graphql_error", exc_info=cause, extra={"reference": reference, "path": error.path})
    if settings.DEBUG:
        message = f"{type(cause).__name__}: {cause}"
    else:
        message = _("Something went wrong on our side, and it has been noted. Please give the reference when you ask.")
    return _renamed(error, message, INTERNAL, reference=reference)
