"""The hook of privacy: in which rows one natural person is."""

from __future__ import annotations

from datetime import datetime

from triptych.core_crm.privacy.people import Person
from triptych.core_crm.privacy.rows import PersonRows
from triptych.platform.plugins import hookspec


@hookspec
def person_data(person: Person, now: datetime) -> list[PersonRows]:
    """Your rows in which this person is: shown in the dossier, counted before erasing, and erased.

    Asked of every installed plugin, enabled or not. Whoever raises ends the whole: nobody is half erased.
    """
    raise AssertionError(person, now)
