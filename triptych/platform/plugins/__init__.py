"""The plugin kernel: manifests, hooks and their isolation. What is exported here is what plugins may use.

The submodule `hooks` calls them: `from triptych.platform.plugins import hooks`. It is not imported here, since the
settings import this package before there is a Django to speak of.
"""

from triptych.platform.plugins.contributions import (
    Fragment,
    GraphQLExtension,
    KeptKeys,
    MenuEntry,
    Permission,
    UsageMeter,
)
from triptych.platform.plugins.manifest import API_LEVEL, Plugin
from triptych.platform.plugins.markers import hookimpl, hookspec

__all__ = [
    "API_LEVEL",
    "Fragment",
    "GraphQLExtension",
    "KeptKeys",
    "MenuEntry",
    "Permission",
    "Plugin",
    "UsageMeter",
    "hookimpl",
    "hookspec",
]
