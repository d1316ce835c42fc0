"""For tests: everything that is waiting happens now, in this thread and connection, inside the open transaction."""

from triptych.platform import clock
from triptych.platform.events import jobs, relay
from triptych.platform.events.delivering import deliver
from triptych.platform.events.models import Delivery, Job
from triptych.platform.scope import CELL, entered


class NotDelivered(AssertionError):
    """A handler or a job failed. The message says which and why."""


def drain(*, strict: bool = True) -> int:
    """Deliver all events and run all jobs that are waiting, and those that they cause. Returns how many.

    Raises:
        NotDelivered: a handler or a job failed, and the caller did not say that it may (`strict=False`).
    """
    failures: list[str] = []
    count = 0
    while True:
        now = clock.now()
        taken = relay.expand(at=now)
        done = relay.hand_over_deliveries(at=now, send=lambda delivery: _deliver(delivery, failures))
        done += relay.hand_over_jobs(at=now, send=lambda job: _run(job, failures))
        if not taken and not done:
            break
        count += done
    if strict and failures:
        raise NotDelivered("\n".join(failures))
    return count


def _deliver(delivery: Delivery, failures: list[str]) -> None:
    deliver(delivery.pk, delivery.event.tenant_id, delivery.attempts)
    with entered(CELL):
        delivery.refresh_from_db()
    put_off = delivery.state == Delivery.State.PENDING and not delivery.last_error
    if delivery.state != Delivery.State.DONE and not put_off:
        failures.append(f"{delivery.handler} on {delivery.event.name}: {delivery.last_error}")


def _run(job: Job, failures: list[str]) -> None:
    jobs.run(job.pk, job.tenant_id, job.starts, heart=False)
    with entered(CELL):
        job.refresh_from_db()
    if job.state == Job.State.FAILED:
        failures.append(f"{job}: {job.error}")
