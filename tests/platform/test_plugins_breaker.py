"""The breaker: when it trips, how long it stays open, and what closes it."""

import pytest

from triptych.platform.plugins.breaker import Breaker

KEY = ("t_1", "apple", "menu_entries")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(limit=3, window=60, slow=1, pause=30, clock=clock)


def fail(breaker, times: int = 1) -> list[bool]:
    return [breaker.note(KEY, seconds=0.01, failed=True) for _ in range(times)]


def test_it_trips_at_the_limit_and_says_so_once(breaker):
    assert fail(breaker, 3) == [False, False, True]
    assert not breaker.lets(KEY)
    assert breaker.open_keys() == {KEY}


def test_slow_calls_count_like_failures(breaker):
    assert [breaker.note(KEY, seconds=seconds, failed=False) for seconds in (1.2, 0.9, 3, 1)] == [
        False, False, False, True,
    ]  # fmt: skip


def test_troubles_older_than_the_window_are_forgotten(breaker, clock):
    fail(breaker, 2)
    clock.now += 61
    assert fail(breaker, 2) == [False, False]
    assert breaker.lets(KEY)


def test_after_the_pause_one_call_is_let_through_and_closes_it_when_it_goes_well(breaker, clock):
    fail(breaker, 3)
    clock.now += 29
    assert not breaker.lets(KEY)
    clock.now += 1
    assert [breaker.lets(KEY) for _ in range(3)] == [True, False, False]

    breaker.note(KEY, seconds=0.01, failed=False)
    assert breaker.lets(KEY)
    assert breaker.open_keys() == frozenset()


def test_a_trial_that_fails_opens_it_for_another_pause(breaker, clock):
    fail(breaker, 3)
    clock.now += 30
    assert breaker.lets(KEY)
    assert fail(breaker) == [True]
    clock.now += 29
    assert not breaker.lets(KEY)
    clock.now += 1
    assert breaker.lets(KEY)


def test_each_tenant_plugin_and_hook_has_its_own(breaker):
    fail(breaker, 3)

    assert breaker.lets(("t_2", "apple", "menu_entries"))
    assert breaker.lets(("t_1", "pear", "menu_entries"))
    assert breaker.lets(("t_1", "apple", "slot"))
    breaker.reset()
    assert breaker.lets(KEY)
