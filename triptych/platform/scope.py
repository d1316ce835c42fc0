"""Where a database connection stands: nowhere, in the control schema, in the cell schema, or inside one tenant.

A scope names a PostgreSQL role and a search path; `triptych.platform.db` sends both in one statement when a
connection changes scope. Tenants are scopes too (`tenants.models.Tenant`), so nothing here knows what a tenant is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection
from django_tenants.utils import tenant_context


class AnyScope(Protocol):
    """What a connection can stand in."""

    @property
    def schema_name(self) -> str: ...
    @property
    def role(self) -> str | None:
        """The PostgreSQL role to take on, None to stay the login role."""

    @property
    def search_path(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Scope:
    schema_name: str
    role: str | None
    search_path: tuple[str, ...]


NOWHERE = Scope("nowhere", "triptych_nobody", ("nowhere",))
"""Where each connection begins and where the pool leaves it: an empty schema and a role without rights."""

CONTROL = Scope("public", "triptych_control", ("public", "cell"))
"""Tenants, domains, people, billing. Routing, sign-up and the operator work here."""

CELL = Scope("cell", "triptych_relay", ("cell",))
"""Outbox, deliveries and jobs of every tenant in this database. The relay works here."""


def building(schema_name: str) -> Scope:
    """The scope in which the owner makes and alters tables of a schema. Without owner rights it can do nothing."""
    path = ("public", "cell") if schema_name == "public" else (schema_name, "public", "cell")
    return Scope(schema_name, None, path)


@contextmanager
def entered(scope: AnyScope) -> Iterator[Any]:
    """Put the current thread's connection into `scope`, and back into its former one afterwards."""
    with tenant_context(scope):
        yield scope


def current() -> AnyScope:
    """The scope of the current thread's connection."""
    scope: AnyScope = connection.tenant  # type: ignore[attr-defined]
    return scope
