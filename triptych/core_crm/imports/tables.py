"""Reading CSV and XLSX files row by row, as text, without trusting them.

A `Table` keeps where its bytes are and how to read them, never the rows: `rows()` streams from the start each time.
Cells come out as text whatever the file held: a date cell of a spreadsheet as ISO 8601, a number without “.0”.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import charset_normalizer
from django.utils.translation import gettext as _
from openpyxl.reader.excel import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import WorkSheetParser

from triptych.platform.refusals import Refused

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_UNPACKED_STRINGS_BYTES = 60 * 1024 * 1024
MAX_UNPACKED_PART_BYTES = 16 * 1024 * 1024
"""Of styles and the like, which are read into memory as a whole."""
MAX_SHEET_ROWS = 1_048_576
"""What a workbook can have."""
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
SAMPLE_BYTES = 256 * 1024
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("cp1252", "cp1251", "cp1250", "koi8_r", "mac_roman")
ZIP_MAGIC, OLD_EXCEL_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class UnreadableFile(Refused):
    """The file cannot be read as a table; the message says why and what to do."""

    code = "UNREADABLE_FILE"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as the file has it. `number` is what a spreadsheet shows beside it, the heading being row 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """How the bytes of a file are to be read. It is kept with the import, so that each reading is the same."""

    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "encoding": self.encoding, "delimiter": self.delimiter, "sheet": self.sheet}


@dataclass(frozen=True)
class Table:
    """A readable file: its column headings, made unique, and its rows."""

    file: IO[bytes]
    layout: Layout
    columns: tuple[str, ...]

    def rows(self) -> Iterator[SourceRow]:
        """All rows below the heading that have something in them, in the order of the file.

        Raises:
            UnreadableFile: the file breaks off, or is longer than `MAX_ROWS`.
        """
        lines = _lines(self.file, self.layout)
        for _number, cells in lines:
            if any(cells):
                break  # the heading
        count = 0
        for number, cells in lines:
            if not any(cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise UnreadableFile(
                    _("The file has more than {n:,} rows. Split it and import the parts.").format(n=MAX_ROWS)
                )
            yield SourceRow(number, tuple(cells))


def open_table(file: IO[bytes], layout: Layout | None = None) -> Table:
    """Look at a file and say how to read it; `layout` repeats an earlier decision.

    Raises:
        UnreadableFile: it is empty, too large, no table, or was made to do harm.
    """
    layout = layout or _recognised(file)
    for _number, cells in _lines(file, layout):
        if any(cells):
            return Table(file, layout, _unique_headings(cells))
    raise UnreadableFile(_("The file is empty. Its first row should name the columns."))


def _recognised(file: IO[bytes]) -> Layout:
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise UnreadableFile(
            _("The file is larger than {n} MB. Split it and import the parts.").format(n=MAX_BYTES // 1024 // 1024)
        )
    file.seek(0)
    head = file.read(SAMPLE_BYTES)
    if head.startswith(ZIP_MAGIC):
        return Layout("xlsx", sheet=_first_sheet(file))
    if head.startswith(OLD_EXCEL_MAGIC):
        raise UnreadableFile(
            _("This is a workbook of an old or protected kind. Save it as XLSX or CSV, then upload that.")
        )
    encoding = _encoding(file, head)
    return Layout("csv", encoding=encoding, delimiter=_delimiter(head.decode(encoding, errors="replace")))


def _encoding(file: IO[bytes], head: bytes) -> str:
    """UTF-8 if the whole file is, else the likeliest of the old ones that people's spreadsheets still write."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        raise UnreadableFile(_("This is not a table of text. Upload a CSV or XLSX file."))
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    file.seek(0)
    try:
        for block in iter(lambda: file.read(SAMPLE_BYTES), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        best = charset_normalizer.from_bytes(
            _around_the_trouble(file, error, head), cp_isolation=list(ENCODINGS)
        ).best()
        return best.encoding if best else "cp1252"
    return "utf-8-sig"


def _around_the_trouble(file: IO[bytes], error: UnicodeDecodeError, head: bytes) -> bytes:
    """The lines with letters beyond ASCII: the only ones that tell one old encoding from another."""
    file.seek(0)
    lines = [line for line in io.BytesIO(file.read(MAX_BYTES)) if not line.isascii()]
    return b"".join(lines)[:20_000] or head


def _delimiter(text: str) -> str:
    """The separator that cuts the most rows into the same number of cells, more than one."""
    lines = text.splitlines(keepends=True)
    sample = lines[:-1][:200] or lines

    def fitness(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        except csv.Error:
            return (0.0, 0)
        if not widths:
            return (0.0, 0)
        width, count = widths.most_common(1)[0]
        return (count / widths.total() if width > 1 else 0.0, width)

    return max(DELIMITERS, key=fitness)


def _lines(file: IO[bytes], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    lines = _sheet_lines(file, layout.sheet) if layout.kind == "xlsx" else _csv_lines(file, layout)
    for number, cells in lines:
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _csv_lines(file: IO[bytes], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="")
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=layout.delimiter), start=1):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise UnreadableFile(
            _("The file breaks off: {why}. Look for a quotation mark that is never closed.").format(why=error)
        ) from error
    finally:
        with suppress(ValueError):  # whoever reads only the first rows may have closed the file before
            text.detach()


def _workbook(file: IO[bytes]) -> Any:
    """Open a workbook for reading row by row, after a look at what it would unpack to."""
    try:
        with zipfile.ZipFile(file) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
        if len(sizes) > 2_000 or sum(sizes.values()) > MAX_UNPACKED_BYTES or any(map(_is_oversized, sizes.items())):
            raise UnreadableFile(
                _("The workbook unpacks to more than we read. Save the sheet you need as CSV, then upload that.")
            )
        file.seek(0)
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)  # type: ignore[no-untyped-call]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError, EOFError, OSError) as error:
        raise UnreadableFile(
            _("The workbook is damaged or protected. Open it, save it as XLSX or CSV, then upload that.")
        ) from error


def _is_oversized(part: tuple[str, int]) -> bool:
    """Whether a part of a workbook is larger than such parts are. Sheets are streamed; pictures are never read."""
    name, size = part
    if name.startswith(("xl/worksheets/", "xl/media/")):
        return False
    return size > (MAX_UNPACKED_STRINGS_BYTES if name == "xl/sharedStrings.xml" else MAX_UNPACKED_PART_BYTES)


def _first_sheet(file: IO[bytes]) -> str:
    workbook = _workbook(file)
    try:
        return str(workbook.worksheets[0].title) if workbook.worksheets else ""
    finally:
        workbook.close()


def _sheet_lines(file: IO[bytes], sheet: str) -> Iterator[tuple[int, list[str]]]:
    workbook = _workbook(file)
    try:
        if sheet not in workbook.sheetnames:
            raise UnreadableFile(_("The workbook has no sheet called “{sheet}”.").format(sheet=sheet))
        yield from _written_rows(workbook, workbook[sheet])
    except (ParseError, zipfile.BadZipFile, KeyError, ValueError, EOFError, OverflowError) as error:
        raise UnreadableFile(
            _("The workbook is damaged or protected. Open it, save it as XLSX or CSV, then upload that.")
        ) from error
    finally:
        workbook.close()


def _written_rows(workbook: Any, worksheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that a sheet holds, with their numbers.

    openpyxl's own `iter_rows` makes an empty row for each that is left out, and a file of one kilobyte may number its
    only row two billion.
    """
    with worksheet._get_source() as source:
        parser: Any = WorkSheetParser(  # type: ignore[no-untyped-call]
            source,
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


def _unique_headings(cells: Iterable[str]) -> tuple[str, ...]:
    """Headings that can serve as names: none empty, none twice."""
    headings: list[str] = []
    for position, cell in enumerate(cells, start=1):
        heading = " ".join(cell.replace("\x00", "").split())[:200] or _("Column {n}").format(n=position)
        count = 2
        while heading in headings:
            heading = f"{heading.removesuffix(f' ({count - 1})')} ({count})"
            count += 1
        headings.append(heading)
    if len(headings) > MAX_COLUMNS:
        raise UnreadableFile(
            _("The file has more than {n} columns. Remove those you do not need.").format(n=MAX_COLUMNS)
        )
    return tuple(headings)
