"""Which hooks are defined and who implements them. pluggy checks the signatures; the calling is in `hooks`."""

import inspect
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pluggy

from triptych.platform.plugins.markers import PROJECT

CORE = "core:"
"""What the names of core contributors begin with. They are always on, come first, and are not isolated."""


class Unfit(ValueError):
    """A plugin that cannot take part; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Hook:
    """A hook as its specification says."""

    name: str
    arguments: frozenset[str]
    function: Callable[..., Any]

    @property
    def may_refuse(self) -> bool:
        return self.name.startswith("check_")

    @cached_property
    def returns(self) -> Any:
        """The annotated result, or None where the annotation cannot be read at run time."""
        annotations = {"result": self.function.__annotations__.get("return")}
        holder = type("Result", (), {"__annotations__": annotations})
        try:
            return get_type_hints(holder, globalns=self.function.__globals__)["result"]
        except NameError:
            return None

    @cached_property
    def container(self) -> type | None:
        """`list`, or `dict` of lists, when that is what implementations return."""
        written = self.function.__annotations__.get("return")
        if self.returns is None and isinstance(written, str):  # of names imported for type checking alone
            return {"list": list, "dict": dict}.get(written.partition("[")[0])
        origin = get_origin(self.returns)
        return origin if origin in (list, dict) else None

    @cached_property
    def element(self) -> type | None:
        """The class of the elements of the list, or of the lists of the dict, where it is one class."""
        values = self.returns if self.container is list else (get_args(self.returns) or (None,))[-1]
        arguments = get_args(values) if get_origin(values) is list else ()
        element = arguments[0] if len(arguments) == 1 else None
        is_class = isinstance(element, type) and not getattr(element, "_is_protocol", False)
        return element if is_class else None


@dataclass(frozen=True)
class Implementation:
    """One contributor's function for one hook."""

    contributor: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def is_core(self) -> bool:
        return self.contributor.startswith(CORE)


class Registry:
    """Hooks and implementations of this process. Filled at start, then only read (tests add and remove)."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._hooks: dict[str, Hook] = {}
        self._order: dict[str, tuple[int, str]] = {}
        self._sorted: dict[str, tuple[Implementation, ...]] = {}

    def define(self, namespace: ModuleType | type) -> None:
        """Take in the hooks that a `hookspecs` module defines. A hook defined twice raises ValueError."""
        names = [name for name in dir(namespace) if self._manager.parse_hookspec_opts(namespace, name) is not None]
        if names:
            self._manager.add_hookspecs(namespace)
        for name in names:
            function = getattr(namespace, name)
            self._hooks[name] = Hook(name, frozenset(inspect.signature(function).parameters), function)

    def register(self, contributor: str, namespace: object) -> None:
        """Take in the implementations that a module holds: core in the order of registering, plugins by id.

        Raises:
            Unfit: an implementation is of no known hook, asks for an argument the hook has not, or is a wrapper.
        """
        try:
            self._manager.register(namespace, name=contributor)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise Unfit(str(error).replace("\n", " ")) from error
        problem = next(self._problems(namespace), None)
        if problem:
            self._manager.unregister(name=contributor)
            raise Unfit(problem)
        self._order[contributor] = (len(self._order), "") if contributor.startswith(CORE) else (10_000, contributor)
        self._sorted.clear()

    def _problems(self, namespace: object) -> Iterator[str]:
        for caller in self._manager.get_hookcallers(namespace) or []:
            mine = next(impl for impl in caller.get_hookimpls() if impl.plugin is namespace)
            if caller.name not in self._hooks and not mine.optionalhook:
                near = get_close_matches(caller.name, self._hooks, n=1)
                hint = f" Did you mean {near[0]}?" if near else ""
                yield f"It implements {caller.name}, a hook that nobody defines.{hint}"
            elif mine.hookwrapper or mine.wrapper:
                yield f"Its {caller.name} is a wrapper. Hooks are called one by one, so nothing can be wrapped."

    def unregister(self, contributor: str) -> None:
        """Forget a contributor's implementations."""
        self._manager.unregister(name=contributor)
        self._order.pop(contributor, None)
        self._sorted.clear()

    @contextmanager
    def with_registered(self, contributor: str, namespace: object) -> Iterator[None]:
        """Let `namespace` take part for a while, as tests need it."""
        self.register(contributor, namespace)
        try:
            yield
        finally:
            self.unregister(contributor)

    @contextmanager
    def with_replaced(self, contributor: str, namespace: object) -> Iterator[None]:
        """Let `namespace` stand in for what a contributor registered, as tests need it."""
        own = self._manager.get_plugin(contributor)
        self.unregister(contributor)
        try:
            with self.with_registered(contributor, namespace):
                yield
        finally:
            self.register(contributor, own)

    def implemented_by(self, contributor: str) -> list[str]:
        """The names of the hooks that a contributor implements."""
        callers = self._manager.get_hookcallers(self._manager.get_plugin(contributor)) or []
        return sorted(caller.name for caller in callers)

    @property
    def contributors(self) -> frozenset[str]:
        """Everybody who is registered: core apps under `core:<app label>`, plugins under their ids."""
        return frozenset(self._order)

    def hooks(self) -> tuple[Hook, ...]:
        """All defined hooks by name."""
        return tuple(self._hooks[name] for name in sorted(self._hooks))

    def hook(self, name: str) -> Hook:
        """The hook of that name. A name nobody defines raises LookupError."""
        try:
            return self._hooks[name]
        except KeyError:
            raise LookupError(f"No hookspecs.py of an installed app defines the hook {name!r}.") from None

    def implementations(self, name: str, plugin_ids: Collection[str]) -> Iterator[Implementation]:
        """Who contributes to a hook: core, then of the plugins those named, by id."""
        if name not in self._sorted:
            found = getattr(self._manager.hook, name).get_hookimpls()
            in_order = sorted(found, key=lambda impl: self._order[impl.plugin_name])
            self._sorted[name] = tuple(
                Implementation(impl.plugin_name, impl.function, tuple(impl.argnames)) for impl in in_order
            )
        for implementation in self._sorted[name]:
            if implementation.is_core or implementation.contributor in plugin_ids:
                yield implementation


registry = Registry()
