"""Errors in Sentry, tagged with what the log says they are about, and with nothing about people in them."""

import re
from collections.abc import Mapping
from typing import Any, Literal, cast

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint

from triptych.platform.web import logs

TAGS = ("tenant", "plugin", "request", "member")
WORDED: tuple[Literal["exception", "logentry", "message", "breadcrumbs"], ...] = (
    "exception",
    "logentry",
    "message",
    "breadcrumbs",
)
KEPT_HEADERS = frozenset({"content-type", "content-length", "user-agent", "accept", "hx-request", "x-request-id"})
PERSONAL = (
    (re.compile(r"Key \(.*?\)=\(.*?\)", re.DOTALL), "Key […]"),  # what PostgreSQL quotes of a row
    (re.compile(r"(DETAIL: ).*", re.DOTALL), r"\1[…]"),
    (re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?<![\w-])\+?\(?\d[\d ()/.-]{7,}\d(?![\w-])"), "[number]"),
)


def start(dsn: str, *, mode: str = "production", release: str | None = None) -> None:
    """Report errors to that address; without one, report nothing."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        environment=mode,
        release=release,
        send_default_pii=False,
        include_local_variables=False,  # they hold records
        max_request_body_size="never",
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        before_send=scrubbed,
        before_breadcrumb=_without_data,
    )


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """Take out of a report what could be about a person, and say what it is about."""
    about = {name: str(value) for name, value in logs.context().items() if name in TAGS and value}
    event["tags"] = {**about, **(event.get("tags") or {})}
    event.pop("user", None)
    event.pop("extra", None)
    event.pop("server_name", None)
    if request := event.get("request"):
        event["request"] = _outline(request)
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    return cast(Event, {**event, **{part: _masked(event[part]) for part in WORDED if part in event}})


def _outline(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a report tells of the request: no cookies, no body, no query, no address of the caller."""
    headers: dict[str, str] = request.get("headers") or {}
    return {
        "method": request.get("method"),
        "url": str(request.get("url", "")).split("?")[0],
        "headers": {name: value for name, value in headers.items() if name.lower() in KEPT_HEADERS},
    }


def _without_data(crumb: dict[str, Any], hint: Hint) -> dict[str, Any]:
    """Breadcrumbs keep what happened, not what with."""
    crumb.pop("data", None)
    return crumb


def _masked(value: Any) -> Any:
    """The same structure with addresses, numbers and quoted rows taken out of its texts."""
    if isinstance(value, str):
        for pattern, replacement in PERSONAL:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
