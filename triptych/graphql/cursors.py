"""Keyset cursors: where a row stands in its ordering. Opaque to clients, good for one tenant, list and ordering."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Field, Q
from django.utils.translation import gettext as _

from triptych.graphql.errors import bad_input
from triptych.graphql.orderings import By


def mark_of(tenant_id: UUID, list_name: str, columns: Sequence[By]) -> str:
    """A short fingerprint of what a cursor belongs to."""
    text = ",".join([str(tenant_id), list_name, *(column.text for column in columns)])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def encode(mark: str, values: Sequence[Any]) -> str:
    """The cursor of a row with these values in the columns of its ordering."""
    text = json.dumps([mark, *(_plain(value) for value in values)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, *, argument: str, mark: str, fields: Sequence[Field[Any, Any]]) -> list[Any]:
    """The values that a cursor holds, as the fields of the columns understand them.

    Raises:
        GraphQLError: it is no cursor, or one of another list, ordering or workspace.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        given, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if given == mark and len(values) == len(fields) and not any("\x00" in str(value) for value in values):
            return [
                None if value is None else field.to_python(value) for field, value in zip(fields, values, strict=True)
            ]
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError):
        given = None
    if isinstance(given, str) and given != mark:
        raise bad_input(
            _("The cursor in “%s” belongs to another list, ordering or workspace. Ask again without it.") % argument
        )
    raise bad_input(_("“%s” holds no cursor. Take one from pageInfo or from an edge, unchanged.") % argument)


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    return value


def beyond(columns: Sequence[By], aliases: Sequence[str], values: Sequence[Any], *, backwards: bool) -> Q:
    """The rows that come after (or, backwards, before) the row with these values."""
    condition: Q | None = None
    for column, alias, value in reversed(list(zip(columns, aliases, values, strict=True))):
        same = Q(**{f"{alias}__isnull": True}) if value is None else Q(**{alias: value})
        further = _further(column, alias, value, backwards=backwards)
        tied = None if condition is None else same & condition
        condition = tied if further is None else further if tied is None else further | tied
    return condition if condition is not None else Q(pk__in=[])


def _further(column: By, alias: str, value: Any, *, backwards: bool) -> Q | None:
    """Rows strictly beyond the value in this one column; None when there can be none. Empty values stand last."""
    if value is None:
        return Q(**{f"{alias}__isnull": False}) if backwards else None
    lookup = "lt" if column.descending != backwards else "gt"
    condition = Q(**{f"{alias}__{lookup}": value})
    if column.nullable and not backwards:
        condition |= Q(**{f"{alias}__isnull": True})
    return condition
