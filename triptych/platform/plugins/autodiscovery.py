"""Filling the registry when Django starts: `hookspecs.py` and `hooks.py` of the apps, then the plugins' modules."""

from importlib import import_module
from types import ModuleType

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from triptych.platform.plugins import discovery
from triptych.platform.plugins.registry import CORE, Unfit, registry

HOST = "triptych."
DISPATCHER = "triptych.platform.plugins.hooks"


def register_everything() -> None:
    """Define the hooks of all apps and register who implements them. A plugin that does not fit is quarantined."""
    found = discovery.found()
    plugin_apps = {plugin.app for plugin in found.plugins if plugin.app}
    ours = [app for app in apps.get_app_configs() if app.name in plugin_apps or app.name.startswith(HOST)]
    for app in ours:
        specs = _submodule(app, "hookspecs")
        if specs is not None:
            registry.define(specs)
    for app in ours:
        module = None if app.name in plugin_apps else _submodule(app, "hooks")
        if module is not None and module.__name__ != DISPATCHER:
            registry.register(f"{CORE}{app.label}", module)
    for plugin in found.plugins:
        try:
            registry.register(plugin.id, found.modules[plugin.id])
        except Unfit as unfit:
            discovery.set_aside(plugin.id, unfit)


def _submodule(app: AppConfig, name: str) -> ModuleType | None:
    if app.module is None or not module_has_submodule(app.module, name):
        return None
    return import_module(f"{app.name}.{name}")
