"""The sign of life of the process of streams, for pages that would open one."""

from __future__ import annotations

import logging
from datetime import timedelta

from triptych.platform import clock
from triptych.platform.events.models import Pulse
from triptych.platform.scope import CELL, entered

logger = logging.getLogger(__name__)

NAME = "streams"
SILENCE = timedelta(seconds=12)
"""A process of streams that was not heard of for that long counts as away."""


def note() -> None:
    """Say that streams can be opened."""
    with entered(CELL):
        Pulse.objects.update_or_create(name=NAME, defaults={"at": clock.now()})


def forget() -> None:
    """Say that they cannot. A database that is away need not be told."""
    try:
        with entered(CELL):
            Pulse.objects.filter(name=NAME).delete()
    except Exception:
        logger.warning("the sign of life could not be taken back", exc_info=True)


def is_there() -> bool:
    """Whether a process of streams has given a sign of life lately."""
    with entered(CELL):
        return Pulse.objects.filter(name=NAME, at__gte=clock.now() - SILENCE).exists()
