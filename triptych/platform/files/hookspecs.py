"""The hook by which files learn who may see and change the records that they are on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.plugins.markers import hookspec


@dataclass(frozen=True)
class RecordsWithFiles:
    """The records of one kind whose files somebody sees or changes; querysets of its model, none is evaluated.

    `seen` and `changeable` hold records that are not in the bin, `restorable` those in the bin that this member may
    restore: their files are seen, too, and stay as they are.
    """

    kind: str
    seen: QuerySet[Any]
    changeable: QuerySet[Any]
    restorable: QuerySet[Any]


@hookspec
def records_with_files(member: AnyMember) -> list[RecordsWithFiles]:
    """The kinds of record that files can be on, as far as they are this member's. Other files are there for nobody.

    Asked for each file and each list of files; it asks the database nothing but what the member's rights need.
    """
    return []
