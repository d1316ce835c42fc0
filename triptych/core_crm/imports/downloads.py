"""Rows of an import as a file to be mended: the original columns, then what was found."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from triptych.core_crm.imports.files import opened
from triptych.core_crm.imports.models import Import
from triptych.core_crm.lists.export import harmless


class _Line:
    """A file for the csv writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def rows_with_reasons(record: Import, *, rejected: bool) -> Iterator[str]:
    """The rejected rows, or the doubtful ones that were taken, as lines of CSV that no spreadsheet runs as formulas.

    Mended, the file can be imported as it is: the added columns are not mapped to anything.
    """
    reasons: dict[int, list[str]] = defaultdict(list)
    refused: set[int] = set()
    for finding in record.findings.worst_first():
        if finding.is_rejection:
            refused.update(finding.rows)
        if finding.is_rejection is rejected:
            for number in finding.rows:
                reasons[number].append(finding.message)
    writer = csv.writer(_Line())
    headings = (*record.columns, _("Row in the file"), _("What was found"))
    yield "\ufeff" + writer.writerow([harmless(heading) for heading in headings])
    with opened(record) as table:
        for row in table.rows():
            if row.number in reasons and (rejected or row.number not in refused):
                cells = (*row.cells[: len(record.columns)], *[""] * (len(record.columns) - len(row.cells)))
                yield writer.writerow([*(harmless(cell) for cell in cells), row.number, " ".join(reasons[row.number])])
