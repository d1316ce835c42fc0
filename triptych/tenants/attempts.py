"""How often something may be tried, counted in the cache that all tenants and the public host share."""

from __future__ import annotations

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import caches
from django.http import HttpRequest


def is_too_often(what: str, of: str, *, most: int, seconds: int) -> bool:
    """Count one more try of `what` by or for `of`; True when there were more than `most` within `seconds`."""
    key = f"{what}:{hashlib.sha256(of.strip().lower().encode()).hexdigest()}"
    counts = caches["shared"]
    counts.add(key, 0, seconds)
    try:
        return counts.incr(key) > most
    except ValueError:  # it ended between the two
        return False


def caller(request: HttpRequest) -> str:
    """The address of the machine that calls, through as many proxies of ours as the settings say."""
    return str(get_adapter(request).get_client_ip(request))
