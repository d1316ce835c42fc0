"""Who handles which event. Apps declare their handlers in `tasks.py`, found on the first question."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

from triptych.platform.events.tenancy import TenantScope


@dataclass(frozen=True)
class Event:
    """Something that has happened, as a handler sees it. `by` is a member's id, `kind` a model such as deals.deal."""

    id: UUID
    name: str
    tenant_id: UUID
    kind: str
    object_id: UUID | None
    by: UUID | None
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""


class Later(Exception):
    """Raised by a handler that is called too early: it wants to see the event again at that time."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"Not before {at.isoformat()}.")
        self.at = at


Handle = Callable[[Event], None]


@dataclass(frozen=True)
class Handler:
    """A function that is to see certain events, and where it may run."""

    name: str
    function: Handle
    plugin: str
    queue: str

    def runs_in(self, tenant: TenantScope) -> bool:
        """Whether the tenant has the plugin enabled that the handler belongs to, if it belongs to one."""
        return not self.plugin or self.plugin in tenant.enabled_plugins


_by_event: dict[str, list[Handler]] = defaultdict(list)
_by_name: dict[str, Handler] = {}


def handles(*names: str, plugin: str = "", queue: str = "interactive") -> Callable[[Handle], Handle]:
    """Let the decorated function see the events of those names, in the tenant's scope, after they are committed.

    It runs in one transaction with the note that it ran: its writes to the database happen exactly once. What
    leaves the database (a mail, a call) can happen again, so key it by `event.id`. With `plugin` it runs only where
    that plugin is enabled.
    """

    def register(function: Handle) -> Handle:
        handler = Handler(f"{function.__module__}.{function.__qualname__}", function, plugin, queue)
        _by_name[handler.name] = handler
        for name in names:
            _by_event[name] = [known for known in _by_event[name] if known.name != handler.name] + [handler]
        return function

    return register


def forget(function: Handle) -> None:
    """Undo `handles`, for tests that declare handlers of their own."""
    name = f"{function.__module__}.{function.__qualname__}"
    _by_name.pop(name, None)
    for handlers in _by_event.values():
        handlers[:] = [handler for handler in handlers if handler.name != name]


@cache
def discover() -> None:
    """Import `tasks.py` of every installed app, once."""
    autodiscover_modules("tasks")


def handlers_of(event_name: str) -> list[Handler]:
    """Everybody who is to see events of that name, in the order of declaration."""
    discover()
    return list(_by_event.get(event_name, ()))


def handler_named(name: str) -> Handler | None:
    """The handler of that dotted name, None when the code no longer has it."""
    discover()
    return _by_name.get(name)
