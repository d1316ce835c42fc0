"""Hooks that activities and the timeline call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from triptych.platform.plugins import hookspec

if TYPE_CHECKING:
    from triptych.core_crm.activities.records import RecordRef
    from triptych.core_crm.activities.timeline import TimelineSource
    from triptych.platform.records import Record
    from triptych.tenants.members.models import Member


@hookspec
def also_concerned(records: Sequence[RecordRef]) -> list[tuple[RecordRef, RecordRef]]:
    """Further records that an activity about these concerns: the company of a deal, say. It stands on their timelines,
    too. The answer holds pairs: one of `records`, and a record that what is about it concerns as well.

    Called once for all activities that are written together, so for many records in an import: answer with the
    same number of queries however many they are, and only for kinds you know.
    """
    raise AssertionError(records)


@hookspec
def timeline_sources(record: Record, member: Member) -> list[TimelineSource]:
    """Where a record's timeline finds more entries. Answer with an empty list for records that are not yours.

    Each source makes at most one query for each page of the timeline.
    """
    raise AssertionError(record, member)
