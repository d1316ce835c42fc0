"""Reading CSV: which encoding, which separator, and the lines, none of which may fill the memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

import charset_normalizer
from django.utils.translation import gettext as _

from triptych.core_crm.imports.limits import MAX_BYTES, MAX_ROW_BYTES, UnreadableFile

SAMPLE_BYTES = 256 * 1024
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("cp1252", "cp1251", "cp1250", "koi8_r", "mac_roman")


def encoding_of(file: IO[bytes], head: bytes) -> str:
    """UTF-8 if the whole file is, else the likeliest of the old ones that people's spreadsheets still write.

    Raises:
        UnreadableFile: it is no text.
    """
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
    except UnicodeDecodeError:
        best = charset_normalizer.from_bytes(_telling_lines(file, head), cp_isolation=list(ENCODINGS)).best()
        return best.encoding if best else "cp1252"
    return "utf-8-sig"


def _telling_lines(file: IO[bytes], head: bytes) -> bytes:
    """The lines with letters beyond ASCII: the only ones that tell one old encoding from another."""
    file.seek(0)
    lines = [line for line in io.BytesIO(file.read(MAX_BYTES)) if not line.isascii()]
    return b"".join(lines)[:20_000] or head


def delimiter_of(text: str) -> str:
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


def csv_lines(file: IO[bytes], *, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers.

    Raises:
        UnreadableFile: a quotation mark is never closed, or a row is longer than any table's.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    lines = _Lines(text)
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            lines.since_row = 0
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise UnreadableFile(
            _("The file breaks off: {why}. Look for a quotation mark that is never closed.").format(why=error)
        ) from error
    finally:
        with suppress(ValueError):  # whoever reads only the first rows may have closed the file before
            text.detach()


class _Lines:
    """The lines of a text. `since_row` is what has been read for the row that the csv reader is at."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self.since_row = text, 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_ROW_BYTES + 1):
            self.since_row += len(line)
            if self.since_row > MAX_ROW_BYTES:
                message = _("A row of the file is longer than {n} MB. Look for a missing line break or quotation mark.")
                raise UnreadableFile(message.format(n=MAX_ROW_BYTES // 1024 // 1024))
            yield line
