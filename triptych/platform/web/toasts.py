"""Short messages after something was done, with a way back for ten seconds.

    toasts.show(request, _("Deal moved to Offer."), undo=f"/deals/{deal.pk}/undo/")

They travel as Django messages: the next whole page shows them, and an htmx answer carries them in its headers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase

UNDO = "undo:"


def show(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say that something was done. `undo` is an address that takes it back by POST and then leads somewhere."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}" if undo else "")


def warn(request: HttpRequest, text: str) -> None:
    """Say that something was not done."""
    messages.error(request, text)


def undo_of(message: Any) -> str:
    """The address behind a message's undo button, empty without one."""
    tags: str = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""


def toast_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Hand the messages of an htmx request to its answer, unless the browser is about to load a whole page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        leaves = {"HX-Redirect", "HX-Refresh", "HX-Location", "Location"} & set(response.headers)
        if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted") and not leaves:
            _attach(request, response)
        return response

    return middleware


def _attach(request: HttpRequest, response: HttpResponseBase) -> None:
    told = [
        {"text": str(message), "level": message.level_tag, "undo": undo_of(message)}
        for message in messages.get_messages(request)
    ]
    if not told:
        return
    events = response.headers.get("HX-Trigger", "")
    known = json.loads(events) if events.startswith("{") else {name.strip(): "" for name in events.split(",") if name}
    response.headers["HX-Trigger"] = json.dumps({**known, "toasts": {"list": told}})
