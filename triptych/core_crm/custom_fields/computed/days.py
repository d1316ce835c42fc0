"""Counting with dates in formulas: days between them, days and months later. No date leaves the calendar."""

from __future__ import annotations

from typing import Any

from django.db.models import Value
from django.utils import timezone

from triptych.core_crm.custom_fields.computed.terms import Result, Sql, Term, failing_when, first_of, made
from triptych.core_crm.custom_fields.computed.typed import as_day, as_type
from triptych.platform import clock

FAR = 1_000_000
MONTHS_FAR = 24_000
"""So many days, or months, a formula goes back or forth at most."""
DAYS = "(SELECT CASE WHEN abs(v) <= 1000000 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
MONTHS = "(SELECT CASE WHEN abs(v) <= 24000 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
"""A number as a whole one; NULL where it is larger than that. The part is worked out once."""
SOUND = "(SELECT CASE WHEN v BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN v END FROM (SELECT {}) AS c(v))"
BETWEEN = "BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"


def today() -> Term:
    """The day it is where the workspace is, when the value is read."""
    return Term(Result.DATE, Sql("{}::date", Value(timezone.localdate(clock.now())), of=Result.DATE))


def days(first: Term, second: Term) -> Term:
    """How many days lie from the first date to the second."""
    first, second = as_day(first), as_day(second)
    return made(Result.NUMBER, "({} - {})::numeric", first, second, sqls=[second.sql, first.sql])


def _sound(day: Term) -> Term:
    """A date within the calendar; none, and the reason, where it lies outside."""
    kept = made(Result.DATE, SOUND, day)
    return kept.failing(failing_when("day", f"{{}} NOT {BETWEEN}", day.sql))


def _far(term: Term, limit: int = FAR) -> Any:
    return failing_when("day", f"abs({{}}) > {limit}", term.sql)


def add_days(day: Term, count: Term) -> Term:
    """A date so many days later, or earlier where the number is negative."""
    count = as_type(count, Result.NUMBER, name="adddays")
    return _sound(made(Result.DATE, f"({{}} + {DAYS})", as_day(day), count, error=_far(count)))


def add_months(day: Term, count: Term) -> Term:
    """A date so many months later; the last day of the month where that one is shorter."""
    count = as_type(count, Result.NUMBER, name="addmonths")
    piece = f"({{}} + make_interval(months => {MONTHS}))::date"
    return _sound(made(Result.DATE, piece, as_day(day), count, error=_far(count, MONTHS_FAR)))


def date(first: Term, month: Term | None = None, day: Term | None = None) -> Term:
    """The date of a moment; or of year, month and day, counted on where they go beyond the year or the month."""
    if month is None or day is None:
        return as_day(first)
    parts = [as_type(part, Result.NUMBER, name="date") for part in (first, month, day)]
    year = "(SELECT CASE WHEN v BETWEEN 1 AND 9999 THEN trunc(v)::int END FROM (SELECT {}) AS c(v))"
    later = f"months => {MONTHS} - 1, days => {DAYS} - 1"
    outside = failing_when("day", "{} NOT BETWEEN 1 AND 9999", parts[0].sql)
    reason = first_of(outside, _far(parts[1], MONTHS_FAR), _far(parts[2]))
    return _sound(made(Result.DATE, f"(make_date({year}, 1, 1) + make_interval({later}))::date", *parts, error=reason))
