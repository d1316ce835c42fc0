"""Where the clocks of a time zone are changed. The standard library knows it but does not say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """A part of time, as naive UTC, during which local time is UTC plus `offset`."""

    start: datetime
    end: datetime
    offset: timedelta


def stretches(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The time from `start` to `end` (naive UTC), cut where the clocks change, in order."""
    since, offset = start, _offset(zone, start)
    for year in range(start.year, end.year + 1):
        for change, after in _changes(zone, year):
            if since < change < end:
                yield Stretch(since, change, offset)
                since, offset = change, after
    if since < end:
        yield Stretch(since, end, offset)


@lru_cache(maxsize=4_000)
def _changes(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """Each change of the offset in a year of UTC: the instant, and the offset from then on.

    Days are compared one by one; no zone changes its clocks twice within one.
    """
    found = []
    day, last = datetime(year, 1, 1), datetime(year, 12, 31)
    offset = _offset(zone, day)
    while True:
        until = day + DAY if day < last else datetime(year, 12, 31, 23, 59, 59)
        after = _offset(zone, until)
        if after != offset:
            found.append((_first_with(zone, after, day, until), after))
            offset = after
        if day >= last:
            return tuple(found)
        day = until


def _first_with(zone: ZoneInfo, offset: timedelta, before: datetime, after: datetime) -> datetime:
    """The first second between the two at which the offset is in force."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _offset(zone, middle) == offset else (middle, after)
    return after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    """Near the ends of all dates, where local time would leave them, UTC."""
    try:
        found = instant.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    except OverflowError:
        found = None
    return found or timedelta()
