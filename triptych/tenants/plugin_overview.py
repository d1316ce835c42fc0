"""What a tenant's plugin page tells of each plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from triptych.platform.plugins import Permission, Plugin, UsageMeter, hooks
from triptych.platform.plugins.discovery import Quarantined, installed_plugins, quarantined_plugins
from triptych.platform.plugins.models import PluginFailure
from triptych.tenants.members.models import RoleCode
from triptych.tenants.plugins import why_not
from triptych.tenants.usage import usage_since

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.tenants.models import Tenant

T = TypeVar("T")
FAILURES_FOR = timedelta(days=7)
"""How long a failure is shown after it last happened."""


@dataclass(frozen=True)
class PluginLine:
    """A plugin that is installed here, as it stands in one tenant.

    `obstacle` is why it cannot be enabled, empty when it can. Permissions, meters (with this month's usage) and
    failures are those of an enabled plugin.
    """

    plugin: Plugin
    is_enabled: bool
    obstacle: str
    permissions: tuple[Permission, ...]
    meters: tuple[tuple[UsageMeter, int], ...]
    failures: tuple[PluginFailure, ...]

    @property
    def held_by(self) -> Iterator[tuple[StrOrPromise, str]]:
        """Each permission by its label, with the names of the roles that hold it."""
        for permission in self.permissions:
            yield permission.label, ", ".join(str(RoleCode(code).label) for code in permission.roles)


@dataclass(frozen=True)
class Overview:
    """All plugins of this installation as they stand in one tenant."""

    lines: tuple[PluginLine, ...]
    quarantined: tuple[Quarantined, ...]
    missing: tuple[str, ...]
    """Ids of plugins that are enabled but no longer installed."""


def plugin_overview(tenant: Tenant, *, now: datetime) -> Overview:
    """Tell of all plugins, by id. Runs inside the tenant."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = usage_since(tenant, month)
    failures = list(PluginFailure.objects.of_tenant(tenant.pk).filter(last_at__gte=now - FAILURES_FOR))
    permissions = hooks.gather_by_plugin("permissions")
    meters = [
        (plugin_id, (meter, used.get(meter.key, 0))) for plugin_id, meter in hooks.gather_by_plugin("usage_meters")
    ]
    lines = tuple(
        PluginLine(
            plugin=plugin,
            is_enabled=plugin.id in tenant.enabled_plugins,
            obstacle="" if plugin.id in tenant.enabled_plugins else why_not(tenant, plugin.id, now=now),
            permissions=_of(plugin.id, permissions),
            meters=_of(plugin.id, meters),
            failures=tuple(failure for failure in failures if failure.plugin == plugin.id),
        )
        for plugin in installed_plugins()
    )
    known = {line.plugin.id for line in lines}
    return Overview(lines, quarantined_plugins(), tuple(sorted(set(tenant.enabled_plugins) - known)))


def _of(plugin_id: str, pairs: Iterable[tuple[str, T]]) -> tuple[T, ...]:
    return tuple(value for contributor, value in pairs if contributor == plugin_id)
