"""Writes to one moment of a series, or to the rest of it. Rights are checked by `access` before."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from triptych.core_crm.activities.actions.activities import (
    create_activity,
    delete_activity,
    locked,
    restore_activity,
    update_activity,
)
from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.activities.planning.plans import lasting, repeats_of
from triptych.core_crm.activities.planning.recurrence import Repeats
from triptych.core_crm.activities.planning.series import expecting, move_on, take_out
from triptych.core_crm.activities.records import RecordRef
from triptych.platform import events
from triptych.tenants.members.models import Member


class Which(StrEnum):
    """How much of a series a change concerns."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@transaction.atomic
def change_occurrence(
    *,
    activity: Activity,
    occurs_at: datetime | None,
    which: Which,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    **fields: Any,
) -> Activity:
    """Change this moment of a series, this and all following ones, or all of them. What does not repeat just changes.

    A new start among `fields` is that of the moment `occurs_at`; “all” moves the whole series as far. Returns the
    activity that holds the moment from now on.

    Raises:
        Conflict: somebody changed the activity since `version`.
        Refused: a value breaks a rule, or the series has no such moment.
    """
    if not activity.is_series or occurs_at is None:
        return update_activity(activity=activity, version=version, by=by, now=now, **fields)
    activity = locked(activity)
    activity.expect_version(version)
    repeats = expecting(activity, occurs_at)
    if which is Which.THIS:
        part = take_out(activity=activity, occurs_at=occurs_at, by=by, now=now)
        return update_activity(activity=part, by=by, now=now, **fields)
    if which is Which.FOLLOWING and occurs_at > repeats.anchor:
        activity = _split(activity, occurs_at, by=by, now=now)
        return update_activity(activity=activity, by=by, now=now, **fields)
    return update_activity(activity=activity, by=by, now=now, **_for_all(activity, repeats, occurs_at, fields))


@transaction.atomic
def delete_occurrence(
    *, activity: Activity, occurs_at: datetime | None, which: Which, by: Member | None, now: datetime
) -> Activity:
    """Put this moment of a series, this and all following ones, or all of them into the bin.

    Returns the activity that was deleted, or the series that ends earlier now.

    Raises:
        Refused: the series has no such moment.
    """
    if not activity.is_series or occurs_at is None:
        return delete_activity(activity=activity, by=by, now=now)
    activity = locked(activity)
    repeats = expecting(activity, occurs_at)
    if which is Which.THIS:
        part = take_out(activity=activity, occurs_at=occurs_at, by=by, now=now)
        return delete_activity(activity=part, by=by, now=now)
    first = occurs_at if which is Which.FOLLOWING else repeats.anchor
    for part in activity.exceptions.alive().open().filter(occurs_at__gte=first):
        delete_activity(activity=part, by=by, now=now)
    if first <= repeats.anchor:
        return delete_activity(activity=activity, by=by, now=now)
    _end_before(activity, occurs_at, now=now)
    events.announce("activity.updated", activity, by=by, at=now, changed=["rule"])
    return activity


@transaction.atomic
def restore_series(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """Take a series out of the bin, with those of its parts that went there with it."""
    for part in activity.exceptions.filter(deleted_at=activity.deleted_at) if activity.deleted_at else ():
        restore_activity(activity=part, by=by, now=now)
    return restore_activity(activity=activity, by=by, now=now)


def _end_before(activity: Activity, occurs_at: datetime, *, now: datetime) -> None:
    """Let a locked series end before that moment."""
    repeats = repeats_of(activity)
    activity.rule = repeats.before(occurs_at)
    activity.until_at = repeats_of(activity).last()
    activity.save_fields("rule", "until_at", at=now)
    if activity.due_at and activity.due_at >= occurs_at and activity.is_open:
        move_on(activity, now=now)


def _split(activity: Activity, occurs_at: datetime, *, by: Member | None, now: datetime) -> Activity:
    """End a series before that moment and begin another one with it, which takes the later parts along."""
    rule = repeats_of(activity).rule_from(occurs_at)
    links = [RecordRef(link.kind, link.object_id) for link in activity.links.all()]
    kept = ("subject", "description", "location", "priority", "owner", "direction", "duration_minutes", "custom")
    values = {name: getattr(activity, name) for name in kept}
    is_task = activity.kind == Activity.Kind.TASK
    begun: dict[str, Any] = {"start_at": occurs_at, "end_at": occurs_at + lasting(activity)}
    moment = {"due_at": occurs_at} if is_task else begun
    status = Activity.Status.NOT_STARTED if is_task else Activity.Status.PLANNED
    later = create_activity(
        kind=activity.kind, records=links, by=by, now=now, status=status, rule=rule, zone=activity.zone,
        reminders=activity.reminders, **moment, **values,
    )  # fmt: skip
    Attendee.objects.bulk_create(
        Attendee(activity=later, member_id=one.member_id, contact_id=one.contact_id, invited_at=one.invited_at)
        for one in activity.attendees.all()
    )
    activity.exceptions.filter(occurs_at__gte=occurs_at).update(series=later)
    _end_before(activity, occurs_at, now=now)
    for one in (activity, later):
        events.announce("activity.updated", one, by=by, at=now, changed=["rule"])
    return later


def _for_all(activity: Activity, repeats: Repeats, occurs_at: datetime, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the new start of one moment turned into that of the moment for which the series stands."""
    name = "due_at" if activity.kind == Activity.Kind.TASK else "start_at"
    moved_to = fields.get(name)
    if moved_to is None or activity.due_at is None:
        return fields
    fields = {**fields, name: repeats.later(activity.due_at, moved_from=occurs_at, moved_to=moved_to)}
    if fields.get("end_at") is not None:
        fields["end_at"] = fields[name] + (fields["end_at"] - moved_to)
    for part in activity.exceptions.all():
        part.occurs_at = repeats.later(part.occurs_at, moved_from=occurs_at, moved_to=moved_to)
        part.save(update_fields=["occurs_at"])
    return fields
