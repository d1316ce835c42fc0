"""Rows of an import as a file to be mended: the original columns, then what was found."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from triptych.core_crm.imports.files import opened
from triptych.core_crm.imports.models import Import
from triptych.core_crm.lists.export import harmless

MOST_AT_ONCE = 1_000
"""How many rejected rows one answer of the API holds."""


@dataclass(frozen=True)
class FoundRow:
    """A row about which something was found, as the file has it. The heading is row 1."""

    number: int
    cells: list[str]
    reasons: list[str]


class _Line:
    """A file for the csv writer that hands back each line."""

    def write(self, line: str) -> str:
        return line


def rows_with_reasons(record: Import, *, rejected: bool) -> Iterator[str]:
    """The rejected rows, or the doubtful ones that were taken, as lines of CSV that no spreadsheet runs as formulas.

    Mended, the file can be imported as it is: the added columns are not mapped to anything.
    """
    found = rows_found(record, rejected=rejected)
    writer = csv.writer(_Line())
    headings = (*record.columns, _("Row in the file"), _("What was found"))
    yield "\ufeff" + writer.writerow([harmless(heading) for heading in headings])
    for row in found:
        cells = (harmless(cell) for cell in row.cells)
        yield writer.writerow([*cells, row.number, harmless(" ".join(row.reasons))])


def rows_found(record: Import, *, rejected: bool, after: int = 0) -> Iterator[FoundRow]:
    """The rejected rows, or the doubtful ones that were taken, that stand in the file below row `after`; as many cells
    each as there are columns, and everything that was found about it."""
    reasons: dict[int, list[str]] = defaultdict(list)
    refused: set[int] = set()
    for finding in record.findings.worst_first():
        if finding.is_rejection:
            refused.update(finding.rows)
        if finding.is_rejection is rejected:
            for number in finding.rows:
                reasons[number].append(finding.message)
    if not any(number > after for number in reasons):
        return
    width = len(record.columns)
    with opened(record) as table:
        for row in table.rows():
            if row.number > after and row.number in reasons and (rejected or row.number not in refused):
                cells = [*row.cells[:width], *[""] * (width - len(row.cells))]
                yield FoundRow(row.number, cells, reasons[row.number])
