"""Scalars whose library versions let through what the database cannot hold, has no time zone, or is no base64."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry
from django.utils.dateparse import parse_datetime
from strawberry.scalars import Base64
from strawberry.types.scalar import ScalarDefinition

from triptych.graphql.errors import bad_input
from triptych.graphql.own import OwnValues

DIGITS = 24
"""So many digits a number may have before its point."""
SMALLEST_STEP = -12


def _to_decimal(value: Any) -> Decimal:
    """A finite number given as text or number, below 10^24 and with at most 12 decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad_input('Give a number as text, e.g. "1250.00".')
    try:
        number = Decimal(value if isinstance(value, str) else repr(value))
    except InvalidOperation:
        number = Decimal("NaN")
    # asked of the exponent: what reckons with 1e999999999 runs over
    if not number.is_finite() or number.adjusted() >= DIGITS or int(number.as_tuple().exponent) < SMALLEST_STEP:
        raise bad_input('Give a number as text, e.g. "1250.00", below 10^24 and with at most 12 decimals.')
    return number


def _to_datetime(value: Any) -> datetime:
    """A time in ISO 8601; without an offset it is UTC."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
        if found is not None:
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise bad_input('Give a time like "2026-03-02T09:00:00Z".')


def _from_datetime(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _to_bytes(value: Any) -> bytes:
    """Bytes given as base64, with its padding and without line breaks."""
    try:
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        pass
    raise bad_input("Give the bytes as base64, with padding and without line breaks.")


def _from_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _scalar(name: str, description: str, serialize: Any, parse: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=serialize, parse_value=parse)


SCALARS: dict[object, ScalarDefinition] = {
    OwnValues: _scalar("OwnValues", "The place of a type that only a tenant has.", lambda value: value, dict),
    Base64: _scalar("Base64", "Bytes as base64, with padding and without line breaks.", _from_bytes, _to_bytes),
    Decimal: _scalar("Decimal", 'A number with decimals, as text: "1250.00".', str, _to_decimal),
    datetime: _scalar("DateTime", 'A time in ISO 8601, in UTC: "2026-03-02T09:00:00Z".', _from_datetime, _to_datetime),
}
