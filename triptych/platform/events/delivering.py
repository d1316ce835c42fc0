"""One delivery: a handler sees an event, in one transaction with the note that it did.

`Delivery.attempts` fences as `Job.starts` does: a message carries the number of attempts it was sent after, and only
the first worker to count it up goes on. So a message that the broker delivers twice runs once.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation

from triptych.platform import clock
from triptych.platform.events import tenancy
from triptych.platform.events.models import Delivery
from triptych.platform.events.registry import Handler, Later, handler_named
from triptych.platform.events.tenancy import TenantScope
from triptych.platform.plugins import failures
from triptych.platform.scope import CELL, entered
from triptych.platform.web import logs

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=2)
"""How long a delivery may stay on a queue or with a worker before it counts as lost and is queued again."""


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 s, 20 s, 80 s, … at most an hour; about four hours in all."""
    return min(timedelta(seconds=5 * 4 ** (attempts - 1)), timedelta(hours=1))


def deliver(delivery_id: UUID, tenant_id: UUID, attempts: int) -> None:
    """Let the handler see the event, unless somebody has tried since `attempts` attempts.

    What the handler wrote and the mark *done* are committed together or not at all.

    Raises:
        TenantMismatch: the event belongs to another tenant.
    """
    delivery = _begun(delivery_id, tenant_id, attempts)
    if delivery is None:
        return None
    try:
        tenant = tenancy.scope_of(tenant_id)
    except tenancy.UnknownTenant as unknown:
        return _bury(delivery, str(unknown))
    bound = logs.bound(tenant=tenant.schema_name)
    with entered(tenant), translation.override(tenant.language), bound, transaction.atomic():
        with entered(CELL):
            mine = Delivery.objects.select_for_update(skip_locked=True).filter(
                pk=delivery_id, attempts=delivery.attempts, state=Delivery.State.QUEUED
            )
            if not mine.exists():
                return None
        _handle(delivery, tenant)
    return None


def _begun(delivery_id: UUID, tenant_id: UUID, attempts: int) -> Delivery | None:
    """Count the attempt, in a transaction of its own, so that a handler which kills its worker is given up too."""
    with entered(CELL):
        delivery = Delivery.objects.select_related("event").filter(pk=delivery_id).first()
        if delivery is None:
            return None
        tenancy.expect(delivery.event.tenant_id, tenant_id)
        begun = Delivery.objects.filter(pk=delivery_id, attempts=attempts, state=Delivery.State.QUEUED).update(
            attempts=F("attempts") + 1, next_attempt_at=clock.now() + LEASE
        )
        delivery.attempts = attempts + 1
        return delivery if begun else None


def _handle(delivery: Delivery, tenant: TenantScope) -> None:
    handler = handler_named(delivery.handler)
    if handler is None:
        return _bury(delivery, f"The code has no handler named {delivery.handler} any more.")
    if not handler.runs_in(tenant):
        return _settle(delivery, state=Delivery.State.DONE, last_error=f"Not run: {handler.plugin} is not enabled.")
    with logs.bound(door="event", handler=handler.name, **{"plugin": handler.plugin} if handler.plugin else {}):
        try:
            with transaction.atomic():
                handler.function(delivery.event.as_event())
        except Later as later:
            return _put_off(delivery, "", until=later.at)
        except Exception as error:
            _report(handler, error)
            return _put_off(delivery, f"{type(error).__name__}: {error}")
    return _settle(delivery, state=Delivery.State.DONE, last_error="")


def _report(handler: Handler, error: Exception) -> None:
    if handler.plugin:
        failures.report(handler.plugin, handler.name, error)
    else:
        logger.error("a handler failed", extra={"handler": handler.name}, exc_info=error)


def _settle(delivery: Delivery, *, state: Delivery.State, last_error: str) -> None:
    with entered(CELL):
        Delivery.objects.filter(pk=delivery.pk).update(state=state, last_error=last_error, done_at=clock.now())


def _put_off(delivery: Delivery, reason: str, *, until: datetime | None = None) -> None:
    if delivery.attempts >= MAX_ATTEMPTS:
        return _bury(delivery, reason)
    with entered(CELL):
        Delivery.objects.filter(pk=delivery.pk).update(
            state=Delivery.State.PENDING,
            next_attempt_at=until or clock.now() + back_off(delivery.attempts),
            last_error=reason[:2000],
        )
    return None


def _bury(delivery: Delivery, reason: str) -> None:
    logger.error("a delivery is dead", extra={"delivery": str(delivery.pk), "handler": delivery.handler})
    with entered(CELL):
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.DEAD, last_error=reason[:2000])


def bury_lost(*, at: datetime) -> int:
    """Give up deliveries whose last attempt took its worker with it. Called by the relay, in the cell scope."""
    return Delivery.objects.filter(
        state=Delivery.State.QUEUED, next_attempt_at__lte=at, attempts__gte=MAX_ATTEMPTS
    ).update(state=Delivery.State.DEAD, last_error="The worker was lost while it tried.")


def replay(delivery: Delivery, *, at: datetime) -> bool:
    """Start a dead delivery again, with all its attempts before it. False if it was not dead."""
    with entered(CELL):
        return bool(
            Delivery.objects.filter(pk=delivery.pk)
            .dead()
            .update(state=Delivery.State.PENDING, attempts=0, next_attempt_at=at)
        )
