"""Hooks that `tenants` calls."""

from datetime import datetime

from triptych.platform.plugins import hookspec


@hookspec
def tenant_defaults(now: datetime) -> None:
    """Make the rows that a new tenant begins with (a default pipeline, a queue). Runs inside it, before it has a name.

    Must be idempotent.
    """
