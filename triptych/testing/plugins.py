"""Switching plugins on and off in tests, and letting them fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant

Switch = Callable[..., None]


@pytest.fixture
def enable(tenant: Tenant, now: datetime) -> Switch:
    """`enable("loyalty")` switches a plugin on in Acme Tools, or in the tenant given as `inside`."""
    from triptych.tenants.plugins import enable_plugin

    def switch(plugin_id: str, *, inside: Tenant = tenant) -> None:
        enable_plugin(tenant=inside, plugin_id=plugin_id, by=None, now=now)

    return switch


@pytest.fixture
def disable(tenant: Tenant, now: datetime) -> Switch:
    """`disable("loyalty")` switches a plugin off again."""
    from triptych.tenants.plugins import disable_plugin

    def switch(plugin_id: str, *, inside: Tenant = tenant) -> None:
        disable_plugin(tenant=inside, plugin_id=plugin_id, by=None, now=now)

    return switch


@pytest.fixture
def pretend(tenant: Tenant) -> Iterator[Callable[..., None]]:
    """`pretend("pear", menu_entries=lambda: [entry])`: a plugin with these hooks is enabled in Acme Tools."""
    from triptych.platform.plugins import hookimpl
    from triptych.platform.plugins.registry import registry
    from triptych.platform.scope import CONTROL, entered
    from triptych.tenants.models import Tenant

    registered: list[str] = []

    def register(plugin_id: str, **functions: Callable[..., Any]) -> None:
        registry.register(plugin_id, SimpleNamespace(**{name: hookimpl(made) for name, made in functions.items()}))
        registered.append(plugin_id)
        tenant.enabled_plugins = [*tenant.enabled_plugins, plugin_id]
        with entered(CONTROL):
            Tenant.objects.filter(pk=tenant.pk).update(enabled_plugins=tenant.enabled_plugins)

    yield register
    for plugin_id in registered:
        registry.unregister(plugin_id)


@pytest.fixture
def drain(db: None) -> Callable[..., int]:
    """`drain()` delivers all waiting events and runs all waiting jobs, and says how many there were."""
    from triptych.platform.events import testing

    return testing.drain


@pytest.fixture(autouse=True)
def _no_troubles_left() -> Iterator[None]:
    """A plugin that fails in one test is not left out of the next."""
    from triptych.platform.plugins import failures
    from triptych.platform.plugins.breaker import breaker

    yield
    breaker.reset()
    failures.forget_waiting()


@contextmanager
def every_hook_raises(plugin_id: str) -> Iterator[list[str]]:
    """Replace each hook implementation of a plugin by one that raises; yields the names of the hooks, as called."""
    from triptych.platform.plugins.registry import registry

    called: list[str] = []
    raising = {name: _raising(name, called) for name in registry.implemented_by(plugin_id)}
    with registry.with_replaced(plugin_id, SimpleNamespace(**raising)):
        yield called


def _raising(name: str, called: list[str]) -> Any:
    from triptych.platform.plugins import hookimpl

    def implementation() -> None:
        called.append(name)
        raise RuntimeError(f"{name} fails on purpose.")

    return hookimpl(implementation, specname=name)


def reported_failures(tenant: Tenant) -> dict[tuple[str, str], int]:
    """How often each (plugin, hook) has failed in a tenant, as its plugin page tells."""
    from triptych.platform.plugins import failures
    from triptych.platform.plugins.models import PluginFailure
    from triptych.platform.scope import CELL, entered

    failures.flush()
    with entered(CELL):
        return {(row.plugin, row.hook): row.count for row in PluginFailure.objects.of_tenant(tenant.pk)}
