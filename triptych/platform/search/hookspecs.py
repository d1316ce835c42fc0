"""The hooks by which the search learns what somebody may not find, and what stands in a text that was found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.plugins.markers import hookspec


@dataclass(frozen=True)
class Findable:
    """What somebody may find of one kind of record: those of these owners (None for everybody's), of nobody with
    `unowned`, and the records `ids` besides. With `only_titles` they are found by their titles alone, and shown
    without what stands beside them; their long texts are found all the same, save those of fields `hidden`."""

    kind: str
    owners: frozenset[UUID] | None = frozenset()
    unowned: bool = False
    ids: frozenset[UUID] = frozenset()
    only_titles: bool = False
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FoundText:
    """A text by which a record was found. `label` says what it is: a public reply, an internal note."""

    id: UUID
    label: str
    text: str


@hookspec
def findable(member: AnyMember) -> list[Findable]:
    """The kinds of record of which this member may not find everything; other kinds are open to everybody.

    Called with each search: remember on the member what costs a statement.
    """
    return []


@hookspec
def found_texts(kind: str, ids: Collection[UUID]) -> list[FoundText]:
    """The texts with these ids, given to `index_texts` for records of that kind, to show an excerpt of. The records
    are ones that the seeker sees. At most two statements."""
    return []
