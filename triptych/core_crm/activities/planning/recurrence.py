"""How activities repeat: rules of RFC 5545 on the wall clock of a time zone, worked out by dateutil.

    repeats = Repeats("FREQ=WEEKLY;BYDAY=MO,WE", ZoneInfo("Europe/Berlin"), anchor)
    list(repeats.between(start, end))

A weekly meeting at nine stays at nine when the clocks are changed. A moment that the clocks leave out is an hour later.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused

PARTS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_TIMES = 1000
LONGEST = timedelta(days=30 * 366)
SOON = timedelta(days=5 * 366)
SECOND = timedelta(seconds=1)
DAY_OF_RULE = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")


class RuleRefused(Refused):
    """The rule says nothing that a calendar could follow."""

    code = "BAD_RULE"

    def __init__(self) -> None:
        super().__init__(
            _("This is no way to repeat. Write a rule such as FREQ=WEEKLY;BYDAY=MO,WE or FREQ=MONTHLY;COUNT=12."),
            field="rule",
        )


@dataclass(frozen=True)
class Repeats:
    """The moments of a series: `rule` without “RRULE:”, from `anchor`, which is one of them, on the clock of `zone`."""

    rule: str
    zone: ZoneInfo
    anchor: datetime

    @cached_property
    def _rule(self) -> rrule:
        parts = parts_of(self.rule)
        if "UNTIL" in parts:
            parts["UNTIL"] = f"{self._until(parts['UNTIL']):%Y%m%dT%H%M%S}"
        try:
            made = rrulestr(text_of(parts), dtstart=self._wall(self.anchor))
        except (ValueError, TypeError, KeyError) as error:
            raise RuleRefused() from error
        assert isinstance(made, rrule)
        return made

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The moments from `start` until before `end`, in order, in UTC."""
        latest = min(end, self.anchor + LONGEST)
        if start >= latest:
            return
        for wall in self._rule.xafter(self._wall(start) - timedelta(days=1), inc=True):
            moment = self._moment(wall)
            if moment >= latest:
                return
            if moment >= start:
                yield moment

    def first_from(self, at: datetime) -> datetime | None:
        """The first moment that is not before `at`, within five years."""
        return next(self.between(at, at + SOON), None)

    def last(self) -> datetime | None:
        """The last moment; None for a series without end."""
        parts = parts_of(self.rule)
        if "COUNT" not in parts and "UNTIL" not in parts:
            return None
        found = self.anchor
        for found in self.between(self.anchor, self.anchor + LONGEST):  # noqa: B007 - the last one is wanted
            pass
        return found

    def includes(self, at: datetime) -> bool:
        return next(self.between(at, at + SECOND), None) == at

    def before(self, at: datetime) -> str:
        """The rule that ends before that moment."""
        parts = {name: value for name, value in parts_of(self.rule).items() if name not in ("COUNT", "UNTIL")}
        return text_of({**parts, "UNTIL": f"{at.astimezone(UTC) - SECOND:%Y%m%dT%H%M%SZ}"})

    def rule_from(self, at: datetime) -> str:
        """The rule with which a series goes on that begins anew at that moment."""
        parts = parts_of(self.rule)
        if "COUNT" in parts:
            passed = sum(1 for _ in self.between(self.anchor, at))
            parts["COUNT"] = str(max(int(parts["COUNT"]) - passed, 1))
        return text_of(parts)

    def later(self, at: datetime, *, moved_from: datetime, moved_to: datetime) -> datetime:
        """`at`, shifted on the wall clock as far as another moment was."""
        return self._moment(self._wall(at) + (self._wall(moved_to) - self._wall(moved_from)))

    def days_apart(self, start: datetime, end: datetime) -> int:
        return (self._wall(end).date() - self._wall(start).date()).days

    def _until(self, text: str) -> datetime:
        """As the wall clock shows it; a date alone counts to its end."""
        if len(text) == 8:
            return datetime.strptime(text, "%Y%m%d").replace(hour=23, minute=59, second=59)
        found = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
        return self._wall(found.replace(tzinfo=UTC)) if text.endswith("Z") else found

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _moment(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def checked_rule(text: str, *, zone: ZoneInfo, start: datetime) -> Repeats:
    """The series that a rule makes from `start` on; it begins with the first moment that fits.

    Raises:
        RuleRefused: the rule is none, or there is no such moment within five years.
    """
    parts = parts_of(text)
    if not _is_sound(parts):
        raise RuleRefused()
    try:
        repeats = Repeats(text_of(parts), zone, start)
        first = repeats.first_from(start)
    except (ValueError, OverflowError) as error:
        raise RuleRefused() from error
    if first is None:
        raise RuleRefused()
    return Repeats(repeats.rule, zone, first)


def _is_sound(parts: dict[str, str]) -> bool:
    """Whether dateutil can be asked: rules that name no day at all make it look for one until the year 9999."""
    frequency, days = parts.get("FREQ", ""), parts.get("BYDAY", "MO").split(",")
    seldom = frequency in ("MONTHLY", "YEARLY")
    return (
        set(parts) <= set(PARTS)
        and frequency in FREQUENCIES
        and _numbers(parts.get("INTERVAL", "1"), 999, one=True)
        and _numbers(parts.get("COUNT", "1"), MOST_TIMES, one=True)
        and not {"COUNT", "UNTIL"} <= set(parts)
        and UNTIL.fullmatch(parts.get("UNTIL", "20260101")) is not None
        and all(DAY_OF_RULE.fullmatch(day) and (seldom or day in DAYS) for day in days)
        and ("BYMONTHDAY" not in parts or (seldom and _numbers(parts["BYMONTHDAY"], 31)))
        and ("BYMONTH" not in parts or (frequency == "YEARLY" and _numbers(parts["BYMONTH"], 12)))
        and ("BYSETPOS" not in parts or (seldom and "BYDAY" in parts and _numbers(parts["BYSETPOS"], 5)))
        and parts.get("WKST", "MO") in DAYS
        and (all(day in DAYS for day in days) or not {"BYMONTHDAY", "BYSETPOS"} & set(parts))
        and _is_some_day(parts.get("BYMONTH", ""), parts.get("BYMONTHDAY", ""))
    )


def _is_some_day(months: str, days: str) -> bool:
    """Whether one of the months can have one of the days; 30 February is none."""
    if not months or not days:
        return True
    return any(
        abs(int(day)) <= monthrange(2024, abs(int(month)))[1] for month in months.split(",") for day in days.split(",")
    )


def shifted_rule(rule: str, days: int) -> str:
    """The rule of a series that is moved by so many days.

    Raises:
        Refused: it names days of a month, which cannot be moved along.
    """
    parts = parts_of(rule)
    if not days:
        return rule
    weekdays = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    if "BYMONTHDAY" in parts or "BYSETPOS" in parts or any(day not in DAYS for day in weekdays):
        message = _("It repeats on a fixed day of the month. Move this one only, or change how it repeats.")
        raise Refused(message, field="start_at")
    if weekdays:
        parts["BYDAY"] = ",".join(DAYS[(DAYS.index(day) + days) % 7] for day in weekdays)
    return text_of(parts)


def parts_of(rule: str) -> dict[str, str]:
    """A rule by its parts."""
    text = rule.strip().upper().removeprefix("RRULE:")
    return {name: value for name, _is, value in (part.partition("=") for part in text.split(";") if part)}


def text_of(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _numbers(text: str, most: int, *, one: bool = False) -> bool:
    """Whether the text is a whole number up to `most`, or several; those of days may count from the end."""
    pattern = r"\d{1,4}" if one else r"-?\d{1,2}(,-?\d{1,2})*"
    return re.fullmatch(pattern, text, re.ASCII) is not None and all(
        1 <= abs(int(part)) <= most for part in text.split(",")
    )
