"""Reading XLSX row by row, after a look at what it would unpack to.

Imported where a workbook is read: openpyxl takes a fifth of a second to load, which most processes never need.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl.reader.excel import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser

from triptych.core_crm.imports.limits import (
    MAX_COLUMNS,
    MAX_ROW_BYTES,
    MAX_ROW_TAGS,
    MAX_SHEET_ROWS,
    MAX_STRING_TAGS,
    MAX_UNPACKED_BYTES,
    MAX_UNPACKED_PART_BYTES,
    MAX_UNPACKED_STRINGS_BYTES,
    UnreadableFile,
)

STRINGS = "xl/sharedStrings.xml"
BLOCK = 1024 * 1024
END_OF_ROW = re.compile(rb"</(?:\w+:)?row\s*>|<(?:\w+:)?row\b[^<>]*/>")
BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError, OverflowError, OSError)


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the sheets with cells, in their order. What somebody has hidden is none of them, unless all are.

    Raises:
        UnreadableFile: it is no workbook that we read.
    """
    with _opened(file) as workbook:
        shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        return [str(sheet.title) for sheet in shown or workbook.worksheets]


def sheet_lines(file: IO[bytes], sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet with their numbers.

    Raises:
        UnreadableFile: there is no such sheet, or it is damaged or made to do harm.
    """
    with _opened(file) as workbook:
        if sheet not in {one.title for one in workbook.worksheets}:
            raise UnreadableFile(_("The workbook has no sheet called “{sheet}”.").format(sheet=sheet))
        yield from _written_rows(workbook, workbook[sheet])


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Any]:
    workbook: Any = None
    try:
        _must_be_harmless(file)
        file.seek(0)
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)  # type: ignore[no-untyped-call]
        yield workbook
    except UnreadableFile:
        raise
    except BROKEN as error:
        raise UnreadableFile(
            _("The workbook is damaged or protected. Open it, save it as XLSX or CSV, then upload that.")
        ) from error
    finally:
        if workbook is not None:
            workbook.close()


def _must_be_harmless(file: IO[bytes]) -> None:
    """Raises UnreadableFile for what would fill the memory."""
    with zipfile.ZipFile(file) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        if len(sizes) > 2_000 or sum(sizes.values()) > MAX_UNPACKED_BYTES or any(map(_is_oversized, sizes.items())):
            raise _too_much()
        if STRINGS in sizes:
            with archive.open(STRINGS) as strings:
                tags = sum(block.count(b"<") for block in iter(lambda: strings.read(BLOCK), b""))
            if tags > MAX_STRING_TAGS:
                raise _too_much()


def _is_oversized(part: tuple[str, int]) -> bool:
    """Whether a part of a workbook is larger than such parts are. Sheets are streamed; pictures are never read."""
    name, size = part
    if name.startswith(("xl/worksheets/", "xl/media/")):
        return False
    return size > (MAX_UNPACKED_STRINGS_BYTES if name == STRINGS else MAX_UNPACKED_PART_BYTES)


def _too_much() -> UnreadableFile:
    return UnreadableFile(
        _("The workbook unpacks to more than we read. Save the sheet you need as CSV, then upload that.")
    )


class _RowByRow:
    """A sheet's XML, refused where one row is larger than rows are: the parser holds a whole row in memory."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._bytes = self._tags = 0
        self._tail = b""

    def read(self, most: int = BLOCK) -> bytes:
        data = self._source.read(most)
        seen = self._tail + data
        if b"<!" in seen:  # a comment or CDATA could feign the end of a row; no spreadsheet writes them
            raise ValueError("declaration")
        end = max((match.end() for match in END_OF_ROW.finditer(seen)), default=0)
        if end:
            self._bytes = self._tags = 0
        self._bytes += len(data) if not end else len(seen) - end
        self._tags += seen.count(b"<", end)
        self._tail = seen[max(end, len(seen) - 200) :]
        if self._bytes > MAX_ROW_BYTES or self._tags > MAX_ROW_TAGS:
            raise _too_much()
        return data

    def close(self) -> None:
        self._source.close()


def _written_rows(workbook: Any, worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that a sheet holds, with their numbers.

    openpyxl's own `iter_rows` makes an empty row for each that is left out, and a file of one kilobyte may number its
    only row two billion.
    """
    with worksheet._get_source() as source:
        parser: Any = WorkSheetParser(  # type: ignore[no-untyped-call]
            _RowByRow(source),
            worksheet._shared_strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        last = 0
        for count, (number, written) in enumerate(parser.parse(), start=1):
            if max(count, number) > MAX_SHEET_ROWS or number <= last:
                raise UnreadableFile(
                    _("The rows of the sheet are not numbered as a workbook's are. Save it as CSV, then upload that.")
                )
            last = number
            cells = {cell["column"]: cell["value"] for cell in written if cell["column"] <= MAX_COLUMNS + 1}
            yield number, [_as_text(cells.get(column)) for column in range(1, max(cells, default=0) + 1)]


def _as_text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return (cell.date() if cell.time() == time.min else cell).isoformat()
        case date() | time():
            return cell.isoformat()
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
        case _:
            return str(cell).strip()
