"""What a plugin says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GROUP = "triptych.plugins"
"""The entry-point group in which a distribution names the modules of its plugins."""
PLUGIN_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
API_LEVEL = 1
"""The level of the hook API that this host serves. It also serves every lower one."""


@dataclass(frozen=True)
class Plugin:
    """The manifest: a plugin's module holds one of these under the name `plugin`.

    Attributes:
        id: Prefix of the plugin's tables, GraphQL types, permissions and tasks, and the name of its entry point.
        label: What people call it.
        version: The version shown to people; any text.
        api: The API level it was written for.
        app: Dotted name of its Django app, if it keeps records or has templates. The app's label is the id.
        requires: Ids of plugins that must be enabled before it.
        entitlement: The key that billing grants; empty when every tenant may enable it.
        description: One sentence on what a person gets.
        data_categories: The personal data it keeps, e.g. "points per contact".
    """

    id: str
    label: StrOrPromise
    version: str
    api: int
    app: str = ""
    requires: tuple[str, ...] = ()
    entitlement: str = ""
    description: StrOrPromise = ""
    data_categories: tuple[StrOrPromise, ...] = ()

    def __post_init__(self) -> None:
        if not PLUGIN_ID.fullmatch(self.id):
            raise ValueError(
                f"The plugin id {self.id!r} must be at most 40 lower-case letters, digits and _, e.g. 'stale_deals'."
            )
        if self.api < 1:
            raise ValueError(f"The plugin {self.id} names API level {self.api!r}; levels begin at 1.")
