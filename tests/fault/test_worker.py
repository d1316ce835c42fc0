"""Relay and worker as processes: they do all that was announced, once, whatever is killed under them."""

import os
import signal
import threading

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from triptych.platform import clock, events
from triptych.platform.events import jobs
from triptych.platform.events.models import Delivery, Job, Pulse
from triptych.platform.scope import CELL, building, entered

CHUNKS, ROWS = 20, 100


def announce(place, name="fault.happened"):
    with entered(place), transaction.atomic():
        events.announce(name, None, by=None, at=clock.now())


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """The kinds of jobs that the process knows; here they are only started."""
    monkeypatch.setitem(jobs._runners, "fault.count", jobs.Runner("fault.count", lambda job: None, "", "bulk"))


def started(place, seconds_per_chunk):
    with entered(place):
        return jobs.start("fault.count", by=None, args={"seconds_per_chunk": seconds_per_chunk}, at=clock.now())


def seen(job):
    with entered(CELL):
        return Job.objects.get(pk=job.pk)


def states(place):
    with entered(CELL):
        return set(Delivery.objects.filter(event__tenant_id=place.id).values_list("state", flat=True))


OUTAGE_SECONDS = int(os.environ.get("TRIPTYCH_OUTAGE_SECONDS", "0"))
"""How much longer than needed the broker stays away; by hand, a minute."""


def test_an_event_needs_the_transaction_of_its_change(fresh_tenant, now):
    with entered(fresh_tenant), pytest.raises(TransactionManagementError, match=r"parcel\.sent"):
        events.announce("parcel.sent", None, by=None, at=now)


def test_one_process_relays_and_works_without_a_broker_and_ends_when_asked(place, effects, processes, eventually):
    process = processes()
    for _ in range(40):
        announce(place)
    announce(place, "fault.stumbled")

    eventually(lambda: len(effects()) == 41 and states(place) == {"done"}, what="all events are handled")
    assert len(set(effects())) == 41
    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0


def test_a_job_whose_worker_is_killed_goes_on_from_its_checkpoint_without_doubles(
    place, effects, processes, eventually
):
    job = started(place, seconds_per_chunk=0.2)
    first = processes()
    eventually(lambda: seen(job).checkpoint.get("chunk", 0) >= 5, what="the job is at its fifth chunk")
    first.kill()
    first.wait()
    reached = seen(job).checkpoint["chunk"]
    assert 5 <= reached < CHUNKS

    processes()
    eventually(lambda: seen(job).is_finished, what="another worker finishes the job")
    assert (seen(job).state, seen(job).starts, seen(job).result) == ("done", 2, {"chunks": CHUNKS})
    assert len(effects()) == len(set(effects())) == ROWS


def test_a_process_that_ends_gives_its_job_back_to_the_next(place, effects, processes, eventually):
    job = started(place, seconds_per_chunk=0.2)
    first = processes()
    eventually(lambda: seen(job).done_count >= 2, what="progress shows")
    first.send_signal(signal.SIGTERM)
    assert first.wait(120) == 0
    assert (seen(job).state, seen(job).heartbeat_at) == ("queued", None)

    processes()
    eventually(lambda: seen(job).is_finished, what="the next process finishes the job")
    assert len(effects()) == len(set(effects())) == ROWS


def test_a_running_job_stops_when_asked(place, processes, eventually):
    job = started(place, seconds_per_chunk=0.2)
    processes()
    eventually(lambda: seen(job).done_count >= 2, what="progress shows")
    with entered(place):
        jobs.cancel(job)

    eventually(lambda: seen(job).is_finished, what="the job stops")
    assert seen(job).state == "cancelled"
    assert 2 <= seen(job).checkpoint["chunk"] < CHUNKS


def test_connections_that_the_database_cuts_off_lose_nothing(place, effects, processes, eventually):
    processes()
    for round_ in range(4):
        for _ in range(15):
            announce(place)
        eventually(lambda wanted=15 * round_: len(effects()) > wanted, what="work flows")
        with entered(building("public")), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    eventually(lambda: len(effects()) >= 60 and states(place) == {"done"}, what="all events are handled")
    assert len(effects()) == len(set(effects())) == 60


@pytest.mark.broker
def test_a_broker_killed_under_load_loses_nothing_and_does_nothing_twice(place, effects, processes, broker, eventually):
    processes("relay", broker=broker.url)
    processes("worker", broker=broker.url)
    announced, enough = [], threading.Event()

    def load():
        while not enough.wait(0.02):
            announce(place)
            announced.append(1)
        connection.close()

    people = [threading.Thread(target=load) for _ in range(2)]
    for person in people:
        person.start()
    try:
        eventually(lambda: len(effects()) > 50, what="work flows")
        broker.kill()
        eventually(relay_misses_the_broker, what="the relay notices")
        at_loss = len(announced)
        enough.wait(OUTAGE_SECONDS)
        eventually(lambda: len(announced) > at_loss + 100, what="people have gone on working without a broker")
        broker.start()
        eventually(lambda: not relay_misses_the_broker(), what="the relay has the broker back")
    finally:
        enough.set()
        for person in people:
            person.join()

    eventually(lambda: len(effects()) >= len(announced) and states(place) == {"done"}, what="all events are handled")
    assert len(effects()) == len(set(effects())) == len(announced)


def relay_misses_the_broker():
    with entered(CELL):
        return Pulse.objects.exclude(broker_error="").filter(name="relay").exists()
