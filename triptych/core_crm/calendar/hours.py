"""The one clock of the business: pure arithmetic with working hours.

    add_business_time(hours, at, timedelta(hours=8))      # when eight working hours have passed
    business_time_between(hours, received_at, answered_at)

Business time is time that truly passes while the wall clock stands within working hours. Where the clocks are changed
during working hours, that day is an hour shorter or longer. Whole days are counted, not walked through, so spans of
many years cost little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triptych.core_crm.calendar.holidays import holidays_in
from triptych.core_crm.calendar.offsets import Stretch, stretches

DAY = timedelta(days=1)
CHUNK = timedelta(days=56)
GIVES_UP = timedelta(days=3653)
"""How long nobody may work before `add_business_time` takes it that nobody ever does."""

Span = tuple[int, int]
"""From and to in minutes of a day, e.g. (540, 720) for 9:00 to 12:00; 1440 is the end of the day."""


class NoWorkingTime(ValueError):
    """The calendar has no working hours within ten years, so no deadline can be found in it."""


@dataclass(frozen=True)
class WorkingHours:
    """When people work. `weekly` has seven days, Monday first, each with its spans in order and apart.

    `own_days` come before public holidays, holidays (of `country` and `region`) before the week.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Span, ...], ...]
    country: str = ""
    region: str = ""
    own_days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The working hours of one day."""
        if day in self.own_days:
            return self.own_days[day]
        if self.country and day in holidays_in(self.country, self.region, day.year):
            return ()
        return self.weekly[day.weekday()]

    def exceptions(self, first: date, after: date) -> Iterator[date]:
        """The days from `first` until before `after` on which the week does not decide, in no order."""
        for day in self.own_days:
            if first <= day < after:
                yield day
        if self.country:
            for year in range(first.year, after.year + 1):
                for day in holidays_in(self.country, self.region, year):
                    if first <= day < after and day not in self.own_days:
                        yield day


def is_open(hours: WorkingHours, at: datetime) -> bool:
    """Whether people work at that instant."""
    local = at.astimezone(hours.zone)
    minutes = local.hour * 60 + local.minute
    return any(start <= minutes < end for start, end in hours.spans_on(local.date()))


def business_time_between(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """The business time from one aware instant to a later one; nothing when `end` is not later."""
    return sum((_worked(hours, stretch) for stretch in stretches(hours.zone, _naive(start), _naive(end))), timedelta())


def add_business_time(hours: WorkingHours, at: datetime, duration: timedelta) -> datetime:
    """The earliest instant by which `duration` of business time has passed since `at`, in UTC.

    Nothing added is `at` itself; what is used up when work ends for the day ends there, not next morning.

    Raises:
        ValueError: the duration is negative.
        NoWorkingTime: nobody works for ten years.
    """
    if duration < timedelta():
        raise ValueError("Business time can only be added, not taken away.")
    here, left, last_work = _naive(at), duration, _naive(at)
    while left:
        try:
            until = here + CHUNK
        except OverflowError:
            raise NoWorkingTime("Time itself ends before the deadline.") from None
        for stretch in stretches(hours.zone, here, until):
            worked = _worked(hours, stretch)
            if worked >= left:
                return _after(hours, stretch, left).replace(tzinfo=UTC)
            left -= worked
            last_work = stretch.end if worked else last_work
        here = until
        if here - last_work > GIVES_UP:
            raise NoWorkingTime("The calendar has no working hours. Set some in the settings.")
    return here.replace(tzinfo=UTC)


def first_working_day(hours: WorkingHours, day: date) -> date:
    """That day when people work on it, else the next on which they do; itself where nobody works for a year."""
    days = (day + DAY * ahead for ahead in range(366))
    return next((one for one in days if hours.spans_on(one)), day)


def next_opening(hours: WorkingHours, at: datetime) -> datetime:
    """`at` itself when people work then, else the instant at which they begin again, in UTC.

    Raises:
        NoWorkingTime: nobody works for ten years.
    """
    if is_open(hours, at):
        return at.astimezone(UTC)
    smallest = timedelta(microseconds=1)
    return add_business_time(hours, at, smallest) - smallest


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _worked(hours: WorkingHours, stretch: Stretch) -> timedelta:
    """The business time in a stretch: its first and last day by their spans, the whole days between by counting."""
    start, end = stretch.start + stretch.offset, stretch.end + stretch.offset
    if start.date() == end.date():
        return _within(hours, start, end)
    first = _midnight(start.date() + DAY)
    last = _midnight(end.date())
    return _within(hours, start, first) + _whole_days(hours, first.date(), last.date()) + _within(hours, last, end)


def _within(hours: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """The business time between two wall times of one day (`end` may be the midnight after)."""
    midnight = _midnight(start.date())
    found = timedelta()
    for begins, ends in hours.spans_on(start.date()):
        since = max(start, midnight + timedelta(minutes=begins))
        until = min(end, midnight + timedelta(minutes=ends))
        found += max(until - since, timedelta())
    return found


def _whole_days(hours: WorkingHours, first: date, after: date) -> timedelta:
    weeks, rest = divmod((after - first).days, 7)
    a_week = [_minutes(spans) for spans in hours.weekly]
    minutes = weeks * sum(a_week) + sum(a_week[(first.weekday() + day) % 7] for day in range(rest))
    for day in hours.exceptions(first, after):
        minutes += _minutes(hours.spans_on(day)) - a_week[day.weekday()]
    return timedelta(minutes=minutes)


def _minutes(spans: tuple[Span, ...]) -> int:
    return sum(end - start for start, end in spans)


def _after(hours: WorkingHours, stretch: Stretch, left: timedelta) -> datetime:
    """When `left` of business time, of which the stretch has enough, is used up in it; naive UTC."""
    start, end = stretch.start + stretch.offset, stretch.end + stretch.offset
    day = start.date()
    while True:
        midnight = _midnight(day)
        for begins, ends in hours.spans_on(day):
            since = max(start, midnight + timedelta(minutes=begins))
            worked = max(min(end, midnight + timedelta(minutes=ends)) - since, timedelta())
            if worked >= left:
                return since + left - stretch.offset
            left -= worked
        day += DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
