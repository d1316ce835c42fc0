"""The generic hooks: what any page, menu or schema can be given, whatever it is about.

Other hooks stand in the `hookspecs.py` of the app that calls them. A hook called `check_…` runs inside the
transaction of a write and may refuse it by raising `Refused`; every other hook contributes and can refuse nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.urls import URLPattern, URLResolver

from triptych.platform.plugins.contributions import (
    Fragment,
    GraphQLExtension,
    KeptKeys,
    MenuEntry,
    Permission,
    UsageMeter,
)
from triptych.platform.plugins.markers import hookspec


class AnyMember(Protocol):
    """A member of the tenant, as far as the kernel is concerned."""

    @property
    def role(self) -> str: ...
    @property
    def may_write(self) -> bool: ...
    @property
    def may_administer(self) -> bool: ...


@hookspec
def menu_entries(member: AnyMember | None) -> list[MenuEntry]:
    """Lines of the navigation that this member shall see; None is somebody who is not signed in."""
    return []


@hookspec
def slot(name: str, page: Mapping[str, Any], member: AnyMember | None) -> list[Fragment]:
    """Pieces for the slot called `name`. `page` holds what the page gives the slot, e.g. `{"contact": …}`.

    Called once per slot of a page, never per row. Answer with an empty list for slots that are not yours.
    """
    return []


@hookspec
def urls() -> list[URLPattern | URLResolver]:
    """The plugin's pages, mounted at `/x/<plugin id>/` in a namespace of that name.

    Asked once per process. Where the plugin is not enabled the pages answer 404.
    """
    return []


@hookspec
def permissions() -> list[Permission]:
    """What only some members may do; ask with `permissions.allowed(member, name)`."""
    return []


@hookspec
def graphql_extensions() -> list[GraphQLExtension]:
    """Types and fields of the tenant's API.

    Asked once per set of enabled plugins, never per request. A field that is there already, or a second type of the
    same name, refuses the enabling.
    """
    return []


@hookspec
def usage_meters() -> list[UsageMeter]:
    """What the plugin counts for billing."""
    return []


@hookspec
def sample_data(by: AnyMember, now: datetime) -> None:
    """Add a few convincing records to a fresh tenant, dated around `now`. Runs inside one transaction, core first."""


@hookspec
def remove_sample_data(by: AnyMember, now: datetime) -> None:
    """Remove what `sample_data` made and nobody else's records."""


@hookspec
def kept_sort_keys() -> list[KeptKeys]:
    """Sort keys of names that are kept elsewhere than in a `CollationKeyField`, a table each.

    When the workspace's language changes, a job makes them anew through these: see `platform/collation/renewing.py`.
    """
    return []
