"""Hooks that `tenants` calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from triptych.platform.plugins import hookspec

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant


@hookspec
def tenant_defaults(now: datetime) -> None:
    """Make the rows that a new tenant begins with (a default pipeline, a queue). Runs inside it, before it has a name.

    Must be idempotent.
    """


@hookspec
def tenant_named() -> None:
    """Put the names of the rows that a new tenant began with into its language, which is spoken here.

    Called as somebody signs up in another language than English, inside the tenant and in the transaction of the
    sign-up, which is to stay quick: `say_names` of `triptych.platform.languages.naming` is one statement a table.
    """


@hookspec
def tend_tables(tenant: Tenant, now: datetime) -> list[str]:
    """Bring the indexes of one tenant's tables in line with how they are used, and say what was done, for the log.

    Called by the provisioner every ten minutes, as the owner of the tables and outside of any transaction, for tenants
    that have fields of their own or a table of 10,000 rows. Must be idempotent, and quick where there is nothing to do.
    """
    raise AssertionError(tenant, now)
