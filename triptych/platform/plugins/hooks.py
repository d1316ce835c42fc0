"""Calling hooks: one implementation after another, each on its own, core first and then plugins by id.

    hooks.check("deal_move", deal=deal, to=stage, by=member)      # may raise Refused
    entries = hooks.gather("menu_entries", member=member)

Only what core and the plugins enabled in the current tenant implement is called. A plugin that raises is reported and
left out (`guard`); core is not isolated, since a fault in core is a fault of the page. Hooks are synchronous.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from functools import partial
from itertools import chain
from typing import Any

from triptych.platform import scope
from triptych.platform.plugins.guard import isolated
from triptych.platform.plugins.registry import Hook, Implementation, registry

__all__ = [
    "LeftOut", "check", "enabled_plugins", "gather", "gather_by_plugin", "gather_for", "gather_rows", "gather_whole",
    "pairs",
]  # fmt: skip
logger = logging.getLogger(__name__)


class LeftOut(Exception):
    """Somebody without whom the whole means nothing has raised."""

    def __init__(self, contributor: str) -> None:
        super().__init__(f"{contributor} raised.")
        self.contributor = contributor


def enabled_plugins() -> frozenset[str]:
    """Ids of the plugins enabled in the current tenant; none outside of one."""
    return frozenset(getattr(scope.current(), "enabled_plugins", ()))


def check(write: str, /, **facts: Any) -> None:
    """Ask everybody who implements `check_<write>` whether it may be done. Call it inside the write's transaction.

    Raises:
        Refused: somebody refuses; whoever comes later is not asked.
    """
    hook = _hook_for(f"check_{write}", facts)
    for implementation in registry.implementations(hook.name, enabled_plugins()):
        _call(hook, implementation, facts)


def gather(name: str, /, **facts: Any) -> list[Any]:
    """All contributions to the hook in one list, in the stated order.

    Where implementations return lists, these are joined; where they return mappings, each is one element.
    """
    return [contribution for _, contribution in pairs(name, enabled_plugins(), facts)]


def gather_by_plugin(name: str, /, **facts: Any) -> list[tuple[str, Any]]:
    """As `gather`, each contribution after the id of its plugin (`core:<app label>` for core)."""
    return pairs(name, enabled_plugins(), facts)


def gather_for(name: str, plugin_ids: Collection[str], /, **facts: Any) -> list[Any]:
    """As `gather`, for core and the plugins named, whatever the current tenant has enabled."""
    return [contribution for _, contribution in pairs(name, plugin_ids, facts)]


def gather_whole(name: str, plugin_ids: Collection[str], /, **facts: Any) -> list[Any]:
    """As `gather_for`, where a contribution that is missing would be a lie: whoever raises ends it.

    Raises:
        LeftOut: somebody raised; it names the plugin.
    """
    hook = _hook_for(name, facts)
    contributions: list[Any] = []
    for implementation in registry.implementations(name, plugin_ids):
        wanted = {argument: facts[argument] for argument in implementation.arguments}
        try:
            contributions += _checked_result(hook, implementation, wanted) or []
        except Exception as error:
            logger.exception("a contribution is missing", extra={"plugin": implementation.contributor, "hook": name})
            raise LeftOut(implementation.contributor) from error
    return contributions


def gather_rows(name: str, /, **facts: Any) -> dict[Any, list[Any]]:
    """The contributions to a batched hook, whose implementations return a list per row: joined row by row."""
    rows: dict[Any, list[Any]] = defaultdict(list)
    for _, contribution in pairs(name, enabled_plugins(), facts):
        for row, values in contribution.items():
            rows[row].extend(values)
    return dict(rows)


def pairs(name: str, plugin_ids: Collection[str], facts: dict[str, Any]) -> list[tuple[str, Any]]:
    """What core and those plugins contribute, each contribution after the id of its contributor."""
    hook = _hook_for(name, facts)
    contributions: list[tuple[str, Any]] = []
    for implementation in registry.implementations(name, plugin_ids):
        result = _call(hook, implementation, facts)
        if result is None:
            continue
        values = result if hook.container is list else [result]
        contributions.extend((implementation.contributor, value) for value in values)
    return contributions


def _hook_for(name: str, facts: dict[str, Any]) -> Hook:
    hook = registry.hook(name)
    if facts.keys() != hook.arguments:
        raise TypeError(f"{name} takes {', '.join(sorted(hook.arguments))}; it was given {', '.join(sorted(facts))}.")
    return hook


def _call(hook: Hook, implementation: Implementation, facts: dict[str, Any]) -> Any:
    wanted = {name: facts[name] for name in implementation.arguments}
    call = partial(_checked_result, hook, implementation, wanted)
    if implementation.is_core:
        return call()
    return isolated(implementation.contributor, hook.name, call, may_refuse=hook.may_refuse)


def _checked_result(hook: Hook, implementation: Implementation, wanted: dict[str, Any]) -> Any:
    """What the implementation returns, provided that it is what the hook asks for; None is always right."""
    result = implementation.function(**wanted)
    if result is not None and not hook.may_refuse:
        _check_result(hook, result)
    return result


def _check_result(hook: Hook, result: Any) -> None:
    """Raise TypeError unless `result` is of the type that the hook's specification names."""
    if hook.container is None:
        return
    lists = [result] if hook.container is list else result.values() if isinstance(result, dict) else [result]
    if not isinstance(result, hook.container) or not all(isinstance(values, list) for values in lists):
        raise TypeError(f"{hook.name} returns {hook.returns}, but got {result!r:.100}.")
    if hook.element is not None:
        for value in chain.from_iterable(lists):
            if not isinstance(value, hook.element):
                raise TypeError(f"{hook.name} returns {hook.element.__name__} objects, but got {value!r:.100}.")
