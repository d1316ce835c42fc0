"""What a plugin says of itself."""

from dataclasses import dataclass, field
import re

PLUGIN_ID = re.compile(r"[a-z][a-z0-9_]*")
API_LEVEL = 1
"""The level of the hook API that this host serves. It also serves every lower one."""


@dataclass(frozen=True)
class Plugin:
    """The manifest: a plugin's module holds one of these under the name `plugin`.

    `id` is the prefix of the plugin's tables, GraphQL types, permissions and tasks. `app` is the dotted name of its
    Django app, if it keeps records or shows pages. `requires` names plugins that must be enabled with it.
    `entitlement` is the key that billing grants. `data_categories` say which personal data it keeps.
    """

    id: str
    label: str
    version: str
    api: int
    app: str = ""
    requires: tuple[str, ...] = ()
    entitlement: str = ""
    description: str = ""
    data_categories: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not PLUGIN_ID.fullmatch(self.id):
            raise ValueError(f"The plugin id {self.id!r} must be lower-case letters, digits and _, e.g. 'stale_deals'.")
