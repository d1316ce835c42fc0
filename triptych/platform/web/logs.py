"""Structured logs: one JSON object a line, or coloured text for a developer, each with what it is about.

Code logs with the standard library (`logging.getLogger(__name__).info("…", extra={…})`) or with structlog. What is
bound here — `tenant`, `member`, `request`, `plugin`, each an id — stands on every line that follows in the same
request, task or job, on its Sentry events, and on the tasks that it causes.
"""

import json
import logging.config
import sys
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, get_contextvars
from structlog.tracebacks import ExceptionDictTransformer

__all__ = ["actor", "bind", "bound", "clear", "configure", "context", "request_id"]

bind = bind_contextvars
"""`bind(tenant=…, member=…)`: say what the rest of this request or task is about."""
bound = bound_contextvars
"""`with bound(plugin=…):` the same for a block."""
clear = clear_contextvars
context = get_contextvars


def request_id() -> str:
    """The id of the request or task that is being served, '' outside of one."""
    return str(get_contextvars().get("request", ""))


ACTOR = ("door", "member", "token", "plugin", "job", "handler", "request")


def actor() -> str:
    """Who is at work and through which door, as JSON for the audit; `{}` where nobody has said."""
    known = get_contextvars()
    return json.dumps({name: known[name] for name in ACTOR if name in known})


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _rendering(as_json: bool) -> list[Any]:
    if as_json:
        tracebacks = ExceptionDictTransformer(show_locals=False)  # they hold records
        return [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer(default=str)]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


class Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at that moment, since tests and servers exchange it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """What the base class found at the start does not matter."""


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. `options` is settings.LOGGING: `json` (one object a line) and `level` (default INFO)."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    own = {"handlers": [], "propagate": True}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        *_rendering(bool(options.get("json"))),
                    ],
                }
            },
            "handlers": {"stderr": {"()": Stderr, "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": options.get("level", "INFO")},
            "loggers": {
                "django": {**own, "level": "INFO"},
                "django.server": own,
                "django.request": {**own, "level": "ERROR"},  # each request has a line of its own
                "celery": {**own, "level": "WARNING"},
                "httpx": {**own, "level": "WARNING"},
            },
        }
    )
