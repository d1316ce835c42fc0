"""The provisioner: a process with the owner's login that keeps spare tenants ready. A web process never can."""

import structlog
from django.db import connection

from triptych.platform import clock
from triptych.platform.scope import building, entered
from triptych.tenants.provisioning import WAKE_CHANNEL, keep_spares

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 30


def run_provisioner(*, wanted: int) -> None:
    """Keep `wanted` spares, looking after each wake-up call and every half minute. Runs until the process ends."""
    with entered(building("public")):
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {WAKE_CHANNEL}")
        while True:
            made = keep_spares(wanted=wanted, now=clock.now())
            if made:
                log.info("spares made", count=made)
            for _ in connection.connection.notifies(timeout=PAUSE_SECONDS, stop_after=1):
                pass
