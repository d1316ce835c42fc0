"""The relay's loop: woken by the database or by the clock, it does every round what is due, and says that it lives."""

import logging
import threading
from datetime import datetime, timedelta

import psycopg
from django.db import connection

from triptych.platform import clock
from triptych.platform.events import relay, schedules
from triptych.platform.events.models import Delivery, Outbox, Pulse
from triptych.platform.events.queue import BrokerAway, broker_error, send_delivery, send_job
from triptych.platform.scope import CELL, entered

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
CHORES_EVERY = timedelta(minutes=1)
PULSE_EVERY = timedelta(seconds=10)
KEEP_FOR = timedelta(days=14)
FORGOTTEN_AT_ONCE = 5000
CHANNEL = "triptych_events"


class Relay:
    """One relay. `run` returns when `stop` is set; nothing but that ends it.

    With `reclaims` it first takes back what an earlier process of the same memory broker left undone.
    """

    def __init__(self, *, reclaims: bool = False) -> None:
        self._reclaims = reclaims
        self._chores_at: datetime | None = None
        self._pulse_at: datetime | None = None
        self._broker_error = ""

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. A lost database is waited for."""
        while not stop.is_set():
            try:
                with self._listening() as ears:
                    if self._reclaims:
                        relay.reclaim(at=clock.now())
                        self._reclaims = False
                    while not stop.is_set():
                        if not self.round(at=clock.now()):
                            for _ in ears.notifies(timeout=POLL_SECONDS, stop_after=1):
                                pass
            except Exception:
                logger.exception("the relay lost its database, or worse; it tries again")
                stop.wait(POLL_SECONDS)
            finally:
                connection.close()

    def round(self, *, at: datetime) -> int:
        """Everything that is due now. Returns how much that was."""
        done = schedules.fire_due(at=at) + relay.expand(at=at)
        try:
            sent = relay.hand_over_deliveries(at=at, send=send_delivery) + relay.hand_over_jobs(at=at, send=send_job)
        except BrokerAway as error:
            self._beat(at, broker_error=f"{type(error).__name__}: {error}")
        else:
            done += sent
            if sent and self._broker_error:
                self._beat(at, broker_error="")
        self._chores(at)
        return done

    def _chores(self, at: datetime) -> None:
        if not self._pulse_at or at >= self._pulse_at + PULSE_EVERY:
            self._beat(at, broker_error=broker_error())
        if not self._chores_at or at >= self._chores_at + CHORES_EVERY:
            self._chores_at = at
            schedules.plant(at=at)
            forget_old(at=at)

    def _beat(self, at: datetime, *, broker_error: str) -> None:
        if bool(broker_error) != bool(self._broker_error):
            logger.warning("the broker is %s", "away" if broker_error else "back", extra={"reason": broker_error})
        self._pulse_at, self._broker_error = at, broker_error
        with entered(CELL):
            Pulse.objects.update_or_create(name="relay", defaults={"at": at, "broker_error": broker_error[:500]})

    def _listening(self) -> psycopg.Connection[tuple[object, ...]]:
        parameters = connection.get_connection_params()
        for ours in ("cursor_factory", "pool", "context", "autocommit"):
            parameters.pop(ours, None)
        ears = psycopg.connect(**parameters, autocommit=True)
        ears.execute(f"LISTEN {CHANNEL}")
        return ears


def forget_old(*, at: datetime) -> None:
    """Delete events that all their handlers saw two weeks ago, some thousand at a time. Dead letters stay."""
    before = at - KEEP_FOR
    with entered(CELL):
        seen = Delivery.objects.filter(state=Delivery.State.DONE, done_at__lt=before)
        Delivery.objects.filter(pk__in=seen.values("pk")[:FORGOTTEN_AT_ONCE]).delete()
        told = Outbox.objects.filter(handed_over_at__lt=before, deliveries=None)
        Outbox.objects.filter(pk__in=told.values("pk")[:FORGOTTEN_AT_ONCE]).delete()
