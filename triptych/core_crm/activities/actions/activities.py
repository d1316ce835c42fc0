"""Writes to an activity's fields and links: check (rights too), write, record, announce."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.planning.plans import PLANNED, lasting, next_reminder, settle_plan
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import Changes, apply_changes, check_fields
from triptych.platform.languages.wording import within_sentence
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

DONE = (Activity.Status.HELD, Activity.Status.COMPLETED)
SETTLED = ("at", "start_at", "due_at", "completed_at", "end_at", "direction", *PLANNED)

LONGEST = timedelta(days=366)
"""How long an activity may take."""


class ActivityFields(TypedDict, total=False):
    """What can be set on an activity. Which statuses fit which kind is in `Activity.STATUSES_OF`."""

    subject: str
    description: str
    status: str
    start_at: datetime | None
    end_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    duration_minutes: int | None
    direction: str
    priority: str
    owner: Member | None
    location: str
    rule: str
    zone: str
    reminders: list[int]
    custom: Mapping[str, Any]


@transaction.atomic
def create_activity(
    *,
    kind: str,
    by: Member | None,
    now: datetime,
    records: Sequence[RecordRef] = (),
    **fields: Unpack[ActivityFields],
) -> Activity:
    """Keep a new activity of that kind (`Activity.Kind`) about these records and those they concern.

    Without an `owner` among the fields it belongs to whoever makes it. Without a `status` a task is not started, and
    a call or meeting is planned if it starts in the future, else held. Announces `activity.created`.

    Raises:
        Refused: a value breaks a rule, or a text is missing; it names the field.
    """
    activity = checked_activity(kind=kind, by=by, now=now, **fields)
    activity.save(force_insert=True)
    concerned = hooks.gather("also_concerned", records=records) if records else []
    _link(activity, [*records, *(more for _record, more in concerned)])
    search.index(search_entry(activity))
    events.announce("activity.created", activity, by=by, at=now, kind=activity.kind)
    return activity


def checked_activity(
    *,
    kind: str,
    by: Member | None,
    now: datetime,
    written_at: datetime | None = None,
    **fields: Unpack[ActivityFields],
) -> Activity:
    """The activity that `create_activity` would keep, not kept; `written_at` when it was written elsewhere. Raises as
    it does.
    """
    at = written_at or now
    activity = Activity(kind=kind, created_at=at, updated_at=now, at=at, owner=by, created_by=by)
    check_fields(activity, only=["kind", "created_at"])
    changes = apply_changes(activity, {"status": _first_status(kind, fields, now), **cleaned(fields)})
    settle(activity, changes, now=now)
    check(activity)
    must(by, CREATE, activity)
    return activity


@transaction.atomic
def update_activity(
    *,
    activity: Activity,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    records: Sequence[RecordRef] | None = None,
    **fields: Unpack[ActivityFields],
) -> Activity:
    """Change the given fields of an activity; `records` replaces all its links.

    `version` is the one that the editor saw. What begins at another time lasts as long as before, unless its end or
    duration is given, too. Announces `activity.updated` with the names of what changed, and nothing
    when nothing did; then `activity.completed` or `activity.reopened` as it applies.

    Raises:
        Conflict: somebody changed the activity since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    activity = locked(activity)
    must(by, CHANGE, activity)
    activity.expect_version(version)
    was_at, was_open = activity.at, activity.is_open
    changes = apply_changes(activity, cleaned(fields))
    must_set(by, activity, changes)
    if not {"end_at", "duration_minutes"} & fields.keys():
        _keep_length(activity, changes)
    if records is not None:
        changes |= _replace_links(activity, records)
    if not changes:
        return activity
    settle(activity, changes, now=now)
    check(activity)
    activity.save_fields(*(changes.keys() - {"records"}), *SETTLED, at=now)
    if activity.at != was_at:
        activity.links.update(at=activity.at)
    search.index(search_entry(activity))
    events.announce("activity.updated", activity, by=by, at=now, changed=sorted(changes))
    if was_open != activity.is_open:
        events.announce("activity.reopened" if activity.is_open else "activity.completed", activity, by=by, at=now)
    return activity


@transaction.atomic
def delete_activity(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """Put an activity into the bin, from which `restore_activity` takes it. Announces `activity.deleted`."""
    activity = locked(activity)
    must(by, DELETE, activity)
    if activity.deleted_at:
        return activity
    activity.deleted_at, activity.remind_at = now, None
    activity.save_fields("deleted_at", "remind_at", at=now)
    search.remove(kind="activity", id=activity.pk)
    events.announce("activity.deleted", activity, by=by, at=now)
    return activity


@transaction.atomic
def restore_activity(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """Take an activity out of the bin, as it was. Announces `activity.restored`."""
    activity = locked(activity)
    must(by, DELETE, activity)
    if not activity.deleted_at:
        return activity
    activity.deleted_at = None
    activity.remind_at = next_reminder(activity, now=now)
    activity.save_fields("deleted_at", "remind_at", at=now)
    search.index(search_entry(activity))
    events.announce("activity.restored", activity, by=by, at=now)
    return activity


def locked(activity: Activity) -> Activity:
    """The activity as it stands now, locked until the transaction ends."""
    rows = Activity.objects.select_related("owner", "created_by").select_for_update(of=("self",))
    fresh: Activity = rows.get(pk=activity.pk)
    return fresh


def _first_status(kind: str, fields: ActivityFields, now: datetime) -> str:
    if kind == Activity.Kind.TASK:
        return Activity.Status.NOT_STARTED
    if kind in (Activity.Kind.CALL, Activity.Kind.MEETING):
        start = fields.get("start_at")
        return Activity.Status.PLANNED if start and start > now else Activity.Status.HELD
    return ""


def settle(activity: Activity, changes: Changes, *, now: datetime) -> None:
    """Bring what follows from other fields in line: when it was done, when it ends, where it stands on a timeline,
    its series and reminders.
    """
    if activity.status in DONE:
        activity.completed_at = activity.completed_at or now
    elif activity.status:
        activity.completed_at = None
    if activity.kind == Activity.Kind.CALL:
        activity.direction = activity.direction or Activity.Direction.OUTBOUND
    if activity.start_at and activity.duration_minutes is not None:
        try:
            activity.end_at = activity.start_at + timedelta(minutes=activity.duration_minutes)
        except OverflowError:
            raise Refused(_("This lasts too long."), field="duration_minutes") from None
    times = {"start_at", "end_at", "duration_minutes"} & changes.keys()
    if times and lasting(activity) > LONGEST:
        field = "end_at" if activity.duration_minutes is None else "duration_minutes"
        raise Refused(_("This lasts too long."), field=field)
    activity.settle()
    settle_plan(activity, changes, now=now)


def _keep_length(activity: Activity, changes: Changes) -> None:
    """Let the end go along with a start that has moved."""
    before, after = changes.get("start_at", (None, None))
    if before and after and activity.end_at:
        with suppress(OverflowError):  # a start at the end of time is refused for what it is
            activity.end_at += after - before


def check(activity: Activity) -> None:
    """Raises Refused for an activity whose fields do not fit together; it names the field."""
    check_fields(activity)
    kind = Activity.Kind(activity.kind)
    allowed = Activity.STATUSES_OF[kind]
    if activity.status not in (allowed or ("",)):
        names = ", ".join(str(status.label) for status in allowed)
        message = _("A %(kind)s has one of these statuses: %(names)s.") if allowed else _("A %(kind)s has no status.")
        raise Refused(message % {"kind": within_sentence(kind.label), "names": names}, field="status")
    if kind in (Activity.Kind.TASK, Activity.Kind.MEETING) and not activity.subject:
        raise Refused(_("Say in a few words what it is about."), field="subject")
    if not activity.subject and not activity.description and kind != Activity.Kind.CALL:
        raise Refused(_("Write something first."), field="description")
    if activity.start_at and activity.end_at and activity.end_at < activity.start_at:
        raise Refused(_("The end lies before the start. Choose a later end."), field="end_at")


def _link(activity: Activity, records: Iterable[RecordRef]) -> None:
    once = {ref.id: ref for ref in records}
    ActivityLink.objects.bulk_create(
        ActivityLink(activity=activity, kind=ref.kind, object_id=ref.id, at=activity.at) for ref in once.values()
    )


def _replace_links(activity: Activity, records: Sequence[RecordRef]) -> Changes:
    """Write other links than the activity has; the change, or nothing when they are the same."""
    before = sorted((kind, str(object_id)) for kind, object_id in activity.links.values_list("kind", "object_id"))
    after = sorted((ref.kind, str(ref.id)) for ref in records)
    if before == after:
        return {}
    activity.links.all().delete()
    _link(activity, records)
    return {"records": (before, after)}


def cleaned(fields: ActivityFields) -> dict[str, Any]:
    """The fields with texts in their one form."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
