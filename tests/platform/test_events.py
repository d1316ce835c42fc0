"""Events: written with the change they tell of, handled after it, exactly once as far as the database is concerned."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from triptych.platform import clock, events
from triptych.platform.events import relay, tenancy
from triptych.platform.events.delivering import MAX_ATTEMPTS, back_off, bury_lost, deliver, replay
from triptych.platform.events.models import Delivery, Outbox
from triptych.platform.events.registry import forget
from triptych.platform.events.relaying import forget_old
from triptych.platform.events.testing import NotDelivered, drain
from triptych.platform.plugins import failures
from triptych.platform.scope import CELL, CONTROL, entered
from triptych.platform.web import logs
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def handled():
    """Handlers for the time of a test: `handled("parcel.sent")(function)`."""
    functions = []

    def handles(*names, **options):
        def register(function):
            functions.append(function)
            return events.handles(*names, **options)(function)

        return register

    yield handles
    for function in functions:
        forget(function)


@pytest.fixture
def seen(handled):
    """The events named `parcel.sent` that a handler of this test has seen."""
    seen = []

    def sees(event):
        seen.append(event)

    handled("parcel.sent")(sees)
    return seen


@pytest.fixture
def queued():
    """Deliveries that the relay has queued, without running them."""
    sent = []

    def hand_over(at):
        relay.expand(at=at)
        relay.hand_over_deliveries(at=at, send=sent.append)
        return sent

    return hand_over


def rows(model):
    with entered(CELL):
        return list(model.objects.order_by("pk"))


def test_a_handler_sees_what_was_announced(in_tenant, tenant, members, now, seen):
    with logs.bound(request="r-123"):
        events.announce("parcel.sent", members["member"], by=members["owner"], at=now, stage="Offer")
    drain()

    (event,) = seen
    assert (event.name, event.tenant_id, event.at, event.request_id) == ("parcel.sent", tenant.id, now, "r-123")
    assert (event.kind, event.object_id) == ("members.member", members["member"].pk)
    assert (event.by, event.facts) == (members["owner"].pk, {"stage": "Offer"})


def test_announcing_costs_one_statement_and_reads_nothing_back(in_tenant, now, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        events.announce("parcel.sent", None, by=None, at=now)

    assert "RETURNING" not in captured.captured_queries[0]["sql"]


def test_a_change_that_is_rolled_back_was_never_announced(in_tenant, now, seen):
    with transaction.atomic():
        events.announce("parcel.sent", None, by=None, at=now)
        transaction.set_rollback(True)
    drain()

    assert seen == []


def test_events_that_nobody_handles_hold_up_none_behind_them(in_tenant, now, seen, monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 1)
    events.announce("parcel.ignored", None, by=None, at=now)
    events.announce("parcel.sent", None, by=None, at=now)

    assert (drain(), len(seen)) == (1, 1)


def test_an_event_outside_of_a_tenant_is_refused(db, now):
    with entered(CONTROL), pytest.raises(tenancy.OutsideTenant, match="public"):
        events.announce("parcel.sent", None, by=None, at=now)


def test_a_tenant_reads_no_event_and_writes_none_for_others(in_tenant, other_tenant, now):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Outbox.objects.count()
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Delivery.objects.count()
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Outbox.objects.create(tenant_id=other_tenant.id, name="parcel.sent", at=now)


def test_a_connection_that_stands_nowhere_reads_no_event(db):
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        Outbox.objects.count()
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("SELECT count(*) FROM cell.events_outbox")


def test_a_handler_runs_in_the_tenant_with_its_rights(in_tenant, tenant, now, handled):
    scopes = []

    def looks_around(event):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            scopes.append(cursor.fetchone()[0])

    handled("parcel.sent")(looks_around)
    events.announce("parcel.sent", None, by=None, at=now)
    drain()

    assert scopes == [tenant.schema_name]


def test_what_a_handler_wrote_is_undone_with_its_failure_and_the_others_stand(in_tenant, members, now, handled, seen):
    def renames_and_fails(event):
        Member.objects.filter(pk=event.by).update(name="Half done")
        raise RuntimeError("no luck")

    handled("parcel.sent")(renames_and_fails)
    events.announce("parcel.sent", None, by=members["owner"], at=now)
    with pytest.raises(NotDelivered, match="no luck"):
        drain()

    members["owner"].refresh_from_db()
    assert members["owner"].name != "Half done"
    assert len(seen) == 1


def test_a_handler_that_breaks_the_transaction_costs_only_itself(in_tenant, now, handled, seen):
    def breaks(event):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    handled("parcel.sent")(breaks)
    events.announce("parcel.sent", None, by=None, at=now)
    drain(strict=False)

    assert len(seen) == 1
    assert sorted(delivery.state for delivery in rows(Delivery)) == ["done", "pending"]


def test_a_handler_that_fails_is_tried_again_later_then_given_up_then_replayed(in_tenant, now, handled, monkeypatch):
    attempts = []
    clock = [now]
    monkeypatch.setattr("triptych.platform.clock.now", lambda: clock[0])

    def fails(event):
        attempts.append(clock[0])
        raise RuntimeError("the other side is down")

    handled("parcel.sent")(fails)
    events.announce("parcel.sent", None, by=None, at=now)
    while drain(strict=False):
        (delivery,) = rows(Delivery)
        clock[0] = delivery.next_attempt_at

    waits = [later - earlier for earlier, later in pairwise(attempts)]
    assert waits == [back_off(n) for n in range(1, MAX_ATTEMPTS)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=80)]
    (delivery,) = rows(Delivery)
    assert (delivery.state, delivery.attempts) == ("dead", MAX_ATTEMPTS)
    assert delivery.last_error == "RuntimeError: the other side is down"

    assert replay(delivery, at=now)
    drain(strict=False)
    assert len(attempts) == MAX_ATTEMPTS + 1


def test_only_the_dead_are_replayed(in_tenant, now, seen):
    events.announce("parcel.sent", None, by=None, at=now)
    drain()

    assert not replay(rows(Delivery)[0], at=now)
    drain()
    assert len(seen) == 1


def test_a_message_that_arrives_twice_runs_once(in_tenant, tenant, now, seen, queued):
    events.announce("parcel.sent", None, by=None, at=now)
    (delivery,) = queued(now)

    deliver(delivery.pk, tenant.id, 0)
    deliver(delivery.pk, tenant.id, 0)

    assert len(seen) == 1


def test_what_was_queued_and_not_done_is_queued_again_after_two_minutes(in_tenant, now, seen, queued):
    events.announce("parcel.sent", None, by=None, at=now)
    assert len(queued(now)) == 1
    assert len(queued(now + timedelta(seconds=119))) == 1
    assert len(queued(now + timedelta(seconds=120))) == 2


def test_a_handler_that_takes_its_worker_with_it_each_time_is_given_up(in_tenant, now, seen, queued):
    events.announce("parcel.sent", None, by=None, at=now)
    queued(now)
    with entered(CELL):
        Delivery.objects.update(attempts=MAX_ATTEMPTS)
        assert bury_lost(at=now + timedelta(minutes=3)) == 1

    assert rows(Delivery)[0].state == "dead"


def test_a_broker_that_refuses_leaves_everything_waiting(in_tenant, now, seen):
    for _ in range(3):
        events.announce("parcel.sent", None, by=None, at=now)
    relay.expand(at=now)
    sent = []

    def sends_one(delivery):
        if sent:
            raise ConnectionError
        sent.append(delivery)

    with pytest.raises(ConnectionError):
        relay.hand_over_deliveries(at=now, send=sends_one)

    assert sorted(delivery.state for delivery in rows(Delivery)) == ["pending", "pending", "queued"]


def test_the_backlog_waits_in_the_database(in_tenant, now, seen, queued, monkeypatch):
    monkeypatch.setattr(relay, "UNDERWAY", 2)
    for _ in range(5):
        events.announce("parcel.sent", None, by=None, at=now)

    assert len(queued(now)) == 2
    assert len(queued(now)) == 2


def test_a_task_that_names_another_tenant_is_refused(in_tenant, other_tenant, now, seen, queued):
    events.announce("parcel.sent", None, by=None, at=now)
    (delivery,) = queued(now)

    with pytest.raises(tenancy.TenantMismatch):
        deliver(delivery.pk, other_tenant.id, 0)

    assert seen == []
    assert rows(Delivery)[0].attempts == 0


@pytest.mark.parametrize(("enabled", "times"), [([], 0), (["parcels"], 1)])
def test_a_plugins_handler_runs_only_where_it_is_enabled(tenant, now, handled, enabled, times):
    seen = []

    def gives_points(event):
        seen.append((event.name, logs.context().get("plugin")))

    handled("parcel.lost", plugin="parcels")(gives_points)
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(enabled_plugins=enabled)
    with entered(tenant):
        events.announce("parcel.lost", None, by=None, at=now)
    drain()

    assert seen == [("parcel.lost", "parcels")] * times


def test_a_plugin_disabled_in_the_meantime_is_not_run(tenant, now, handled, queued):
    seen = []

    def gives_points(event):
        seen.append(event)

    handled("parcel.lost", plugin="parcels")(gives_points)
    tenants = type(tenant).objects.filter(pk=tenant.pk)
    with entered(CONTROL):
        tenants.update(enabled_plugins=["parcels"])
    with entered(tenant):
        events.announce("parcel.lost", None, by=None, at=now)
    (delivery,) = queued(now)
    with entered(CONTROL):
        tenants.update(enabled_plugins=[])
    deliver(delivery.pk, tenant.id, 0)

    (delivery,) = rows(Delivery)
    assert (seen, delivery.state) == ([], "done")
    assert delivery.last_error == "Not run: parcels is not enabled."


def test_a_handler_that_the_code_lost_is_a_dead_letter(in_tenant, tenant, now, handled, queued):
    def goes_away(event):
        raise AssertionError

    handled("parcel.sent")(goes_away)
    events.announce("parcel.sent", None, by=None, at=now)
    (delivery,) = queued(now)
    forget(goes_away)
    deliver(delivery.pk, tenant.id, 0)

    (delivery,) = rows(Delivery)
    assert (delivery.state, "goes_away" in delivery.last_error) == ("dead", True)


@pytest.fixture
def dead(in_tenant, now, handled):
    """A delivery that was given up."""

    def fails(event):
        raise RuntimeError("no luck")

    handled("parcel.sent")(fails)
    events.announce("parcel.sent", None, by=None, at=now)
    drain(strict=False)
    with entered(CELL):
        Delivery.objects.update(state=Delivery.State.DEAD)
    return rows(Delivery)[0]


def test_the_operator_sees_and_replays_dead_letters(dead, tenant, capsys):
    call_command("dead_letters")
    shown = capsys.readouterr().out
    for part in (str(dead.pk), str(tenant.id), "parcel.sent", "RuntimeError: no luck"):
        assert part in shown

    call_command("dead_letters", replay=str(dead.pk))
    assert capsys.readouterr().out == "1 will be tried again.\n"
    assert (rows(Delivery)[0].state, rows(Delivery)[0].attempts) == ("pending", 0)


@pytest.mark.parametrize("wrong", ["parcel", "0192a5e0-0000-7000-8000-000000000001"])
def test_replaying_what_is_not_there_is_refused(dead, wrong):
    with pytest.raises(CommandError, match="no"):
        call_command("dead_letters", replay=wrong)


def test_a_failing_handler_of_a_plugin_is_reported_as_the_plugins(tenant, now, handled, monkeypatch):
    reported = []
    monkeypatch.setattr(failures, "report", lambda *report: reported.append(report))

    def fails(event):
        raise RuntimeError("no luck")

    handled("parcel.sent", plugin="parcels")(fails)
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(enabled_plugins=["parcels"])
    with entered(tenant):
        events.announce("parcel.sent", None, by=None, at=now)
    drain(strict=False)

    ((plugin, handler, error),) = reported
    assert (plugin, "fails" in handler, str(error)) == ("parcels", True, "no luck")


def test_what_everybody_has_seen_is_forgotten_after_two_weeks_and_dead_letters_stay(dead, now, seen, handled):
    def succeeds(event):
        pass

    handled("parcel.lost")(succeeds)
    with entered(CELL):
        Outbox.objects.exclude(pk=dead.event_id).delete()
    events.announce("parcel.lost", None, by=None, at=now)
    drain()
    handed_over = clock.now()

    forget_old(at=handed_over + timedelta(days=13))
    assert len(rows(Outbox)) == 2
    forget_old(at=handed_over + timedelta(days=15))
    assert [event.pk for event in rows(Outbox)] == [dead.event_id]
