"""What a token, or a member's sessions together, may still ask for in the current minute. Counted in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils.translation import ngettext
from graphql import GraphQLError

from triptych.graphql.errors import QUOTA_EXCEEDED
from triptych.platform.languages.wording import counted

WINDOW_SECONDS = 60
WINDOW_COST = 200_000
"""Cost that one token or one member may cause per window."""


@dataclass(frozen=True)
class Account:
    """The state of a caller's quota after a request was charged."""

    requested: int
    remaining: int
    reset_at: datetime

    def shown(self) -> dict[str, object]:
        """As it stands in `extensions.cost` of each answer."""
        return {
            "requested": self.requested,
            "limit": WINDOW_COST,
            "remaining": self.remaining,
            "resetAt": self.reset_at.isoformat().replace("+00:00", "Z"),
        }


def charge(caller_key: str, cost: int, *, now: datetime) -> Account:
    """Take `cost` from the caller's quota of this minute. What is beyond the quota is not taken.

    Raises:
        GraphQLError: the quota does not cover it; `extensions.retryAfter` says in how many seconds it is full again.
    """
    window, passed = divmod(int(now.timestamp()), WINDOW_SECONDS)
    key = f"graphql-quota:{caller_key}:{window}"
    cache.add(key, 0, timeout=2 * WINDOW_SECONDS)
    used = cache.incr(key, cost) if cost else cache.get(key, 0)
    if used > WINDOW_COST:
        cache.decr(key, cost)
        seconds = WINDOW_SECONDS - passed
        message = ngettext(
            "You have asked for more than %(limit)s objects within a minute. Try again in %(seconds)d second.",
            "You have asked for more than %(limit)s objects within a minute. Try again in %(seconds)d seconds.",
            seconds,
        )
        raise GraphQLError(
            message % {"limit": counted(WINDOW_COST), "seconds": seconds},
            extensions={"code": QUOTA_EXCEEDED, "retryAfter": seconds},
        )
    return Account(cost, WINDOW_COST - used, datetime.fromtimestamp((window + 1) * WINDOW_SECONDS, UTC))


def balance(caller_key: str, *, requested: int, now: datetime) -> Account:
    """The caller's quota as it stands, for an answer that was not charged."""
    window = int(now.timestamp()) // WINDOW_SECONDS
    used = cache.get(f"graphql-quota:{caller_key}:{window}", 0)
    return Account(requested, WINDOW_COST - used, datetime.fromtimestamp((window + 1) * WINDOW_SECONDS, UTC))
