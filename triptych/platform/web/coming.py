"""The page on which somebody was when they asked for something, as their browser tells it."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from django.http import HttpRequest

NOWHERE = SplitResult("", "", "", "", "")


def coming_from(request: HttpRequest, *headers: str) -> SplitResult:
    """Path and query of a page of this host, out of the first of these headers that is sent; both empty where that
    names none, or is no address at all."""
    told = next((text for header in headers if (text := request.headers.get(header))), "")
    try:
        parts = urlsplit(told)
    except ValueError:
        return NOWHERE
    if parts.netloc != request.get_host() or parts.path.startswith("//"):
        return NOWHERE
    return SplitResult("", "", parts.path, parts.query, "")
