"""Where a browser finds the streams of the page that it shows, and which pages may."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from triptych.platform.live import pulse

KNOWN_SECONDS = 3


def address_of(request: HttpRequest, path: str = "") -> str:
    """The address of the streams for this host.

    A proxy leads `/live/` there. `triptych up` has none, so there the streams have a port of their own.
    """
    if not settings.STREAMS_PORT:
        return f"/live/{path}"
    host = urlsplit(f"//{request.get_host()}").hostname
    return f"{request.scheme}://{host}:{settings.STREAMS_PORT}/live/{path}"


def streams_are_here() -> bool:
    """Whether a page may expect an answer there; asked of the database once in some seconds."""
    known = caches["shared"].get("live:here")
    if known is None:
        known = pulse.is_there()
        caches["shared"].set("live:here", known, KNOWN_SECONDS)
    return bool(known)


def may_read(request: HttpRequest, origin: str) -> bool:
    """Whether a page of that origin may read the streams of this host: the same host does, on its public port.

    A cookie is for all ports of a host, and a sibling's page could send it along: reading is for our own pages.
    """
    try:
        there, here = urlsplit(origin), urlsplit(f"//{request.get_host()}")
        is_same = (there.scheme, there.hostname) == (request.scheme, here.hostname)
        return is_same and there.port in (here.port, settings.PUBLIC_PORT)
    except ValueError:
        return False
