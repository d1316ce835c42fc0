"""Files on records of others that may name a person: found by reading them, never changed. Somebody has to look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from django.core.files.base import File as StoredFile
from django.core.files.storage import default_storage

from triptych.core_crm.activities.records import models_by_kind
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.privacy.mentions import python_expression_of
from triptych.core_crm.privacy.rows import Found
from triptych.platform.files.models import File

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 5 << 20
"""A larger file is not read."""

PACKED = 10
"""A workbook counts as large as a tenth of what it unpacks to, if that is more: few zip better, unless made to."""


@dataclass(frozen=True)
class Bounds:
    """How much is read at most: files, and bytes of them together."""

    files: int
    size: int


ON_A_PAGE = Bounds(200, 10 << 20)
IN_A_JOB = Bounds(50_000, 1 << 30)


@dataclass
class OtherFiles:
    """The files that hold an address, phone or the full name of the person, and how many nobody has read."""

    naming: list[File] = field(default_factory=list)
    unread_count: int = 0

    def as_rows(self) -> list[dict[str, str]]:
        """For people and programs: the name, where the file is and on which record."""
        return [
            {"name": file.name, "path": file.get_absolute_url(), "record": _path_of(file.kind, file.object_id)}
            for file in self.naming
        ]


def files_naming(found: Found, bounds: Bounds) -> OtherFiles:
    """Read the files of others, the newest first, within the bounds: texts (TXT, CSV, MD, ICS, VCF) and XLSX.

    Those in the bin are among them. PDF, pictures, sound and other office files are not read, and count as unread.
    """
    own = {key for rows, keys in found.parts if rows.model is File for key in keys}
    expression, result, left = python_expression_of(found.person), OtherFiles(), bounds.size
    others = File.objects.exclude(pk__in=own).order_by("-created_at", "-pk")
    result.unread_count = max(0, others.count() - bounds.files)
    for file in others[: bounds.files].iterator():
        size = _size_to_read(file)
        if size is None or size > min(LARGEST, left) or expression is None:
            result.unread_count += 1
            continue
        left -= size
        names = _names(file, expression)
        if names is None:
            result.unread_count += 1
        elif names:
            result.naming.append(file)
    return result


def _size_to_read(file: File) -> int | None:
    """How much there is to read in a file; None for one of a kind that is not read, or that cannot be."""
    if file.content_type != XLSX:
        return file.size if file.content_type.startswith("text/") else None
    try:
        with default_storage.open(file.storage_key) as kept, ZipFile(kept) as workbook:
            return max(file.size, sum(part.file_size for part in workbook.infolist()) // PACKED)
    except (OSError, BadZipFile, ValueError):
        return None


def _names(file: File, expression: re.Pattern[str]) -> bool | None:
    """Whether the file names the person; None where it cannot be read."""
    try:
        with default_storage.open(file.storage_key) as kept:
            return any(expression.search(text) for text in _texts(file, kept))
    except (FileNotFoundError, UnreadableFile):
        return None


def _texts(file: File, kept: StoredFile[bytes]) -> Iterator[str]:
    if file.content_type != XLSX:
        raw = kept.read()
        yield raw.decode("utf-8", "replace")
        if b"\n " in raw or b"\n\t" in raw:  # calendars and cards break long lines; so do headers of mails
            yield re.sub(rb"\r?\n[ \t]", b"", raw).decode("utf-8", "replace")
        return
    from triptych.core_crm.imports.workbooks import sheet_lines, sheets_of  # loads openpyxl

    stored: Any = kept.file
    for sheet in sheets_of(stored):
        for _number, cells in sheet_lines(stored, sheet):
            yield " ".join(cells)


def _path_of(kind: str, pk: UUID) -> str:
    model = models_by_kind().get(kind)
    return str(model(pk=pk).get_absolute_url()) if model else ""
