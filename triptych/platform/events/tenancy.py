"""How events find the tenant they belong to, without this room knowing what a tenant is.

The room of the tenants registers a `Directory` when Django starts. Until then every question raises.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from triptych.platform import scope
from triptych.platform.scope import AnyScope


class TenantScope(AnyScope, Protocol):
    """A tenant, as far as events, jobs and schedules are concerned."""

    @property
    def id(self) -> UUID: ...
    @property
    def enabled_plugins(self) -> list[str]: ...
    @property
    def timezone(self) -> str:
        """The name of its time zone (IANA), in which daily schedules fall due."""

    language: str
    """The code of its language, which handlers and jobs speak unless they choose a reader's, and sort names by."""


class OutsideTenant(RuntimeError):
    """Something that belongs to one tenant was asked for while the connection stood in none."""


class UnknownTenant(LookupError):
    """No tenant of that id works here: it never did, or it has been erased."""


@dataclass(frozen=True)
class Directory:
    """`find` answers with the tenant of that id or None; `working` yields those whose schedules should run."""

    find: Callable[[UUID], TenantScope | None]
    working: Callable[[], Iterable[TenantScope]]


_directory: Directory | None = None


def register(directory: Directory) -> None:
    """Tell where tenants are found. Called once, by the room of the tenants."""
    global _directory
    _directory = directory


def directory() -> Directory:
    """The registered directory."""
    if _directory is None:
        raise OutsideTenant("Nobody has said where tenants are found: call tenancy.register(Directory(…)) at start.")
    return _directory


def scope_of(tenant_id: UUID) -> TenantScope:
    """The tenant with that id, to be entered.

    Raises:
        UnknownTenant: there is none.
    """
    found = directory().find(tenant_id)
    if found is None:
        raise UnknownTenant(f"No tenant has the id {tenant_id}.")
    return found


def current() -> TenantScope:
    """The tenant that the current thread's connection stands in.

    Raises:
        OutsideTenant: it stands in none.
    """
    here = scope.current()
    if not isinstance(getattr(here, "id", None), UUID):
        raise OutsideTenant(f"This needs a tenant, but the connection stands in {here.schema_name}.")
    return cast(TenantScope, here)


class TenantMismatch(RuntimeError):
    """A task named one tenant and a row of another. It is refused, and somebody should ask how that came about."""


def expect(found: UUID, wanted: UUID) -> None:
    """Make sure that what a task names belongs to the tenant that it names.

    Raises:
        TenantMismatch: it does not.
    """
    if found != wanted:
        raise TenantMismatch(f"A task of the tenant {wanted} names something of the tenant {found}.")
