"""People who asked to be forgotten and come again with a file: they are taken, and the rows are doubted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _

from triptych.core_crm.imports.findings import Finding
from triptych.core_crm.imports.importer import Importer, Kind, Row
from triptych.core_crm.privacy.forgotten import forgotten


def doubts_of_forgotten(
    importer: Importer, rows: Sequence[Row], added: Collection[str]
) -> Iterator[tuple[Row, Finding]]:
    """A finding for each address in the rows by which somebody was erased, also for those that links are to add
    (`added`). One statement for all of them.
    """
    fields = [field for field in importer.fields() if field.kind is Kind.EMAIL or field.link]
    held = [
        (row, field.name, row.texts.get(field.name, "") if field.link else str(row.values[field.name]))
        for row in rows
        for field in fields
        if row.values.get(field.name) and (not field.link or row.texts.get(field.name, "").casefold() in added)
    ]
    known = forgotten(email for _row, _name, email in held)
    for row, name, email in held:
        if email in known:
            message = _("This address asked to be forgotten. Delete the record again, unless they came back.")
            yield row, Finding(name, "forgotten", email, message, is_rejection=False)
