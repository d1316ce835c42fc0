"""Running a plugin's code so that whatever it does costs only itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.db import connection, transaction
from prometheus_client import Histogram

from triptych.platform import scope
from triptych.platform.plugins import failures
from triptych.platform.plugins.breaker import breaker
from triptych.platform.refusals import Refused
from triptych.platform.web import logs

T = TypeVar("T")
SECONDS = Histogram("triptych_plugin_seconds", "Time spent in plugins", ["plugin", "hook"])


class TooSlow(Exception):
    """A plugin that has taken too long too often."""


def isolated(
    plugin: str, hook: str, call: Callable[[], T], *, may_refuse: bool = False, may_be_slow: bool = False
) -> T | None:
    """What `call` returns, or None when it raises or when the breaker leaves the plugin out.

    Inside a transaction everything a raising call has written is rolled back to a savepoint, and the transaction
    goes on. The failure is reported under the plugin's id. Where whoever asks decides how much it has to do, the call
    `may_be_slow`: else anybody could have the plugin left out for everybody.

    Raises:
        Refused: the call raises it and `may_refuse` says that it is asked.
    """
    key = (scope.current().schema_name, plugin, hook)
    if not breaker.lets(key):
        return None
    failed = True
    began = time.perf_counter()
    try:
        with logs.bound(plugin=plugin), savepoint_at_first_statement():
            result = call()
        failed = False
    except Refused as refused:
        if may_refuse:
            failed = False
            raise
        failures.report(plugin, hook, refused)
        return None
    except (Exception, SystemExit) as error:
        failures.report(plugin, hook, error)
        return None
    finally:
        _note(key, time.perf_counter() - began, failed, may_be_slow=may_be_slow)
    return result


def _note(key: tuple[str, str, str], seconds: float, failed: bool, *, may_be_slow: bool) -> None:
    _, plugin, hook = key
    SECONDS.labels(plugin, hook).observe(seconds)
    tripped = breaker.note(key, seconds=0 if may_be_slow else seconds, failed=failed)
    if tripped and not failed:
        message = f"It took {seconds:.1f} s and is left out for {breaker.pause:.0f} s."
        failures.report(plugin, hook, TooSlow(message))


@contextmanager
def savepoint_at_first_statement() -> Iterator[None]:
    """Inside a transaction: a savepoint, made only when the first statement comes, so that most calls cost none."""
    if not connection.in_atomic_block:
        yield
        return
    with ExitStack() as stack:
        is_made = False

        def make_it(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal is_made
            if not is_made:
                is_made = True
                stack.enter_context(transaction.atomic())
            return execute(*arguments)

        with connection.execute_wrapper(make_it):
            yield
