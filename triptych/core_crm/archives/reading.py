"""Opening an archive that anybody may have made: nothing is believed unchecked, nothing is unpacked whole."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, LargeZipFile, ZipFile

from django.utils.translation import gettext as _

from triptych.core_crm.archives.writing import BLOCK, FORMAT, MANIFEST
from triptych.platform.refusals import Refused

MOST_ENTRIES = 1_000_000
MOST_BYTES = 200 << 30
MOST_OF_MANIFEST = 200 << 20
MOST_OF_LINE = 32 << 20
HARMLESS_BYTES = 64 << 20
MOST_RATIO = 200
"""Rows shrink to a tenth; files are kept as they are. What shrinks to less than a two-hundredth is a bomb."""

SAFE_KEY = re.compile(r"(?!archives/)[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""Names in the storage: no way up, no hidden file, and not among the archives themselves."""

ROWS = re.compile(r"records/([a-z0-9_]+\.[a-z0-9_]+)\.jsonl")


class BadArchive(Refused):
    """The file is no archive of ours, or somebody has changed it."""

    code = "BAD_ARCHIVE"


class Archive:
    """An archive whose table of contents and manifest have been checked."""

    def __init__(self, opened: ZipFile) -> None:
        self._zip = opened
        self._check_contents()
        self.manifest = self._manifest()
        self.entries: dict[str, dict[str, Any]] = self.manifest["entries"]
        self._check_entries()

    @property
    def tables(self) -> list[str]:
        """The names of the tables in it."""
        return [found[1] for name in self.entries if (found := ROWS.fullmatch(name))]

    @property
    def files(self) -> list[str]:
        """The names that its files have in the storage."""
        return [name.removeprefix("files/") for name in self.entries if name.startswith("files/")]

    def rows(self, entry: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a table with their line numbers. The checksum is known to be right after the last one.

        Raises:
            BadArchive: a line is no row, or the file is not the one that was written.
        """
        number = 0
        with self.opened(entry) as file:
            while line := file.readline(MOST_OF_LINE):
                number += 1
                yield number, _row(entry, number, line)
            if number != self.entries[entry]["rows"]:
                raise _differs(entry)

    @contextmanager
    def opened(self, entry: str) -> Iterator[Checked]:
        """A file of the archive. Read it to its end: leaving the block compares size and checksum.

        Raises:
            BadArchive: it is not the one that was written.
        """
        with _broken_is_refused(entry):
            raw = self._zip.open(entry)
        with raw:
            file = Checked(raw, entry)
            yield file
        expected = self.entries[entry]
        if (file.size, file.digest.hexdigest()) != (expected["bytes"], expected["sha256"]):
            raise _differs(entry)

    def _check_contents(self) -> None:
        """What the ZIP says of itself, before a byte is unpacked."""
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        if len(infos) > MOST_ENTRIES or len(set(names)) != len(names) or MANIFEST not in names:
            raise BadArchive(_("This is no archive of Triptych. Choose a file that “Export everything” has made."))
        unpacked = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if unpacked > MOST_BYTES or (unpacked > HARMLESS_BYTES and unpacked > MOST_RATIO * packed):
            raise BadArchive(_("This archive would unpack to far more than it can hold. It is not read."))
        if any(info.flag_bits & 1 for info in infos):
            raise BadArchive(_("This archive is encrypted. Give one without a password."))
        for name in names:
            if name != MANIFEST and not ROWS.fullmatch(name) and not _is_file(name):
                raise BadArchive(_("The archive holds “%(name)s”, which belongs in none.") % {"name": name[:200]})

    def _manifest(self) -> dict[str, Any]:
        try:
            with self._zip.open(MANIFEST) as file:
                manifest = json.loads(file.read(MOST_OF_MANIFEST))
        except (BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
            raise BadArchive(_("The manifest of this archive cannot be read.")) from error
        if isinstance(manifest, dict) and isinstance(manifest.get("format"), int) and manifest["format"] > FORMAT:
            raise BadArchive(_("A newer Triptych has made this archive. Update this one, then import it."))
        if not _is_manifest(manifest):
            raise BadArchive(_("The manifest of this archive cannot be read."))
        return manifest  # type: ignore[no-any-return]

    def _check_entries(self) -> None:
        """Manifest and contents name the same files, and say the same of their sizes."""
        sizes = {info.filename: info.file_size for info in self._zip.infolist() if info.filename != MANIFEST}
        told = {name: entry["bytes"] for name, entry in self.entries.items()}
        odd = sorted(name for name in sizes.keys() | told.keys() if sizes.get(name) != told.get(name))
        if odd:
            raise _differs(odd[0])


class Checked:
    """A file that is read once, from its beginning, counting and digesting."""

    def __init__(self, raw: IO[bytes], entry: str) -> None:
        self.raw, self.entry, self.digest, self.size = raw, entry, hashlib.sha256(), 0

    def readline(self, most: int) -> bytes:
        with _broken_is_refused(self.entry):
            return self._seen(self.raw.readline(most))

    def read(self, most: int = BLOCK) -> bytes:
        with _broken_is_refused(self.entry):
            return self._seen(self.raw.read(most))

    def _seen(self, data: bytes) -> bytes:
        self.digest.update(data)
        self.size += len(data)
        return data


@contextmanager
def _broken_is_refused(entry: str) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise _differs(entry) from error


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """The archive in a file.

    Raises:
        BadArchive: it is none, or not to be trusted.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        try:
            opened = ZipFile(file)
        except (BadZipFile, LargeZipFile, RuntimeError, ValueError, OSError) as error:
            raise BadArchive(_("This is no ZIP file. Choose a file that “Export everything” has made.")) from error
        with opened:
            yield Archive(opened)


def _row(entry: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _odd_line(entry, number) from error
    if not isinstance(row, dict) or not line.endswith(b"\n"):
        raise _odd_line(entry, number)
    return row


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _odd_line(entry: str, number: int) -> BadArchive:
    return BadArchive(_("Line %(line)d of “%(entry)s” is no row.") % {"line": number, "entry": entry})


def _differs(entry: str) -> BadArchive:
    return BadArchive(
        _("“%(entry)s” is not as it was written: its checksum differs. Nothing was imported.") % {"entry": entry[:200]}
    )


def _is_file(name: str) -> bool:
    return name.startswith("files/") and SAFE_KEY.fullmatch(name.removeprefix("files/")) is not None


def _is_manifest(manifest: Any) -> bool:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return False
    workspace, plugins, entries = (manifest.get(name) for name in ("workspace", "plugins", "entries"))
    return (
        isinstance(workspace, dict)
        and all(isinstance(value, str) for value in workspace.values())
        and {"timezone", "currency", "language", "accent"} <= workspace.keys()
        and isinstance(plugins, dict)
        and all(isinstance(plugin, dict) for plugin in plugins.values())
        and isinstance(entries, dict)
        and all(_is_entry(entry) for entry in entries.values())
    )


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
        return False
    return type(entry.get("bytes")) is int and type(entry.get("rows")) is int
