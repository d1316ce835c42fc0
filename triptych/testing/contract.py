"""What every plugin keeps to. An author inherits it:

class TestContract(PluginContract):
    plugin_id = "loyalty"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from triptych.platform.scope import entered
from triptych.testing.plugins import Switch, every_hook_raises, reported_failures

if TYPE_CHECKING:
    from triptych.tenants.models import Tenant
    from triptych.testing.people import Cast

PAGES_OF_CORE = ("/", "/settings/plugins/")


@pytest.mark.django_db
class PluginContract:
    """The tests. `plugin_id` names the plugin; override `pages` when its list of addresses is not complete."""

    plugin_id: ClassVar[str]

    def pages(self) -> list[str]:
        """The addresses of the plugin's pages that take no argument."""
        from triptych.platform.plugins.pages import plugin_patterns

        mounted = (resolver for resolver in plugin_patterns() if resolver.namespace == self.plugin_id)
        return [f"/x/{self.plugin_id}/{route}" for resolver in mounted for route in _plain_routes(resolver)]

    def models(self) -> list[Any]:
        """The models of the plugin's app."""
        from django.apps import apps

        found = {config.label: config for config in apps.get_app_configs()}
        return list(found[self.plugin_id].get_models()) if self.plugin_id in found else []

    def api_names(self, *plugin_ids: str) -> set[str]:
        """The names of the API's types where these plugins are enabled."""
        sdl = import_module("triptych.graphql.composition").schema_for(plugin_ids).as_str()
        return set(re.findall(r"^(?:type|input|enum|interface|union|scalar) (\w+)", sdl, re.M))

    def test_it_is_installed_and_sound(self) -> None:
        from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins

        assert self.plugin_id not in {broken.id: broken.reason for broken in quarantined_plugins()}
        assert self.plugin_id in {plugin.id for plugin in installed_plugins()}

    def test_its_names_begin_with_its_id(self, tenant: Tenant, enable: Switch) -> None:
        from triptych.platform.plugins import hooks

        enable(self.plugin_id)
        with entered(tenant):
            named = [("permission", one.name, who) for who, one in hooks.gather_by_plugin("permissions")]
            named += [("usage meter", one.key, who) for who, one in hooks.gather_by_plugin("usage_meters")]
        strangers = [f"{kind} {name}" for kind, name, who in named if who == self.plugin_id != name.split(".")[0]]
        assert strangers == []

        camel = self.plugin_id.replace("_", "").lower()
        added = self.api_names(self.plugin_id) - self.api_names()
        assert sorted(name for name in added if camel not in name.lower()) == []

    def test_where_it_is_off_nothing_of_it_can_be_seen(self, cast: Cast) -> None:
        assert {page: cast["owner"].get(page).status_code for page in self.pages()} == dict.fromkeys(self.pages(), 404)
        assert f"/x/{self.plugin_id}/" not in cast["owner"].get("/").content.decode()

    def test_its_pages_want_a_member(self, cast: Cast, enable: Switch) -> None:
        enable(self.plugin_id)
        for page in self.pages():
            assert cast["owner"].get(page).status_code == 200, page
            assert cast["stranger"].get(page).status_code == 302, page
            assert cast["outsider"].get(page).status_code in (302, 404), page

    def test_when_each_of_its_hooks_raises_the_pages_of_core_go_on_and_it_is_told(
        self, cast: Cast, tenant: Tenant, enable: Switch
    ) -> None:
        enable(self.plugin_id)
        with every_hook_raises(self.plugin_id) as called:
            for page in PAGES_OF_CORE:
                assert cast["owner"].get(page).status_code == 200, page
        told = {hook for plugin, hook in reported_failures(tenant) if plugin == self.plugin_id}
        assert told == set(called)

    def test_switching_it_off_and_on_keeps_its_rows(self, tenant: Tenant, enable: Switch, disable: Switch) -> None:
        def counts() -> dict[str, int]:
            with entered(tenant):
                return {model.__name__: model.objects.count() for model in self.models()}

        enable(self.plugin_id)
        before = counts()
        disable(self.plugin_id)
        assert counts() == before
        enable(self.plugin_id)
        assert counts() == before


def _plain_routes(resolver: Any, prefix: str = "") -> Iterator[str]:
    """The routes below a resolver that take no argument."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _plain_routes(pattern, route)
        elif "<" not in route:
            yield route
