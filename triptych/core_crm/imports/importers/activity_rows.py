"""From rows of a file to activities: what follows from the kind, when it was, and whom it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from triptych.core_crm.activities import actions
from triptych.core_crm.activities.actions import PastActivity
from triptych.core_crm.activities.actions.bulk import link_in_bulk
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Row, Writing
from triptych.core_crm.imports.importers.companies import owner_of
from triptych.tenants.members.models import Member

KIND, LINK_KIND = "activities.activity", "activities.activitylink"
ABOUT = ("contact", "company", "deal", "lead", "case")
"""The fields that name records, each after the kind of record."""

PLAIN = ("subject", "description", "priority", "direction", "duration_minutes", "location")
TIMES = ("due_at", "start_at", "end_at", "completed_at", "written_at")
Status = Activity.Status
OF_MEETINGS = {
    Status.COMPLETED: Status.HELD,
    Status.CANCELED: Status.NOT_HELD,
    Status.NOT_STARTED: Status.PLANNED,
    Status.STARTED: Status.PLANNED,
    Status.DEFERRED: Status.PLANNED,
}
OF_TASKS = {Status.HELD: Status.COMPLETED, Status.NOT_HELD: Status.CANCELED, Status.PLANNED: Status.NOT_STARTED}
"""What a status of the other kinds means for one of these."""


def kind_of(row: Row, writing: Writing) -> str:
    """What a row is: what it says itself, else what all rows of the file are."""
    return str(row.values.get("kind") or writing.options.get("kind") or Activity.Kind.NOTE)


def refs_of(row: Row) -> list[RecordRef]:
    """The records that a row is about."""
    return [RecordRef(name, row.values[name]) for name in ABOUT if row.values.get(name)]


def new_activity(row: Row, owners: Mapping[UUID, Member], writing: Writing) -> PastActivity:
    """The activity that a row makes."""
    kind = kind_of(row, writing)
    fields: dict[str, Any] = {name: row.values[name] for name in PLAIN if row.values.get(name) is not None}
    fields["owner"] = owner_of(row, dict(owners), writing)
    if kind in (Activity.Kind.TASK, Activity.Kind.MEETING):
        first = str(fields.get("description", "")).strip().partition("\n")[0]
        fields["subject"] = str(fields.get("subject") or first)[:200]
    fields |= _times(kind, row, writing.at)
    status = _status(kind, row)
    if status or Activity.STATUSES_OF[Activity.Kind(kind)]:
        fields["status"] = status or _first_status(kind, fields, writing.at)
    if fields.get("status") in (Status.HELD, Status.COMPLETED):
        fields["completed_at"] = min(fields.get("completed_at") or _happened(fields, writing.at), writing.at)
    else:
        fields.pop("completed_at", None)
    return cast(PastActivity, {**fields, "kind": kind, "records": refs_of(row)})


def _times(kind: str, row: Row, now: datetime) -> dict[str, datetime]:
    """When it was, in the columns where its kind keeps that."""
    given: dict[str, datetime] = {name: row.values[name] for name in TIMES if row.values.get(name)}
    first = next((given[name] for name in ("start_at", "due_at", "completed_at", "written_at") if name in given), None)
    if kind == Activity.Kind.TASK:
        due = given.get("due_at") or given.get("start_at")
        return {name: at for name, at in (*given.items(), ("due_at", due)) if at and name not in ("start_at", "end_at")}
    if kind == Activity.Kind.NOTE:
        return {"written_at": given.get("written_at") or first} if first else {}
    times = {name: at for name, at in given.items() if name != "due_at"} | {"start_at": first or now}
    if times.get("end_at", times["start_at"]) < times["start_at"]:
        del times["end_at"]
    return times


def _status(kind: str, row: Row) -> str:
    """The status that the row says, in the words of its kind; empty where it says none."""
    said = row.values.get("status", "")
    if not said or not Activity.STATUSES_OF[Activity.Kind(kind)]:
        return ""
    meant = OF_TASKS if kind == Activity.Kind.TASK else OF_MEETINGS
    return str(meant.get(said, said))


def _first_status(kind: str, fields: Mapping[str, Any], now: datetime) -> str:
    if kind == Activity.Kind.TASK:
        return Status.COMPLETED if fields.get("completed_at") else Status.NOT_STARTED
    return Status.PLANNED if fields["start_at"] > now else Status.HELD


def _happened(fields: Mapping[str, Any], now: datetime) -> datetime:
    """When something was done of which the file says only that it was."""
    return next((fields[name] for name in ("end_at", "start_at", "due_at", "written_at") if fields.get(name)), now)


def changed_activity(row: Row, activity: Activity, owners: Mapping[UUID, Member]) -> PastActivity:
    """What a row says of an activity that is here. Its kind stays."""
    fields: dict[str, Any] = {name: row.values[name] for name in (*PLAIN, *TIMES) if name in row.values}
    if row.values.get("owner") in owners:
        fields["owner"] = owners[row.values["owner"]]
    if status := _status(activity.kind, row):
        fields["status"] = status
    if activity.kind in (Activity.Kind.CALL, Activity.Kind.MEETING):
        fields.setdefault("start_at", fields.pop("due_at", activity.start_at))
    return cast(PastActivity, fields)


def update_activities(rows: Sequence[Row], owners: Mapping[UUID, Member], writing: Writing) -> list[Change]:
    """Update these activities, and add the links that they lack; what undoing needs."""
    if not rows:
        return []
    known = Activity.objects.in_bulk([row.existing for row in rows])
    rows_of = {pk: row for row in rows if (pk := row.existing) and pk in known}
    before = {pk: image_of(activity) for pk, activity in known.items()}
    links = {link.pk: link for link in ActivityLink.objects.filter(activity__in=known)}
    given = {pk: changed_activity(row, known[pk], owners) for pk, row in rows_of.items()}
    changed = actions.update_activities_in_bulk(given, by=writing.by, now=writing.at)
    now = known | {activity.pk: activity for activity in changed}
    made = link_in_bulk({now[pk]: refs_of(row) for pk, row in rows_of.items()})
    moved = [link for link in links.values() if link.at != now[link.activity_id].at]
    return [
        *(Change(rows_of[one.pk].number, KIND, one.pk, before[one.pk]) for one in changed),
        *(Change(rows_of[link.activity_id].number, LINK_KIND, link.pk, image_of(link)) for link in moved),
        *(Change(rows_of[link.activity_id].number, LINK_KIND, link.pk) for link in made),
    ]
