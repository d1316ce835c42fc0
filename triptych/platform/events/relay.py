"""The relay carries what is committed out of the database: events to their handlers, jobs to their workers.

It works in the cell scope and owns the way to the broker. Every step claims its rows with SKIP LOCKED, so any number
of relays may run; every step may be cut off anywhere, and the next round picks up what is left.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from triptych.platform.events import delivering, tenancy
from triptych.platform.events.models import QUEUES, Delivery, Job, Outbox
from triptych.platform.events.registry import handlers_of
from triptych.platform.scope import CELL, entered

logger = logging.getLogger(__name__)

BATCH = 200
UNDERWAY = 200
"""So many deliveries of a queue may be with the broker at once. The backlog waits in the database, not there."""
SILENCE = timedelta(seconds=60)
"""A job without a heartbeat for that long has lost its worker."""

SendDelivery = Callable[[Delivery], None]
SendJob = Callable[[Job], None]


def expand(*, at: datetime) -> int:
    """Make a delivery for each handler of each new event. Returns how many events it took."""
    with entered(CELL), transaction.atomic():
        events = list(
            Outbox.objects.select_for_update(skip_locked=True).filter(handed_over_at=None).order_by("id")[:BATCH]
        )
        tenants: dict[UUID, tenancy.TenantScope | None] = {
            tenant_id: tenancy.directory().find(tenant_id) for tenant_id in {event.tenant_id for event in events}
        }
        Delivery.objects.bulk_create(
            Delivery(event=event, handler=handler.name, queue=handler.queue, next_attempt_at=at)
            for event in events
            if (tenant := tenants[event.tenant_id])
            for handler in handlers_of(event.name)
            if handler.runs_in(tenant)
        )
        Outbox.objects.filter(pk__in=[event.pk for event in events]).update(handed_over_at=at)
    return len(events)


def hand_over_deliveries(*, at: datetime, send: SendDelivery) -> int:
    """Queue what is due, as far as there is room. Returns how many. What `send` raises is raised; the rest waits on."""
    with entered(CELL):
        delivering.bury_lost(at=at)
        return sum(_hand_over(queue, at=at, send=send) for queue in QUEUES)


def _hand_over(queue: str, *, at: datetime, send: SendDelivery) -> int:
    with transaction.atomic():
        room = UNDERWAY - Delivery.objects.filter(queue=queue).underway(at=at).count()
        due = Delivery.objects.filter(queue=queue).due(at=at).select_related("event")
        claimed = list(due.select_for_update(skip_locked=True, of=("self",))[: max(0, min(BATCH, room))])
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(
            state=Delivery.State.QUEUED, next_attempt_at=at + delivering.LEASE
        )
    for position, delivery in enumerate(claimed):
        try:
            send(delivery)
        except Exception:
            unsent = [delivery.pk for delivery in claimed[position:]]
            Delivery.objects.filter(pk__in=unsent, state=Delivery.State.QUEUED).update(
                state=Delivery.State.PENDING, next_attempt_at=at
            )
            raise
    return len(claimed)


def hand_over_jobs(*, at: datetime, send: SendJob) -> int:
    """Queue new jobs, and those that lost their worker, as far as there is room. Returns how many."""
    with entered(CELL):
        return sum(_hand_over_jobs(queue, at=at, send=send) for queue in QUEUES)


def _hand_over_jobs(queue: str, *, at: datetime, send: SendJob) -> int:
    silent = Q(heartbeat_at=None) | Q(heartbeat_at__lt=at - SILENCE)
    with transaction.atomic():
        jobs = Job.objects.filter(queue=queue).unfinished()
        room = settings.JOBS_AT_ONCE[queue] - jobs.exclude(silent).count()
        claimed = list(
            jobs.filter(silent).order_by("created_at", "pk").select_for_update(skip_locked=True)[: max(0, room)]
        )
        Job.objects.filter(pk__in=[job.pk for job in claimed]).update(heartbeat_at=at)
    for position, job in enumerate(claimed):
        try:
            send(job)
        except Exception:
            Job.objects.filter(pk__in=[job.pk for job in claimed[position:]], heartbeat_at=at).update(heartbeat_at=None)
            raise
    return len(claimed)


def reclaim(*, at: datetime) -> None:
    """Take back whatever is underway: the broker was in the memory of a process that has ended."""
    with entered(CELL):
        Delivery.objects.underway(at=at).update(next_attempt_at=at)
        Job.objects.unfinished().update(heartbeat_at=None)
