"""Reading CSV and XLSX files row by row, as text, without trusting them.

A `Table` keeps where its bytes are and how to read them, never the rows: `rows()` streams from the start each time.
Cells come out as text whatever the file held: a date cell of a spreadsheet as ISO 8601, a number without “.0”. An
apostrophe that our own exports put before what begins like a formula is taken off again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from triptych.core_crm.imports.delimited import SAMPLE_BYTES, csv_lines, delimiter_of, encoding_of
from triptych.core_crm.imports.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, UnreadableFile
from triptych.core_crm.lists.export import as_meant
from triptych.platform.languages.wording import counted

ZIP_MAGIC, OLD_EXCEL_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


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
                    _("The file has more than {n} rows. Split it and import the parts.").format(n=counted(MAX_ROWS))
                )
            yield SourceRow(number, tuple(cells))


def open_table(file: IO[bytes], layout: Layout | None = None) -> Table:
    """Look at a file and say how to read it, a workbook by its first sheet; `layout` repeats an earlier decision.

    Raises:
        UnreadableFile: it is empty, too large, no table, or was made to do harm.
    """
    layout = layout or layouts_of(file)[0]
    for _number, cells in _lines(file, layout):
        if any(cells):
            return Table(file, layout, _unique_headings(cells))
    raise UnreadableFile(_("The file is empty. Its first row should name the columns."))


def layouts_of(file: IO[bytes]) -> list[Layout]:
    """How to read each table that the file holds: a workbook has one for each sheet.

    Raises:
        UnreadableFile: it is too large, no table, or was made to do harm.
    """
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise UnreadableFile(
            _("The file is larger than {n} MB. Split it and import the parts.").format(n=MAX_BYTES // 1024 // 1024)
        )
    file.seek(0)
    head = file.read(SAMPLE_BYTES)
    if head.startswith(ZIP_MAGIC):
        from triptych.core_crm.imports.workbooks import sheets_of

        return [Layout("xlsx", sheet=sheet) for sheet in sheets_of(file)] or [Layout("xlsx")]
    if head.startswith(OLD_EXCEL_MAGIC):
        raise UnreadableFile(
            _("This is a workbook of an old or protected kind. Save it as XLSX or CSV, then upload that.")
        )
    encoding = encoding_of(file, head)
    return [Layout("csv", encoding=encoding, delimiter=delimiter_of(head.decode(encoding, errors="replace")))]


def _lines(file: IO[bytes], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    for number, cells in _raw_lines(file, layout):
        while cells and not cells[-1]:
            cells.pop()
        yield number, [as_meant(cell) for cell in cells]


def _raw_lines(file: IO[bytes], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    if layout.kind != "xlsx":
        return csv_lines(file, encoding=layout.encoding, delimiter=layout.delimiter)
    from triptych.core_crm.imports.workbooks import sheet_lines

    return sheet_lines(file, layout.sheet)


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
