"""The navigation of one member: the lines of `triptych.navigation`, and a group for each plugin that adds some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from triptych.platform.plugins import hooks
from triptych.platform.plugins.discovery import installed_plugins

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAVIGATION = "triptych.navigation"


@dataclass(frozen=True)
class Line:
    """A line of the navigation. `key` follows “g” on the keyboard."""

    label: StrOrPromise
    url: str
    icon: str
    key: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Group:
    """Lines under a heading; the first group has none."""

    label: StrOrPromise
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Act:
    """A verb of the palette. `makes` puts it under “New”; `administers` hides it from who may not."""

    label: StrOrPromise
    url: str
    icon: str
    makes: bool = True
    administers: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of record: what several are called, and its icon."""

    label: StrOrPromise
    icon: str


@dataclass(frozen=True)
class Setting:
    """A card on the overview of the settings, in a group; `administers` hides it from who may not."""

    label: StrOrPromise
    text: StrOrPromise
    url: str
    icon: str
    administers: bool = False
    group: StrOrPromise = ""


def groups(member: Any, path: str) -> list[Group]:
    """The navigation as this member sees it, with the line that leads to `path` marked as current."""
    first: list[Line] = list(_of_navigation("LINES"))
    plugins: dict[str, list[tuple[int, Line]]] = {}
    for contributor, entry in hooks.gather_by_plugin("menu_entries", member=member):
        line = Line(entry.label, entry.url, entry.icon)
        if contributor.startswith("core:"):
            first.append(line)
        else:
            plugins.setdefault(contributor, []).append((entry.position, line))
    labels = {plugin.id: plugin.label for plugin in installed_plugins()}
    found = [Group("", tuple(first))]
    for plugin_id, entries in plugins.items():
        entries.sort(key=lambda pair: pair[0])
        found.append(Group(labels.get(plugin_id, plugin_id), tuple(line for _, line in entries)))
    found.append(Group("", tuple(_of_navigation("LAST_LINES"))))
    return _marked(found, path)


def of_operators(path: str) -> list[Group]:
    """The navigation of the bare host, for operators."""
    return _marked([Group("", tuple(_of_navigation("OPERATOR_LINES")))], path)


def acts(member: Any) -> list[Act]:
    """What the member can begin from anywhere; readers begin nothing."""
    if member is None or not member.may_write:
        return []
    return [act for act in _of_navigation("ACTS") if member.may_administer or not act.administers]


def kind(name: str) -> Kind:
    """How a kind of record that can be found is shown; a plugin's own kind by its name."""
    kinds: dict[str, Kind] = import_string(f"{NAVIGATION}.KINDS")
    return kinds.get(name, Kind(name.replace("_", " ").capitalize(), "file"))


def on_a_phone(found: Iterable[Group]) -> list[Line]:
    """The lines of the bottom bar."""
    lines = {line.url: line for group in found for line in group.lines}
    return [lines[url] for url in _of_navigation("ON_A_PHONE") if url in lines]


def _of_navigation(name: str) -> Sequence[Any]:
    found: Sequence[Any] = import_string(f"{NAVIGATION}.{name}")
    return found


def _marked(found: list[Group], path: str) -> list[Group]:
    """The same groups; the line with the longest address that begins `path` is current."""
    fitting = [line.url for group in found for line in group.lines if _leads_to(line.url, path)]
    current = max(fitting, key=len, default=None)
    return [
        replace(group, lines=tuple(replace(line, is_current=line.url == current) for line in group.lines))
        for group in found
    ]


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
