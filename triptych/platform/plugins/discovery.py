"""Finding the plugins that are installed beside us, by their entry points."""

from functools import cache
from importlib.metadata import entry_points

from triptych.platform.plugins.manifest import Plugin

GROUP = "triptych.plugins"


@cache
def installed_plugins() -> tuple[Plugin, ...]:
    """The manifests of all installed plugins, by id."""
    manifests = [entry_point.load().plugin for entry_point in entry_points(group=GROUP)]
    return tuple(sorted(manifests, key=lambda plugin: plugin.id))
