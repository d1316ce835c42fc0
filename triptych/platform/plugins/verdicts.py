"""What earlier probes found, kept in a small JSON file: per plugin a fingerprint and, if it is broken, the reason.

Good verdicts hold until the plugin's files change. Bad ones are also tried again when the host or anything else that
is installed changes, since a missing dependency may have come.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import platformdirs

import triptych
from triptych.platform.plugins.manifest import GROUP

Problem = tuple[str, str]
"""A reason and a traceback."""


@dataclass
class Book:
    """The remembered verdicts by entry point name."""

    entries: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Book:
        """The book as last written, empty when there is none that can be read."""
        for file in _places():
            try:
                entries = json.loads(file.read_text())
            except (OSError, ValueError):
                continue
            if isinstance(entries, dict):
                return cls(entries)
        return cls()

    def write(self) -> None:
        """Keep the book in the first place that takes it. Without one, each start probes anew."""
        for file in _places():
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                draft = file.with_suffix(f".{os.getpid()}")
                draft.write_text(json.dumps(self.entries))
                draft.replace(file)
            except OSError:
                continue
            return

    def knows(self, point: EntryPoint) -> bool:
        """Whether there is a verdict on the plugin as it is now."""
        entry = self.entries.get(point.name)
        if not isinstance(entry, dict) or entry.get("files") != fingerprint(point):
            return False
        return not entry.get("problem") or entry.get("surroundings") == surroundings()

    def note(self, point: EntryPoint, problem: Problem | None) -> None:
        """Remember what a probe of the plugin found."""
        self.entries[point.name] = {"files": fingerprint(point), "problem": problem}
        if problem:
            self.entries[point.name]["surroundings"] = surroundings()

    def problems(self, points: list[EntryPoint]) -> dict[str, Problem]:
        """Reason and traceback of those that are broken."""
        broken = ((point.name, self.entries[point.name]["problem"]) for point in points)
        return {name: (problem[0], problem[1]) for name, problem in broken if problem}


def _places() -> list[Path]:
    """Where the book may stand: one for each Python environment."""
    name = f"plugins-{hashlib.sha256(sys.prefix.encode()).hexdigest()[:16]}.json"
    folders = [platformdirs.user_cache_path("triptych")]
    if data := os.environ.get("TRIPTYCH_DATA"):
        folders.append(Path(data) / "cache")
    return [folder / name for folder in folders]


def fingerprint(point: EntryPoint) -> str:
    """What changes whenever the plugin does: its distribution, and name, size and time of each of its files."""
    digest = hashlib.sha256(f"{point.value}\n".encode())
    if point.dist:
        record = point.dist.read_text("RECORD") or ""
        digest.update(f"{point.dist.name} {point.dist.version}\n{record}".encode())
    for line in _file_lines(_location(point.module)):
        digest.update(line.encode())
    return digest.hexdigest()


@cache
def surroundings() -> str:
    """What changes with the host's code, with any plugin, and with what else is installed."""
    digest = hashlib.sha256()
    for line in _file_lines(Path(triptych.__path__[0])):
        digest.update(line.encode())
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        digest.update(fingerprint(point).encode())
    for folder in map(Path, sys.path):
        if folder.is_dir():
            digest.update(f"{folder} {folder.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _location(module: str) -> Path | None:
    """The folder that a module stands in, or its file when it is alone; found without importing anything of it."""
    top, *rest = module.split(".")
    spec: ModuleSpec | None = find_spec(top)
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin) if spec.origin else None
    folder = Path(next(iter(spec.submodule_search_locations))).joinpath(*rest)
    return folder if folder.is_dir() else folder.parent


def _file_lines(path: Path | None) -> list[str]:
    files = [] if path is None else [path] if path.is_file() else sorted(path.rglob("*.py"))
    stats = ((file, file.stat()) for file in files)
    return [f"{file} {stat.st_size} {stat.st_mtime_ns}\n" for file, stat in stats]
