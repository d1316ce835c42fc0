"""Metrics for Prometheus. Requests are counted where they are served; what waits is read from the database.

With several web processes set `PROMETHEUS_MULTIPROC_DIR` to an empty folder: then each scrape sums over all of them.
"""

import os
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from triptych.platform import clock
from triptych.platform.events.models import Delivery, Job, Outbox
from triptych.platform.scope import CELL, entered

REQUESTS = Counter("triptych_http_requests", "Requests served.", ["method", "status"])
SECONDS = Histogram(
    "triptych_http_request_seconds",
    "Time from request to answer.",
    ["method"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    shown = method if method in METHODS else "other"
    REQUESTS.labels(shown, str(status)).inc()
    SECONDS.labels(shown).observe(seconds)


class Backlog(Collector):
    """What waits in the cell, of all tenants together."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        with entered(CELL):
            yield from self._outbox(now)
            yield from self._by_state()

    def _outbox(self, now: datetime) -> Iterator[GaugeMetricFamily]:
        waiting = Outbox.objects.filter(handed_over_at=None).aggregate(count=Count("*"), oldest=Min("at"))
        yield GaugeMetricFamily("triptych_outbox_waiting", "Events that no relay has taken.", waiting["count"])
        age = (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0
        yield GaugeMetricFamily("triptych_outbox_oldest_seconds", "Age of the oldest of them.", max(0, age))

    def _by_state(self) -> Iterator[GaugeMetricFamily]:
        """Without what is done: that is many rows and no news."""
        undelivered = Delivery.objects.exclude(state=Delivery.State.DONE)
        yield _counted("triptych_deliveries", "Deliveries that are not done.", undelivered)
        yield _counted("triptych_jobs", "Jobs that have not ended.", Job.objects.unfinished())


def _counted(name: str, explained: str, rows: QuerySet[Delivery] | QuerySet[Job]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, explained, labels=["queue", "state"])
    for queue, state, count in rows.order_by().values_list("queue", "state").annotate(waiting=Count("*")):
        family.add_metric([queue, state], count)
    return family


def exposition() -> bytes:
    """Everything in Prometheus' text format."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    backlog = CollectorRegistry()
    backlog.register(Backlog())
    return generate_latest(registry) + generate_latest(backlog)
