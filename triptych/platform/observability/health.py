"""Whether this installation can do its work. Each room adds the checks of what it needs.

@health.check("migrations")
def tables_are_current() -> str:
    return "" if … else "The tables are older than the program. Run `triptych migrate`."
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection

from triptych.platform import clock
from triptych.platform.events.models import Pulse
from triptych.platform.scope import CELL, NOWHERE, entered

logger = logging.getLogger(__name__)

Look = Callable[[], str]
"""Answers '' when all is well, else with a sentence for the operator that a stranger may read too."""

SILENCE = timedelta(seconds=60)
LEAST_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True)
class Check:
    name: str
    look: Look
    critical: bool


_checks: dict[str, Check] = {}


def check(name: str, *, critical: bool = True) -> Callable[[Look], Look]:
    """Add a check. One that is not critical is shown, but takes no web server out of service."""

    def register(look: Look) -> Look:
        _checks[name] = Check(name, look, critical)
        return look

    return register


@dataclass(frozen=True)
class Report:
    """What all checks found: by name '' or what is wrong."""

    found: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether this process should be sent requests."""
        return not any(wrong and _checks[name].critical for name, wrong in self.found.items())

    @property
    def status(self) -> str:
        """`ok`; `degraded` when something is wrong that requests survive; `failing`."""
        if not self.is_ready:
            return "failing"
        return "degraded" if any(self.found.values()) else "ok"


def report() -> Report:
    """Look at everything, now."""
    return Report({name: _look(check) for name, check in sorted(_checks.items())})


def _look(check: Check) -> str:
    try:
        return check.look()
    except Exception as error:
        logger.warning("a health check failed", extra={"check": check.name}, exc_info=True)
        return f"The check failed ({type(error).__name__}); the log says more."


@check("database")
def database_answers() -> str:
    """One statement there and back."""
    with entered(NOWHERE), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


@check("disk")
def disk_has_room() -> str:
    """Files and, on one machine, the database need room."""
    free = shutil.disk_usage(settings.DATA).free
    return "" if free >= LEAST_FREE_BYTES else f"Only {free // 1024**2} MB are free where the data is."


@check("broker", critical=False)
def relay_reaches_the_broker() -> str:
    """What the relay last said of itself and the broker: a web process never talks to the broker.

    Without either of them requests are served and nothing is lost; tasks wait.
    """
    with entered(CELL):
        pulse = Pulse.objects.filter(name="relay").first()
    if pulse is None or pulse.at < clock.now() - SILENCE:
        return "The relay gives no sign of life. Tasks wait until `triptych worker` runs."
    return "The relay cannot reach the broker. Tasks wait." if pulse.broker_error else ""
