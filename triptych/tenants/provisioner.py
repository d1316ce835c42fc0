"""The provisioner: a process with the owner's login that keeps spare tenants ready and tends the tables of tenants that
are at work. A web process never can."""

import logging
import threading
import time

from django.db import connection

from triptych.platform import clock
from triptych.platform.scope import building, entered
from triptych.tenants.provisioning import WAKE_CHANNEL, keep_spares
from triptych.tenants.tending import tend_fleet

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 30
TENDING_SECONDS = 600
LISTEN_SECONDS = 1
"""How long it may take to notice that it shall end."""


def run_provisioner(*, wanted: int, stopping: threading.Event) -> None:
    """Keep `wanted` spares, looking after each wake-up call and every half minute, until `stopping` is set.

    Tables are tended at first and then every ten minutes.
    """
    tended_until = 0.0
    with entered(building("public")):
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {WAKE_CHANNEL}")
        while not stopping.is_set():
            made = keep_spares(wanted=wanted, now=clock.now())
            if made:
                logger.info("spares made", extra={"count": made})
            if time.monotonic() >= tended_until:
                tend_fleet(now=clock.now())
                tended_until = time.monotonic() + TENDING_SECONDS
            _wait_for_call(stopping)
    connection.close()


def _wait_for_call(stopping: threading.Event) -> None:
    """Return after a wake-up call, after the pause, or when it is time to end."""
    until = time.monotonic() + PAUSE_SECONDS
    while not stopping.is_set() and time.monotonic() < until:
        if list(connection.connection.notifies(timeout=LISTEN_SECONDS, stop_after=1)):
            return
