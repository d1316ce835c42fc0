"""By what right a stream is open, and whether that right still stands.

The room of the tenants registers who knows. Until then no stream opens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triptych.platform.events.tenancy import TenantScope


@dataclass(frozen=True)
class Pass:
    """A member's session, or a token of theirs. One of the two is given."""

    member_id: UUID
    session_key: str = ""
    token_id: UUID | None = None


Look = Callable[[TenantScope, Collection[Pass], datetime], set[Pass]]
"""Those of the passes that are still good in the tenant at that time; runs in its scope."""

_look: Look | None = None


def register(look: Look) -> None:
    """Tell who knows whether passes are still good. Called once, by the room of the tenants."""
    global _look
    _look = look


def still_good(tenant: TenantScope, passes: Collection[Pass], *, at: datetime) -> set[Pass]:
    """Those of the passes that are still good. Runs in the tenant's scope."""
    return _look(tenant, passes, at) if _look else set()
