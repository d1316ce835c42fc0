"""What was uploaded, taken apart into tables: several files, the sheets of a workbook, the files of a ZIP."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from triptych.core_crm.imports.limits import MAX_BYTES, MAX_FILES, MAX_UNPACKED_BYTES, UnreadableFile
from triptych.core_crm.imports.tables import ZIP_MAGIC, Layout, layouts_of, open_table

IN_MEMORY = 1024 * 1024
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True)
class GivenFile:
    """A file as somebody gave it, and what is in it when they said so."""

    file: IO[bytes]
    name: str
    object_name: str = ""


@dataclass(frozen=True)
class GivenTable:
    """One table of what was given: a file, or a sheet of one."""

    file: IO[bytes]
    name: str
    layout: Layout
    object_name: str = ""


def tables_in(given: Sequence[GivenFile]) -> list[GivenTable]:
    """Every table with a heading in these files, in their order. Empty sheets are left out.

    Raises:
        UnreadableFile: one of them is no table, too large or made to do harm, or they are too many; it names the file.
    """
    tables: list[GivenTable] = []
    for one in given:
        for file in _unpacked(one):
            try:
                tables += _tables_of(file)
            except UnreadableFile as unreadable:
                if len(given) == 1 and file is one:
                    raise
                raise UnreadableFile(f"{file.name}: {unreadable.message}") from unreadable
            if len(tables) > MAX_FILES:
                raise UnreadableFile(
                    _("These are more than {n} tables. Import them in several goes.").format(n=MAX_FILES)
                )
    return tables


def _tables_of(given: GivenFile) -> Iterator[GivenTable]:
    layouts = layouts_of(given.file)
    if len(layouts) == 1:
        open_table(given.file, layouts[0])
    for layout in layouts:
        if len(layouts) > 1 and not _has_rows(given.file, layout):
            continue
        name = f"{given.name} · {layout.sheet}" if len(layouts) > 1 else given.name
        yield GivenTable(given.file, name, layout, given.object_name)


def _has_rows(file: IO[bytes], layout: Layout) -> bool:
    """Whether a sheet is a table at all: a heading of two columns, and a row."""
    try:
        table = open_table(file, layout)
    except UnreadableFile:
        return False
    return len(table.columns) > 1 and next(table.rows(), None) is not None


def _unpacked(given: GivenFile) -> Iterator[GivenFile]:
    """The file itself, or the tables in it when it is a ZIP of them."""
    given.file.seek(0)
    is_zip = given.file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    given.file.seek(0)
    if not is_zip or not (zipfile.is_zipfile(given.file) or given.name.lower().endswith(".zip")):
        yield given
        return
    try:
        with zipfile.ZipFile(given.file) as archive:
            names = {info.filename for info in archive.infolist()}
            if "[Content_Types].xml" in names:
                yield given  # a workbook
                return
            if "manifest.json" in names:
                raise UnreadableFile(
                    _("This is the archive of a whole workspace. Read it in under Settings, Export everything.")
                )
            yield from _members_of(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise UnreadableFile(_("The ZIP file is damaged or protected. Pack it anew, without a password.")) from error


def _members_of(archive: zipfile.ZipFile) -> Iterator[GivenFile]:
    infos = [info for info in archive.infolist() if _is_table(info.filename)]
    if not infos:
        raise UnreadableFile(_("There is no CSV or XLSX file in this ZIP."))
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(_("The ZIP unpacks to more than we read. Import its files in several goes."))
    for info in infos:
        if info.file_size > MAX_BYTES:
            raise UnreadableFile(
                _("“{name}” is larger than {n} MB. Split it and import the parts.").format(
                    name=info.filename, n=MAX_BYTES // 1024 // 1024
                )
            )
        unpacked: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 read until the upload is kept
        with archive.open(info) as member:
            shutil.copyfileobj(member, unpacked)
        yield GivenFile(unpacked, PurePosixPath(info.filename).name)


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__")) for part in path.parts)
    return not hidden and path.suffix.lower() in ENDINGS
