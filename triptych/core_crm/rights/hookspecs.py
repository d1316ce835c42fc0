"""The hook by which kinds of record come under rights."""

from __future__ import annotations

from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import hookspec


@hookspec
def record_nouns() -> list[Noun]:
    """Kinds of record to which roles give rights.

    Fetch their records through `rights.access.visible`, and ask `access.must` before a write.
    """
    return []
