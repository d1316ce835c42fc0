"""Hooks that merging calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triptych.platform.plugins import hookspec

if TYPE_CHECKING:
    from django.db.models import Model

    from triptych.platform.records import Record
    from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class WeakLink:
    """A column that holds ids of records without being a foreign key, beside one that names their kind, if any."""

    model: type[Model]
    column: str
    kind_column: str = ""


@dataclass(frozen=True)
class MergedValue:
    """What a field of the record that goes on becomes because of what has moved to it."""

    field: str
    value: Any


@hookspec
def check_record_merge(winner: Record, loser: Record, by: Member | None) -> None:
    """Refuse that a record is merged into another one of its kind, by raising `Refused`. Both are locked."""
    raise AssertionError(winner, loser, by)


@hookspec
def weak_links(kind: str) -> list[WeakLink]:
    """Columns of yours that hold ids of records of that kind and are no foreign keys. Merging moves their rows.

    Rows with a foreign key to a merged record move by themselves. A row that cannot move, because a constraint allows
    one of its kind for each record, stays with the merged record.
    """
    raise AssertionError(kind)


@hookspec
def merged_values(winner: Record, loser: Record) -> list[MergedValue]:
    """Values that the record that goes on has from now on, such as a total of rows that have moved to it.

    Asked after the move; unmerging brings the former values back.
    """
    raise AssertionError(winner, loser)
