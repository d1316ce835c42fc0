"""Finding the plugins that are installed beside us, by their entry points, and setting broken ones aside.

A plugin whose import or models fail would keep the whole server from starting, and once Django is being set up it
is too late to leave it out. So each one is tried in a process of its own first (`probe`). The verdict is remembered
with a fingerprint of its files, so that only the first start after a change pays for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from triptych.platform.plugins import verdicts
from triptych.platform.plugins.manifest import API_LEVEL, GROUP, Plugin

ONLY = "TRIPTYCH_PROBED_PLUGINS"
"""Set in a probe: the entry points it loads, without guard, and with them only what they require."""
PROBE_SECONDS = 60


@dataclass(frozen=True)
class Quarantined:
    """A plugin that is installed but set aside: why, in a sentence, and the traceback for its author."""

    id: str
    reason: str
    distribution: str = ""
    version: str = ""
    traceback: str = ""


@dataclass
class Found:
    """What is installed: sound plugins with their modules, by id, and those set aside."""

    plugins: list[Plugin] = field(default_factory=list)
    modules: dict[str, ModuleType] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)


def installed_plugins() -> tuple[Plugin, ...]:
    """The manifests of the plugins that take part, by id."""
    return tuple(found().plugins)


def quarantined_plugins() -> tuple[Quarantined, ...]:
    """The plugins that were set aside at this start, by id."""
    return tuple(sorted(found().quarantined, key=lambda broken: broken.id))


@cache
def found() -> Found:
    """What is installed, looked up once per process."""
    points = _entry_points()
    first = {point.name: point for point in reversed(points)}
    if ONLY in os.environ:
        return _loaded(_with_required(first, os.environ[ONLY].split(",")), guarded=False)
    broken = _probed(list(first.values()))
    result = _loaded([point for point in points if point is first[point.name] and point.name not in broken])
    for point in points:
        if point is not first[point.name]:
            reason = f"Another installed distribution offers a plugin called {point.name!r}, too. Remove one of them."
            result.quarantined.append(_quarantined(point, reason, ""))
        elif point.name in broken:
            result.quarantined.append(_quarantined(point, *broken[point.name]))
    return result


def _entry_points() -> list[EntryPoint]:
    """The entry points by name, those of one name by distribution."""
    return sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.dist.name if point.dist else ""))


def set_aside(plugin_id: str, error: Exception) -> None:
    """Quarantine a plugin whose hooks turn out not to fit. Its tables stay known; in a probe the error is raised."""
    if ONLY in os.environ:
        raise error
    here = found()
    here.plugins = [plugin for plugin in here.plugins if plugin.id != plugin_id]
    point = next(point for point in _entry_points() if point.name == plugin_id)
    here.quarantined.append(_quarantined(point, str(error), "".join(traceback.format_exception(error))))


def manifest_of(point: EntryPoint, module: Any) -> Plugin:
    """The manifest that an entry point's module holds.

    Raises:
        ValueError: it holds none, it bears another id than the entry point, or it wants a higher API level.
    """
    plugin = getattr(module, "plugin", None)
    if not isinstance(plugin, Plugin):
        raise ValueError(f"{point.value} holds no manifest: it needs `plugin = Plugin(id={point.name!r}, …)`.")
    if plugin.id != point.name:
        raise ValueError(f"Its entry point is called {point.name!r}, but its id is {plugin.id!r}. Use one name.")
    if plugin.api > API_LEVEL:
        raise ValueError(
            f"It was written for API level {plugin.api}, and this host serves up to {API_LEVEL}. Update the host."
        )
    return plugin


def _with_required(by_name: dict[str, EntryPoint], names: list[str]) -> list[EntryPoint]:
    """The entry points of those names and of everything that they require, as far as it is installed."""
    wanted = list(names)
    for name in wanted:
        required = manifest_of(by_name[name], by_name[name].load()).requires
        wanted += [other for other in required if other in by_name and other not in wanted]
    return [by_name[name] for name in sorted(wanted)]


def _loaded(points: list[EntryPoint], *, guarded: bool = True) -> Found:
    result = Found()
    for point in points:
        try:
            module = point.load()
            plugin = manifest_of(point, module)
        except (Exception, SystemExit) as error:
            if not guarded:
                raise
            result.quarantined.append(_quarantined(point, *told(error)))
        else:
            result.plugins.append(plugin)
            result.modules[plugin.id] = module
    return result


def told(error: BaseException) -> tuple[str, str]:
    """An exception as a reason and a traceback."""
    reason = str(error) if isinstance(error, ValueError) else f"It does not load: {type(error).__name__}: {error}"
    return reason, "".join(traceback.format_exception(error))


def _quarantined(point: EntryPoint, reason: str, trace: str) -> Quarantined:
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return Quarantined(point.name, reason, name, version, trace)


def _probed(points: list[EntryPoint]) -> dict[str, tuple[str, str]]:
    """Reason and traceback of each plugin that does not load, by name; remembered verdicts spare the trying."""
    book = verdicts.Book.read()
    unknown = [point.name for point in points if not book.knows(point)]
    # One process for all; only when that fails, one for each tells who is to blame.
    if unknown and (problem := _probe(unknown)):
        problems = {unknown[0]: problem} if len(unknown) == 1 else _probe_each(unknown)
    else:
        problems = dict.fromkeys(unknown)
    for point in points:
        if point.name in problems:
            book.note(point, problems[point.name])
    if unknown:
        book.write()
    return book.problems(points)


def _probe_each(names: list[str]) -> dict[str, tuple[str, str] | None]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(names, pool.map(lambda name: _probe([name]), names), strict=True))


def _probe(names: list[str]) -> tuple[str, str] | None:
    """Set Django up with those plugins alone in a process of its own. None when that went well."""
    environment = {**os.environ, ONLY: ",".join(names), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "triptych.platform.plugins.probe"]
    try:
        run = subprocess.run(  # noqa: S603 - our own module
            command, env=environment, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"It took more than {PROBE_SECONDS} seconds to load.", ""
    try:
        answer = json.loads(run.stdout.splitlines()[-1])
        problem = answer["reason"], answer["traceback"]
    except (IndexError, ValueError, KeyError, TypeError):
        return f"It ends the process that loads it (exit status {run.returncode}).", run.stderr[-4000:]
    return problem if problem[0] else None
