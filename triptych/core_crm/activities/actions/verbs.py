"""What people do with activities, said the way they say it. Each raises as `create_activity` or `update_activity`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.utils.translation import gettext as _

from triptych.core_crm.activities.actions.activities import ActivityFields, create_activity, update_activity
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.series import last_done, next_taken_out, put_back
from triptych.core_crm.activities.records import RecordRef
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def add_note(*, text: str, records: Sequence[RecordRef], by: Member | None, now: datetime) -> Activity:
    """Write a note on records."""
    return create_activity(kind=Activity.Kind.NOTE, description=text, records=records, by=by, now=now)


def create_task(
    *, records: Sequence[RecordRef] = (), by: Member | None, now: datetime, **fields: Unpack[ActivityFields]
) -> Activity:
    """Note something to be done: its `subject`, and `due_at` if there is a time for it."""
    return create_activity(kind=Activity.Kind.TASK, records=records, by=by, now=now, **fields)


def log_call(
    *, records: Sequence[RecordRef] = (), by: Member | None, now: datetime, **fields: Unpack[ActivityFields]
) -> Activity:
    """Note a call that was made, or one that is planned when its `start_at` lies in the future."""
    fields.setdefault("start_at", now)
    return create_activity(kind=Activity.Kind.CALL, records=records, by=by, now=now, **fields)


def log_meeting(
    *, records: Sequence[RecordRef] = (), by: Member | None, now: datetime, **fields: Unpack[ActivityFields]
) -> Activity:
    """Note a meeting that was held, or one that is planned when its `start_at` lies in the future."""
    fields.setdefault("start_at", now)
    return create_activity(kind=Activity.Kind.MEETING, records=records, by=by, now=now, **fields)


def log_email(
    *, records: Sequence[RecordRef] = (), by: Member | None, now: datetime, **fields: Unpack[ActivityFields]
) -> Activity:
    """Note an email that was sent or received elsewhere. Nothing is sent."""
    fields.setdefault("start_at", now)
    return create_activity(kind=Activity.Kind.EMAIL, records=records, by=by, now=now, **fields)


def complete_activity(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """Note that a task is completed, or that a planned call or meeting was held. Doing it twice changes nothing.

    Of a series only the next moment is done: it becomes an activity of its own, which is returned.

    Raises:
        Refused: it is a note or an email.
    """
    if not activity.status:
        raise Refused(_("Notes and emails are nothing to complete."))
    done = Activity.Status.COMPLETED if activity.kind == Activity.Kind.TASK else Activity.Status.HELD
    if activity.is_series and activity.is_open:
        activity = next_taken_out(activity=activity, by=by, now=now)
    return update_activity(activity=activity, by=by, now=now, status=done)


def undo_completion(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """Put a completed task, or a call or meeting that was held, back among what is to be done.

    Where that was the next moment of a series, the series stands for it again and is returned, unless somebody has
    worked on either since; of a series that has come to its end, the moment that was done last is meant.

    Raises:
        Refused: it is a note or an email.
    """
    if not activity.status:
        raise Refused(_("Notes and emails are nothing to complete."))
    part = last_done(activity) if activity.is_series and not activity.is_open else activity
    if part is not None and part.series_id and (series := put_back(part=part, by=by, now=now)) is not None:
        return series
    to_do = Activity.Status.NOT_STARTED if activity.kind == Activity.Kind.TASK else Activity.Status.PLANNED
    return update_activity(activity=activity, by=by, now=now, status=to_do)
