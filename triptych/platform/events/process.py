"""The processes beside the web server: the relay, and workers that run what it queues.

`run_worker(embedded=True)` is both in one process, with a broker in its memory: nothing else to install. Only threads
work there, since a forked child loses what is in memory. With a real broker `run_relay` and `run_worker` may run
apart and any number of times.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery
from celery.platforms import EX_OK
from celery.worker import state
from django.conf import settings
from django.utils.module_loading import import_string

from triptych.platform.ending import set_when_asked_to_end
from triptych.platform.events import jobs
from triptych.platform.events.models import QUEUES
from triptych.platform.events.relaying import Relay

logger = logging.getLogger(__name__)

THREADS = 8
RESTART_SECONDS = 1.0
GRACE_SECONDS = 8.0
"""How long running work may take to end. What is cut off then is resumed by the next process."""


def run_worker(*, embedded: bool, queues: Sequence[str] = QUEUES, threads: int = THREADS) -> None:
    """Work on those queues until SIGTERM or SIGINT; with `embedded` be the relay too. Ends the process with status 1
    when one of its parts broke down, so that whoever supervises it starts a new one."""
    app: Celery = import_string(settings.CELERY_APP)
    parts = [_Part("worker", _worker(app, queues, threads))]
    if embedded:
        parts.append(_Part("relay", Relay(reclaims=settings.CELERY_BROKER_URL.startswith("memory:")).run))
    _run(parts)


def run_relay() -> None:
    """Relay until SIGTERM or SIGINT."""
    import_string(settings.CELERY_APP)
    _run([_Part("relay", Relay().run)])


class _Part(threading.Thread):
    """Something that runs until `jobs.stopping` is set. If it ends before, all end."""

    def __init__(self, name: str, work: Callable[[threading.Event], Any]) -> None:
        super().__init__(name=name, daemon=True)
        self.work = work
        self.broke_down = False

    def run(self) -> None:
        try:
            self.work(jobs.stopping)
        except Exception:
            logger.exception("the %s broke down", self.name)
        finally:
            self.broke_down = not jobs.stopping.is_set()
            jobs.stopping.set()


def _worker(app: Celery, queues: Sequence[str], threads: int) -> Callable[[threading.Event], None]:
    """Celery's worker without its command line and its signal handlers, so that it can be one of our threads.

    A broker that is lost in the wrong moment takes it down; then a new one waits for the broker to come back.
    """

    def work(stop: threading.Event) -> None:
        threading.Thread(target=_pass_on, args=[stop], name="worker-stop", daemon=True).start()
        while not stop.is_set():
            worker = app.WorkController(
                app=app,
                queues=list(queues),
                pool_cls="threads",
                concurrency=threads,
                without_heartbeat=True,
                without_mingle=True,
                without_gossip=True,
            )
            worker.start()
            stop.wait(RESTART_SECONDS)

    return work


def _pass_on(stop: threading.Event) -> None:
    """Tell Celery to end at its next look, after the tasks that it runs."""
    stop.wait()
    state.should_stop = EX_OK  # type: ignore[assignment]


def _run(parts: list[_Part]) -> None:
    set_when_asked_to_end(jobs.stopping)
    for part in parts:
        part.start()
    jobs.stopping.wait()
    logger.info("stopping")
    until = time.monotonic() + GRACE_SECONDS
    for part in parts:
        part.join(max(0.0, until - time.monotonic()))
    status = 1 if any(part.broke_down for part in parts) else 0
    if any(part.is_alive() for part in parts):
        logging.shutdown()
        os._exit(status)  # a thread that hangs must not hold the process; the next one resumes its work
    sys.exit(status)
