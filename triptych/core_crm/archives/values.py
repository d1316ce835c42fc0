"""A value of a column as JSON, and back. What comes back is checked as if a stranger had sent it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.duration import duration_iso_string

LEADS_THERE = {"website": re.compile(r"(https?://\S+)?"), "url": re.compile(r"/(?!/)\S*")}
"""Columns that pages make links of: out into the web, or to a page of ours. No script, no other host."""


class Unfit(ValueError):
    """A value that the column cannot hold."""


def plain(value: Any) -> Any:
    """A value from the database as JSON has it: times and numbers with decimals as texts, so that no digit is lost."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    return [plain(one) for one in value] if isinstance(value, list) else value


def parsed(field: models.Field[Any, Any], value: Any) -> Any:
    """The value of a column from JSON.

    Raises:
        Unfit: it is of another type, not among the choices, or refused by the column's own rules.
    """
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, ArrayField):
        if not isinstance(value, list):
            raise Unfit
        return [parsed(field.base_field, one) for one in value]
    expected: type = str
    if isinstance(field, models.BooleanField):
        expected = bool
    elif isinstance(field, models.IntegerField):
        expected = int
    elif isinstance(field, models.FloatField):
        expected = float
    if type(value) is not expected:
        raise Unfit
    return _checked(field, value)


def _checked(field: models.Field[Any, Any], value: Any) -> Any:
    try:
        found = field.to_python(value)
        field.run_validators(found)
    except (ValidationError, ValueError, OverflowError, ArithmeticError) as error:
        raise Unfit from error
    if isinstance(found, datetime) and found.tzinfo is None:
        raise Unfit
    leads_there = LEADS_THERE.get(field.name)
    if leads_there and not leads_there.fullmatch(str(found)):
        raise Unfit
    if field.choices and found not in (None, "") and found not in dict(field.flatchoices):
        raise Unfit
    return found
