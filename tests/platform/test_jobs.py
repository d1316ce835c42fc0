"""Jobs: long work in chunks, with progress, checkpoints, cancelling, and never two workers at once."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from triptych.platform.events import jobs, relay, tenancy
from triptych.platform.events.models import Job
from triptych.platform.events.testing import NotDelivered, drain
from triptych.platform.refusals import Refused
from triptych.platform.scope import CELL, CONTROL, entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(monkeypatch):
    """Jobs of the kind `count` for the time of a test."""

    def register(function, **options):
        monkeypatch.setattr(jobs, "_runners", dict(jobs._runners))
        return jobs.runs("count", **options)(function)

    return register


@pytest.fixture
def start(in_tenant, members, now):
    def start(**args):
        return jobs.start("count", by=members["member"], args=args, at=now)

    return start


def seen(job):
    with entered(CELL):
        return Job.objects.get(pk=job.pk)


def test_a_job_runs_in_its_tenant_and_keeps_progress_and_result(runs, start, tenant, members):
    ran = []

    def count(job):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            ran.append((cursor.fetchone()[0], job.args, job.by))
        job.progress(3, 4, "three of four")
        return {"counted": 3}

    runs(count)
    job = start(rows=4)
    assert (job.state, job.queue) == ("queued", "bulk")
    drain()

    job = seen(job)
    assert ran == [(tenant.schema_name, {"rows": 4}, members["member"].pk)]
    assert (job.state, job.done_count, job.total_count, job.note) == ("done", 3, 4, "three of four")
    assert (job.percent, job.result, job.is_finished, job.finished_at is not None) == (75, {"counted": 3}, True, True)


def test_an_unknown_kind_is_refused_at_once(in_tenant, now):
    with pytest.raises(jobs.UnknownKind, match="'moonshot'"):
        jobs.start("moonshot", by=None, args={}, at=now)


def test_a_job_outside_of_a_tenant_is_refused(db, now):
    with entered(CONTROL), pytest.raises(tenancy.OutsideTenant):
        jobs.start("count", by=None, args={}, at=now)


def test_a_tenant_sees_and_starts_its_own_jobs_only(runs, start, tenant, other_tenant, now):
    runs(lambda job: None)
    job = start()
    with entered(other_tenant):
        assert not Job.objects.filter(pk=job.pk).exists()
        assert Job.objects.filter(pk=job.pk).update(cancel_requested=True) == 0
    with entered(tenant), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Job.objects.create(tenant_id=other_tenant.id, kind="count", created_at=now)
    assert not seen(job).cancel_requested


def test_a_job_that_refuses_fails_with_its_sentence(runs, start):
    def count(job):
        raise Refused("The file is empty. Choose another one.")

    runs(count)
    job = start()
    with pytest.raises(NotDelivered, match="The file is empty"):
        drain()

    assert (seen(job).state, seen(job).error) == ("failed", "The file is empty. Choose another one.")


def test_a_job_that_breaks_fails_without_showing_its_insides(runs, start):
    def count(job):
        raise KeyError("secret")

    runs(count)
    job = start()
    drain(strict=False)

    assert seen(job).state == "failed"
    assert seen(job).error == "Something went wrong on our side. What was done so far is kept."


def test_a_failed_job_goes_on_from_its_checkpoint_when_resumed(runs, start):
    chunks = []

    def count(job):
        for chunk in range(job.last_checkpoint.get("chunk", 0), 4):
            if len(chunks) == 2:
                chunks.append("failed")
                raise KeyError
            with transaction.atomic():
                chunks.append(chunk)
                job.checkpoint({"chunk": chunk + 1})

    runs(count)
    job = start()
    drain(strict=False)
    assert (chunks, seen(job).checkpoint) == ([0, 1, "failed"], {"chunk": 2})

    jobs.resume(job)
    drain()
    assert chunks == [0, 1, "failed", 2, 3]
    assert (seen(job).state, seen(job).error) == ("done", "")


def test_a_chunk_and_its_checkpoint_are_committed_together(runs, start, members):
    def count(job):
        with transaction.atomic():
            Member.objects.filter(pk=job.by).update(name="Half done")
            job.checkpoint({"chunk": 1})
            raise KeyError

    runs(count)
    job = start()
    drain(strict=False)

    members["member"].refresh_from_db()
    assert (members["member"].name == "Half done", seen(job).checkpoint) == (False, {})


def test_a_job_stops_when_asked(runs, start):
    done = []

    def count(job):
        for row in range(10):
            done.append(row)
            if row == 3:
                jobs.cancel(Job.objects.get(pk=job.id))
            job.progress(row + 1, 10)
            if job.cancel_requested:
                return

    runs(count)
    job = start()
    drain()

    assert (done, seen(job).state, seen(job).done_count) == ([0, 1, 2, 3], "cancelled", 4)


def test_a_job_cancelled_before_it_began_does_nothing(runs, start):
    ran = []
    runs(ran.append)
    job = start()
    jobs.cancel(job)
    drain()

    assert (ran, seen(job).state) == ([], "cancelled")


def test_a_worker_that_was_given_up_may_write_nothing_more(runs, start, tenant):
    def count(job):
        with entered(CELL):
            Job.objects.update(starts=99)  # another worker starts it while this one was stalled
        with pytest.raises(jobs.TakenOver), transaction.atomic():
            job.checkpoint({"chunk": 7})
        job.progress(1)

    runs(count)
    job = start()
    drain()

    assert (seen(job).state, seen(job).checkpoint, seen(job).done_count) == ("running", {}, 0)


def test_a_message_that_arrives_twice_starts_once(runs, start, tenant):
    ran = []
    runs(ran.append)
    job = start()

    jobs.run(job.pk, tenant.id, 0, heart=False)
    jobs.run(job.pk, tenant.id, 0, heart=False)

    assert len(ran) == 1


def test_a_task_that_names_another_tenant_is_refused(runs, start, other_tenant):
    ran = []
    runs(ran.append)
    job = start()

    with pytest.raises(tenancy.TenantMismatch):
        jobs.run(job.pk, other_tenant.id, 0, heart=False)
    assert (ran, seen(job).state) == ([], "queued")


def test_a_silent_job_is_queued_again_after_a_minute(runs, start, now):
    runs(lambda job: None)
    start()
    sent = []

    assert relay.hand_over_jobs(at=now, send=sent.append) == 1
    assert relay.hand_over_jobs(at=now + timedelta(seconds=60), send=sent.append) == 0
    assert relay.hand_over_jobs(at=now + timedelta(seconds=61), send=sent.append) == 1


def test_a_broker_that_refuses_leaves_the_job_waiting(runs, start, now):
    runs(lambda job: None)
    job = start()

    def refuses(job):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        relay.hand_over_jobs(at=now, send=refuses)
    assert (seen(job).state, seen(job).heartbeat_at) == ("queued", None)


def test_only_so_many_jobs_run_at_once_and_the_rest_waits_its_turn(runs, start, now, settings):
    settings.JOBS_AT_ONCE = {"interactive": 1, "bulk": 2, "analytics": 1}
    runs(lambda job: None)
    first, second, third = (start(number=number) for number in range(3))
    sent = []

    relay.hand_over_jobs(at=now, send=sent.append)
    assert {job.pk for job in sent} == {first.pk, second.pk}
    with entered(CELL):
        Job.objects.filter(pk=first.pk).update(state=Job.State.DONE)
    relay.hand_over_jobs(at=now, send=sent.append)
    assert sent[2].pk == third.pk


def test_a_job_that_takes_its_worker_with_it_each_time_is_given_up(runs, start):
    ran = []
    runs(ran.append)
    job = start()
    with entered(CELL):
        Job.objects.update(starts=jobs.MAX_STARTS)
    drain(strict=False)

    assert (ran, seen(job).state) == ([], "failed")


@pytest.mark.parametrize(("enabled", "state"), [([], "failed"), (["parcels"], "done")])
def test_a_plugins_job_runs_only_where_it_is_enabled(runs, start, tenant, enabled, state):
    runs(lambda job: None, plugin="parcels")
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(enabled_plugins=enabled)
    job = start()
    drain(strict=False)

    assert seen(job).state == state
