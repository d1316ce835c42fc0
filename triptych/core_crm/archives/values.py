"""A value of a column as JSON, and back. What comes back is checked as if a stranger had sent it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.duration import duration_iso_string

from triptych.platform import clock

FORMS = {
    "website": re.compile(r"(https?://\S+)?"),
    "url": re.compile(r"/(?![/\\])\S*"),
    "currency": re.compile(r"([A-Z]{3})?"),
}
"""Texts whose form pages count on. Links lead out into the web, or to a page of ours: no script, no other host."""

WORDS: dict[str, Callable[[], Collection[str]]] = {
    "timezone": available_timezones,
    "zone": available_timezones,
    "language": lambda: dict(settings.LANGUAGES),
}
"""Texts that name something that is there, or are empty."""


LONGEST = 1_000_000
"""Signs in a text whose column sets no limit of its own."""


class Unfit(ValueError):
    """A value that the column cannot hold. `column` and `why`, a sentence, are said where they are known."""

    def __init__(self, why: str = "", *, column: str = "") -> None:
        super().__init__(why)
        self.why, self.column = why, column


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
    if value is None or isinstance(field, models.JSONField):  # `tables` knows what JSON a column holds
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
    if isinstance(found, datetime) and (found.tzinfo is None or not clock.is_shown_everywhere(found)):
        raise Unfit
    if isinstance(found, str) and len(found) > LONGEST:
        raise Unfit
    form, words = FORMS.get(field.name), WORDS.get(field.name)
    if form and not form.fullmatch(str(found)):
        raise Unfit
    if words and found and found not in words():
        raise Unfit
    if field.choices and found not in (None, "") and found not in dict(field.flatchoices):
        raise Unfit
    return found
