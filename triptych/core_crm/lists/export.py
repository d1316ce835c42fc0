"""A list as a file for spreadsheets: the rows and columns that are seen, all pages of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from triptych.core_crm.lists.listing import Listing
from triptych.platform import clock
from triptych.platform.keyset import page_of

BATCH = 500
STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")
"""Wide signs count too: East Asian spreadsheets read them as the narrow ones (OWASP, CSV injection)."""


class _Line:
    """A file for the csv writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def csv_of(listing: Listing, *, name: str) -> StreamingHttpResponse:
    """All records of the list as CSV (RFC 4180, UTF-8 with a mark for Excel), streamed."""
    response = StreamingHttpResponse(_lines(listing), content_type="text/csv; charset=utf-8")
    day = timezone.localdate(clock.now())
    response["Content-Disposition"] = f'attachment; filename="{name}-{day.isoformat()}.csv"'
    return response


def harmless(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula: texts that begin like one get an apostrophe in front."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if value is None or isinstance(value, bool | int | float) or not isinstance(value, str):
        return harmless(str(value)) if hasattr(value, "_meta") else value
    return f"'{value}" if value.startswith(STARTS_A_FORMULA) else value


def _lines(listing: Listing) -> Iterator[str]:
    """The lines, many at a time: the scope is entered anew for each piece that is streamed."""
    writer = csv.writer(_Line())
    order = listing.spec.order_of(listing.sort)
    records = listing.spec.annotated(listing.matching, *order, *(column.name for column in listing.columns))
    after: str | None = None
    yield "\ufeff" + writer.writerow([str(column.label) for column in listing.columns])
    while True:
        page = page_of(records, order=order, size=BATCH, after=after)
        yield "".join(
            writer.writerow([harmless(column.text(record)) for column in listing.columns]) for record in page.rows
        )
        if not page.has_next:
            return
        after = page.end_cursor
