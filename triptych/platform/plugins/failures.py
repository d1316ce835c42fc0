"""Reporting what goes wrong in a plugin: to the log, to Sentry, to the metrics and to the table of failures.

The table is written apart from the work at hand, so that a rollback of that work loses no report and a report never
breaks that work: reports wait in memory until the surrounding transaction has ended, at the latest until the request
or task has. A process that dies in between has told the log and Sentry.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.core.signals import request_finished
from django.db import transaction
from django.db.models import F
from prometheus_client import Counter

from triptych.platform import clock, scope

logger = logging.getLogger(__name__)
FAILURES = Counter("triptych_plugin_failures", "Failures of plugins", ["plugin", "hook"])
MOST_WAITING = 1000
"""How many different reports may wait in memory. More are counted by the metrics and the log only."""


@dataclass
class Report:
    """A failure on its way to the table."""

    tenant_id: UUID | None
    plugin: str
    hook: str
    error: str
    first_at: datetime
    last_at: datetime
    count: int = 1


_waiting: dict[tuple[UUID | None, str, str], Report] = {}
_lock = Lock()


def report(plugin: str, hook: str, error: BaseException) -> None:
    """Report that `plugin` raised `error` in `hook` in the current scope. Never raises."""
    here = scope.current()
    facts = {"plugin": plugin, "hook": hook, "tenant": here.schema_name}
    FAILURES.labels(plugin, hook).inc()
    _tell_sentry(error, facts)
    logger.error("plugin_failed", extra=facts, exc_info=error)
    _wait(getattr(here, "id", None), plugin[:40], hook[:100], _sentence(error))
    transaction.on_commit(flush, robust=True)


def _tell_sentry(error: BaseException, facts: dict[str, str]) -> None:
    """Its library is loaded where Sentry has an address (`observability.sentry`); it is too large for others."""
    if "sentry_sdk" not in sys.modules:
        return
    import sentry_sdk
    from sentry_sdk.integrations.logging import ignore_logger

    ignore_logger(__name__)  # it hears of the exception itself, with its tags
    with sentry_sdk.new_scope() as tags:
        tags.set_tags(facts)
        sentry_sdk.capture_exception(error)


def _sentence(error: BaseException) -> str:
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:  # its own __str__ is broken, too
        text = type(error).__name__
    return text[:500].replace("\0", "")


def _wait(tenant_id: UUID | None, plugin: str, hook: str, error: str) -> None:
    now = clock.now()
    with _lock:
        known = _waiting.get((tenant_id, plugin, hook))
        if known:
            known.error, known.last_at, known.count = error, now, known.count + 1
        elif len(_waiting) < MOST_WAITING:
            _waiting[tenant_id, plugin, hook] = Report(tenant_id, plugin, hook, error, now, now)


def flush(*_: Any, **__: Any) -> None:
    """Write the waiting reports. Never raises: what cannot be written waits for the next time."""
    with _lock:
        reports = list(_waiting.values())
        _waiting.clear()
    if not reports:
        return
    try:
        with scope.entered(scope.CELL), transaction.atomic():
            for one in reports:
                _write(one)
    except Exception:
        logger.exception("plugin_failures_not_written")
        with _lock:
            for one in reports:
                _waiting.setdefault((one.tenant_id, one.plugin, one.hook), one)


def _write(one: Report) -> None:
    from triptych.platform.plugins.models import PluginFailure

    known = PluginFailure.objects.filter(tenant_id=one.tenant_id, plugin=one.plugin, hook=one.hook)
    if known.update(count=F("count") + one.count, error=one.error, last_at=one.last_at):
        return
    PluginFailure.objects.bulk_create(
        [
            PluginFailure(
                tenant_id=one.tenant_id,
                plugin=one.plugin,
                hook=one.hook,
                error=one.error,
                count=one.count,
                first_at=one.first_at,
                last_at=one.last_at,
            )
        ],
        ignore_conflicts=True,
    )


def forget_waiting() -> None:
    """Drop the reports that wait, as tests do between one another."""
    with _lock:
        _waiting.clear()


def flush_after_work() -> None:
    """Let reports of rolled back transactions be written when the request is over; tasks do it themselves."""
    request_finished.connect(flush, dispatch_uid="plugins.failures")
