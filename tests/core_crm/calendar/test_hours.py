"""The arithmetic of working hours, against a count of minutes."""

import time as stopwatch
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.core_crm.calendar.hours import (
    NoWorkingTime,
    WorkingHours,
    add_business_time,
    business_time_between,
    is_open,
    next_opening,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((540, 720), (780, 1020))
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(
    [
        BERLIN,
        ZoneInfo("America/New_York"),
        ZoneInfo("Australia/Lord_Howe"),  # changes its clocks by half an hour
        ZoneInfo("America/Havana"),  # and this one at midnight
        ZoneInfo("Africa/Casablanca"),
        ZoneInfo("Pacific/Apia"),  # left out 30 December 2011
        ZoneInfo("America/St_Johns"),  # changed them a minute after midnight until 2011
        ZoneInfo("UTC"),
    ]
)
edges = st.sampled_from(
    [
        datetime(2026, 3, 28, 12, tzinfo=UTC),  # Berlin springs forward
        datetime(2026, 10, 24, 12, tzinfo=UTC),  # and falls back
        datetime(2026, 3, 7, 20, tzinfo=UTC),  # New York, Havana
        datetime(2026, 11, 1, 0, tzinfo=UTC),
        datetime(2026, 4, 4, 10, tzinfo=UTC),  # Lord Howe
        datetime(2011, 12, 29, 12, tzinfo=UTC),  # Apia
        datetime(2010, 11, 6, 12, tzinfo=UTC),  # St John's
        datetime(2026, 12, 23, 8, tzinfo=UTC),  # holidays, and a new year
    ]
)


@st.composite
def days(draw):
    cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((start * 15, end * 15) for start, end in pairs)


@st.composite
def calendars(draw):
    own = draw(st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 4, 10)), days(), max_size=3))
    return WorkingHours(
        zone=draw(zones),
        weekly=tuple(draw(days()) for _ in range(7)),
        country=draw(st.sampled_from(["", "DE"])),
        region="",
        own_days=own,
    )


def counted(hours, start, minutes):
    """For each minute from `start` on, whether people work: the slow truth."""
    return [is_open(hours, start + number * MINUTE) for number in range(minutes)]


@given(hours=calendars(), near=edges, before=st.integers(0, 2000), minutes=st.integers(0, 4500))
def test_business_time_is_the_count_of_minutes(hours, near, before, minutes):
    start = near - before * MINUTE

    assert business_time_between(hours, start, start + minutes * MINUTE) == sum(counted(hours, start, minutes)) * MINUTE


@given(hours=calendars(), near=edges, before=st.integers(0, 2000), wanted=st.integers(0, 900))
def test_the_deadline_is_the_first_minute_by_which_enough_is_counted(hours, near, before, wanted):
    start = near - before * MINUTE
    try:
        deadline = add_business_time(hours, start, wanted * MINUTE)
    except NoWorkingTime:
        assert not any(hours.weekly)
        return

    assert business_time_between(hours, start, deadline) == wanted * MINUTE
    assert business_time_between(hours, start, deadline - MINUTE) == max(wanted - 1, 0) * MINUTE
    if deadline - start < timedelta(days=3):
        passed = (deadline - start) // MINUTE
        assert sum(counted(hours, start, passed)) == wanted


@given(hours=calendars(), near=edges, parts=st.tuples(st.integers(0, 10_000_000), st.integers(0, 10_000_000)))
def test_business_time_adds_up_to_the_second_over_years(hours, near, parts):
    middle, end = near + timedelta(seconds=parts[0]), near + timedelta(seconds=sum(parts))

    first, second = business_time_between(hours, near, middle), business_time_between(hours, middle, end)
    assert first + second == business_time_between(hours, near, end)


@pytest.fixture
def office():
    return WorkingHours(BERLIN, (OFFICE,) * 5 + ((), ()), "DE", "BY", {date(2026, 12, 31): ((540, 720),)})


@pytest.mark.parametrize(
    ("at", "hours", "deadline"),
    [
        ("2026-03-02 11:00+01:00", 2, "2026-03-02 14:00+01:00"),  # over lunch
        ("2026-03-06 16:00+01:00", 2, "2026-03-09 10:00+01:00"),  # over the weekend
        ("2026-03-02 09:00+01:00", 7, "2026-03-02 17:00+01:00"),  # ends with the day, not next morning
        ("2026-03-27 16:30+01:00", 1, "2026-03-30 09:30+02:00"),  # over the change of the clocks
        ("2026-04-02 16:00+02:00", 2, "2026-04-07 10:00+02:00"),  # over Good Friday and Easter Monday
        ("2026-12-30 16:00+01:00", 5, "2027-01-04 10:00+01:00"),  # an own half day, then New Year
        ("2026-01-05 16:00+01:00", 2, "2026-01-07 10:00+01:00"),  # Epiphany, in Bavaria only
    ],
)
def test_deadlines_of_an_office(office, at, hours, deadline):
    assert add_business_time(office, datetime.fromisoformat(at), timedelta(hours=hours)) == datetime.fromisoformat(
        deadline
    )


def test_it_opens_again(office):
    assert next_opening(office, datetime(2026, 3, 6, 20, tzinfo=UTC)) == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert next_opening(office, datetime(2026, 3, 6, 9, tzinfo=UTC)) == datetime(2026, 3, 6, 9, tzinfo=UTC)


def test_nobody_ever_works_and_nothing_is_taken_away(office):
    never = WorkingHours(BERLIN, ((),) * 7)

    with pytest.raises(NoWorkingTime):
        add_business_time(never, datetime(2026, 3, 2, tzinfo=UTC), MINUTE)
    with pytest.raises(ValueError, match="taken away"):
        add_business_time(office, datetime(2026, 3, 2, tzinfo=UTC), -MINUTE)
    assert (
        business_time_between(office, datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)) == MINUTE * 0
    )


def test_a_span_of_thirty_years_costs_no_walk(office):
    start = datetime(2026, 3, 2, tzinfo=UTC)
    business_time_between(office, start, start + timedelta(days=11_000))
    begun = stopwatch.process_time()
    for _ in range(100):
        business_time_between(office, start, start + timedelta(days=11_000))

    assert (stopwatch.process_time() - begun) / 100 < 0.02
