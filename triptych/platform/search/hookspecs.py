"""The hook by which the search learns what somebody may not find."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from triptych.platform.plugins.hookspecs import AnyMember
from triptych.platform.plugins.markers import hookspec


@dataclass(frozen=True)
class Findable:
    """What somebody may find of one kind of record: those of these owners (None for everybody's), of nobody with
    `unowned`, and the records `ids` besides. With `only_titles` they are found by their titles alone, and shown
    without what stands beside them."""

    kind: str
    owners: frozenset[UUID] | None = frozenset()
    unowned: bool = False
    ids: frozenset[UUID] = frozenset()
    only_titles: bool = False


@hookspec
def findable(member: AnyMember) -> list[Findable]:
    """The kinds of record of which this member may not find everything; other kinds are open to everybody.

    Called with each search: remember on the member what costs a statement.
    """
    return []
