"""What privacy contributes to the generic hooks."""

from __future__ import annotations

from datetime import datetime

from triptych.core_crm.privacy.people import Person
from triptych.core_crm.privacy.rows import PersonRows
from triptych.platform.plugins import hookimpl


@hookimpl
def person_data(person: Person, now: datetime) -> list[PersonRows]:
    """Core's rows in which a person is."""
    from triptych.core_crm.privacy.core_rows import rows_of

    return rows_of(person, now)
