"""People who asked to be forgotten and come again with a file: they are taken, and the rows are doubted."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import Row, Writing
from triptych.core_crm.privacy.forgotten import forgotten


def doubt_forgotten(rows: Sequence[Row], writing: Writing, *fields: str) -> None:
    """Doubt the rows with an address by which somebody was erased. One statement for all of them."""
    held = [(row, name, str(row.values[name])) for row in rows for name in fields if row.values.get(name)]
    known = forgotten(email for _row, _name, email in held)
    for row, name, email in held:
        if email in known:
            message = _("This address asked to be forgotten. Delete the record again, unless they came back.")
            writing.doubt(row.number, name, email, message)
