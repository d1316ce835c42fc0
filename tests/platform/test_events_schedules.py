"""Schedules: what recurs in each tenant, at its own time of day, as an event like any other."""

from datetime import UTC, datetime, timedelta

import pytest

from triptych.platform.events import registry, schedules
from triptych.platform.events.models import Outbox, Schedule
from triptych.platform.events.testing import drain
from triptych.platform.scope import CELL, CONTROL, entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def declared():
    """Schedules for the time of a test: `declared(schedules.daily("06:30"))` answers with the tenants it ran in."""
    functions = []

    def declare(decorator):
        ran = []

        def recurs(event):
            ran.append(event.tenant_id)

        functions.append(decorator(recurs))
        return ran

    yield declare
    for function in functions:
        schedules.forget(function)
        registry.forget(function)


def row_of(tenant):
    with entered(CELL):
        return Schedule.objects.get(tenant_id=tenant.id, name__contains="recurs")


def update(tenant, **values):
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(**values)


def test_it_fires_in_each_tenant_and_falls_due_again(declared, tenant, other_tenant, now):
    ran = declared(schedules.every(timedelta(minutes=15)))
    schedules.plant(at=now)
    drain()
    assert ran == []

    later = now + timedelta(minutes=15)
    schedules.fire_due(at=later)
    drain()
    assert {tenant.id, other_tenant.id} <= set(ran)
    assert len(ran) == len(set(ran))
    assert row_of(tenant).next_at == later + timedelta(minutes=15)


def test_planting_again_changes_nothing(declared, tenant, now):
    declared(schedules.every(timedelta(minutes=15)))
    schedules.plant(at=now)

    assert schedules.plant(at=now + timedelta(minutes=5)) == 0
    assert row_of(tenant).next_at == now + timedelta(minutes=15)


def test_firings_missed_while_nothing_ran_are_not_made_up(declared, tenant, now):
    ran = declared(schedules.every(timedelta(minutes=15)))
    schedules.plant(at=now)
    schedules.fire_due(at=now + timedelta(days=2))
    assert schedules.fire_due(at=now + timedelta(days=2)) == 0
    drain()

    assert ran.count(tenant.id) == 1


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        ("UTC", datetime(2026, 3, 2, 6, 0, tzinfo=UTC), datetime(2026, 3, 2, 6, 30, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 2, 6, 30, tzinfo=UTC), datetime(2026, 3, 3, 6, 30, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 21, 30, tzinfo=UTC)),
        # the clocks go forward on 29 March
        ("Europe/Rome", datetime(2026, 3, 28, 9, 0, tzinfo=UTC), datetime(2026, 3, 29, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_one_keeps_to_the_wall_clock_of_the_tenant(declared, tenant, zone, after, due):
    declared(schedules.daily("06:30"))
    update(tenant, timezone=zone)
    schedules.plant(at=after)

    assert row_of(tenant).next_at == due


def test_a_suspended_tenant_gets_none(declared, tenant, now):
    declared(schedules.every(timedelta(minutes=15)))
    update(tenant, state="suspended")
    schedules.plant(at=now)

    with entered(CELL):
        assert not Schedule.objects.filter(tenant_id=tenant.id).exists()


def test_a_plugins_schedule_comes_and_goes_with_the_plugin(declared, tenant, other_tenant, now):
    ran = declared(schedules.every(timedelta(minutes=15), plugin="parcels"))
    update(tenant, enabled_plugins=["parcels"])
    schedules.plant(at=now)
    schedules.fire_due(at=now + timedelta(minutes=15))
    drain()
    assert ran == [tenant.id]

    update(tenant, enabled_plugins=[])
    schedules.fire_due(at=now + timedelta(minutes=30))
    with entered(CELL):
        assert not Schedule.objects.filter(tenant_id=tenant.id, name__contains="recurs").exists()
        assert Outbox.objects.filter(name__contains="recurs").count() == 1
