"""A list as a file for spreadsheets: the rows and columns that are seen, all pages of them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.spec import prepare
from triptych.core_crm.rights.access import EXPORT, must_at_all, visible
from triptych.platform import clock
from triptych.platform.keyset import page_of

BATCH = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
"""Wide signs count too: East Asian spreadsheets read them as the narrow ones (OWASP, CSV injection)."""

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no workbook can hold."""


class _Line:
    """A file for the csv writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def csv_of(listing: Listing, *, name: str) -> StreamingHttpResponse:
    """All records of the list that the member may export, streamed: as CSV (RFC 4180, UTF-8 with a mark for Excel), or
    as a workbook where the address says `format=xlsx`.

    Raises:
        Forbidden: the member's role rules out exporting such records.
    """
    must_at_all(listing.request.member, EXPORT, listing.spec.model)
    day = timezone.localdate(clock.now()).isoformat()
    if listing.params.get("format") == "xlsx":
        response = StreamingHttpResponse(_workbook(listing), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{name}-{day}.xlsx"'
        return response
    response = StreamingHttpResponse(_lines(listing), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    return response


def harmless(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: texts that begin like one get an apostrophe in front."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if value is None or isinstance(value, bool | int | float) or not isinstance(value, str):
        return harmless(str(value)) if hasattr(value, "_meta") else value
    return f"'{value}" if value.startswith(STARTS_A_FORMULA) else value


def as_meant(text: str) -> str:
    """A text as it was before `harmless` put an apostrophe in front."""
    return text[1:].strip() if text.startswith("'") and text.startswith(STARTS_A_FORMULA, 1) else text


def _lines(listing: Listing) -> Iterator[str]:
    """The lines, many at a time: the scope is entered anew for each piece that is streamed."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([harmless(str(column.label)) for column in listing.columns])
    for batch in _batches(listing):
        yield "".join(writer.writerow(row) for row in batch)


def _workbook(listing: Listing) -> Iterator[bytes]:
    """The workbook, written to disk row by row, then read from there."""
    from openpyxl.workbook.workbook import Workbook  # a fifth of a second that most processes never need

    with TemporaryFile() as file:
        book: Any = Workbook(write_only=True)  # type: ignore[no-untyped-call]
        sheet = book.create_sheet(str(listing.spec.label)[:31])
        sheet.append([harmless(str(column.label)) for column in listing.columns])
        for batch in _batches(listing):
            for row in batch:
                sheet.append([_storable(value) for value in row])
        book.save(file)
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece


def _batches(listing: Listing) -> Iterator[list[list[Any]]]:
    """The cells of all pages, harmless ones."""
    order = listing.spec.order_of(listing.sort)
    records = visible(listing.request.member, listing.matching, EXPORT)
    records = listing.spec.annotated(records, *order, *(column.name for column in listing.columns))
    after: str | None = None
    while True:
        page = page_of(records, order=order, size=BATCH, after=after)
        prepare(listing.columns, page.rows)
        yield [[harmless(column.text(record)) for column in listing.columns] for record in page.rows]
        if not page.has_next:
            return
        after = page.end_cursor


def _storable(value: Any) -> Any:
    """A value that a workbook takes: no control characters, days and numbers as they are."""
    return CONTROLS.sub("", value) if isinstance(value, str) else value
