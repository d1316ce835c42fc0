"""What record pages contribute to the generic hooks."""

from __future__ import annotations

from typing import Any

from triptych.core_crm.rights.access import CHANGE, DELETE, visible
from triptych.core_crm.rights.levels import Noun
from triptych.platform.files.hookspecs import RecordsWithFiles
from triptych.platform.plugins import hookimpl, hooks
from triptych.tenants.members.models import Member


@hookimpl
def records_with_files(member: Member) -> list[RecordsWithFiles]:
    """Every kind of record under rights: who sees or changes the record, sees or changes its files."""
    nouns: list[Noun] = hooks.gather("record_nouns")
    return [_records_of(noun.model._default_manager, noun.kind, member) for noun in nouns]


def _records_of(records: Any, kind: str, member: Member) -> RecordsWithFiles:
    alive = records.alive()
    return RecordsWithFiles(
        kind,
        seen=visible(member, alive),
        changeable=visible(member, alive, CHANGE),
        restorable=visible(member, records.deleted(), DELETE),
    )
