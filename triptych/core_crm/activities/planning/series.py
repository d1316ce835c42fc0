"""A series and its parts: moments that somebody dealt with are activities of their own, the rest is one row."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.models import Activity, ActivityLink, Attendee
from triptych.core_crm.activities.planning.plans import PLANNED, move_to, next_reminder, repeats_of
from triptych.core_crm.activities.planning.recurrence import Repeats
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events, search
from triptych.platform.files.models import File
from triptych.platform.ids import new_id
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

_SECOND = timedelta(seconds=1)
OWN = ("series_id", "occurs_at", "id", "created_at", "updated_at", "version", "deleted_at", "completed_at", *PLANNED)
"""What one moment of a series has for itself; the rest it takes over."""


def next_taken_out(*, activity: Activity, by: Member | None, now: datetime) -> Activity:
    """The moment for which a series stands, as an activity of its own. See `take_out`."""
    assert activity.due_at is not None
    return take_out(activity=activity, occurs_at=activity.due_at, by=by, now=now)


@transaction.atomic
def take_out(*, activity: Activity, occurs_at: datetime, by: Member | None, now: datetime) -> Activity:
    """Make one moment of a series an activity of its own, with its links and attendees; the series leaves it out.

    Doing it again answers with the same one. Announces `activity.created`, with the series.

    Raises:
        Refused: the series has no such moment.
    """
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    known: Activity | None = activity.exceptions.alive().filter(occurs_at=occurs_at).first()
    if known is not None:
        return known
    expecting(activity, occurs_at)
    values = {field.attname: getattr(activity, field.attname) for field in Activity._meta.concrete_fields}
    own = {"id": new_id(), "series_id": activity.pk, "occurs_at": occurs_at, "created_at": now, "updated_at": now}
    part = Activity(**{name: value for name, value in values.items() if name not in OWN}, **own)
    move_to(part, occurs_at)
    part.settle()
    part.remind_at = next_reminder(part, now=now)
    part.save(force_insert=True)
    ActivityLink.objects.bulk_create(
        ActivityLink(activity=part, kind=link.kind, object_id=link.object_id, at=part.at)
        for link in activity.links.all()
    )
    Attendee.objects.bulk_create(
        Attendee(
            activity=part, member_id=one.member_id, contact_id=one.contact_id,
            answer=one.answer, answered_at=one.answered_at, invited_at=one.invited_at,
        )
        for one in activity.attendees.all()
    )  # fmt: skip
    search.index(search_entry(part))
    events.announce("activity.created", part, by=by, at=now, kind=part.kind, series=str(activity.pk))
    if activity.due_at == occurs_at:
        move_on(activity, now=now)
    return part


TAKEN_OUT_AND_DONE = 2
"""The version of a part with which nothing has happened but that it was taken out and done."""


def last_done(series: Activity) -> Activity | None:
    """The moment of a series that was done last."""
    parts = series.exceptions.alive().exclude(status__in=Activity.OPEN_STATUSES)
    found: Activity | None = parts.order_by("-completed_at", "-pk").first()
    return found


@transaction.atomic
def put_back(*, part: Activity, by: Member | None, now: datetime) -> Activity | None:
    """Let a series stand again for a moment that was done, as if it had not been; the part that was made of it goes.

    None where that cannot be: somebody has worked on the part, or the series has changed. Announces `activity.deleted`
    of the part and `activity.reopened` of the series.
    """
    series: Activity = Activity.objects.select_for_update().get(pk=part.series_id)
    part = Activity.objects.select_for_update().get(pk=part.pk)
    occurs_at = part.occurs_at
    if part.version != TAKEN_OUT_AND_DONE or part.is_open or series.deleted_at or not series.is_series:
        return None
    if occurs_at is None or not repeats_of(series).includes(occurs_at) or _holds_something(part):
        return None
    if series.is_open and series.due_at and series.due_at <= occurs_at:
        return None
    for one in (part, series):
        must(by, CHANGE, one)
    events.announce("activity.deleted", part, by=by, at=now)
    search.remove(kind="activity", id=part.pk)
    part.delete()
    series.status = series.STATUSES_OF[Activity.Kind(series.kind)][0]
    series.completed_at = None
    move_to(series, occurs_at)
    _save_moved(series, now=now)
    events.announce("activity.reopened", series, by=by, at=now)
    return series


def _holds_something(part: Activity) -> bool:
    return File.objects.alive().filter(kind="activity", object_id=part.pk).exists()


def move_on(activity: Activity, *, now: datetime) -> None:
    """Let a locked series stand for its next moment after the one it stands for; at its end it is done."""
    assert activity.due_at is not None
    taken = set(activity.exceptions.values_list("occurs_at", flat=True))
    repeats, moment = repeats_of(activity), activity.due_at
    while (later := repeats.first_from(moment.replace(microsecond=0) + _SECOND)) is not None:
        moment = later
        if moment not in taken:
            break
    if later is None:
        is_task = activity.kind == Activity.Kind.TASK
        activity.status = Activity.Status.COMPLETED if is_task else Activity.Status.HELD
        activity.completed_at = now
    else:
        move_to(activity, moment)
    _save_moved(activity, now=now)


def _save_moved(activity: Activity, *, now: datetime) -> None:
    activity.settle()
    activity.remind_at = next_reminder(activity, now=now)
    activity.save_fields("status", "completed_at", "start_at", "end_at", "due_at", "at", "remind_at", at=now)
    activity.links.update(at=activity.at)


def expecting(activity: Activity, occurs_at: datetime) -> Repeats:
    """The moments of a series, of which this must be one that is still in it.

    Raises:
        Refused: it is not.
    """
    repeats = repeats_of(activity)
    if not repeats.includes(occurs_at) or activity.exceptions.filter(occurs_at=occurs_at).exists():
        raise Refused(_("The series has no such moment any more. Open the calendar again."), field="occurs_at")
    return repeats
