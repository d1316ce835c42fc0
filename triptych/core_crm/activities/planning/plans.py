"""What follows for an activity from its moment: the fields of its series, and when somebody is told of it.

Works on the object; `actions` save it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from triptych.core_crm.activities.planning.recurrence import Repeats, checked_rule, shifted_rule
from triptych.platform.changes import Changes
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.refusals import Refused

if TYPE_CHECKING:
    from triptych.core_crm.activities.models import Activity

PLANNED = ("rule", "zone", "anchor_at", "until_at", "remind_at")
"""The fields that this brings in line."""

MOST_REMINDERS = 5
LONGEST_WARNING = 60 * 24 * 28
OVERDUE_AFTER = timedelta(days=1)
"""How long after it was due the person is told once more."""


def repeats_of(activity: Activity) -> Repeats:
    """The moments of a series."""
    assert activity.anchor_at is not None
    return Repeats(activity.rule, ZoneInfo(activity.zone), activity.anchor_at)


def settle_plan(activity: Activity, changes: Changes, *, now: datetime) -> None:
    """Bring series and reminders in line after `changes` (field → before and after).

    Raises:
        Refused: a rule or a reminder makes no sense; it names the field.
    """
    activity.reminders = checked_reminders(activity.reminders)
    if activity.rule:
        _settle_series(activity, changes)
    else:
        activity.anchor_at = activity.until_at = None
        activity.zone = ""
    activity.remind_at = next_reminder(activity, now=now)


def checked_reminders(given: object) -> list[int]:
    """Minutes before an activity, each once, the earliest first.

    Raises:
        Refused: there are too many, or one is no number of minutes within four weeks.
    """
    found = given if isinstance(given, list) else [given]
    if len(found) > MOST_REMINDERS:
        raise Refused(_("Be reminded %d times at most.") % MOST_REMINDERS, field="reminders")
    if not all(type(one) is int and 0 <= one <= LONGEST_WARNING for one in found):
        raise Refused(_("A reminder is a number of minutes before, from 0 to 40320 (four weeks)."), field="reminders")
    return sorted(set(found), reverse=True)


def next_reminder(activity: Activity, *, now: datetime) -> datetime | None:
    """When somebody is next told of the activity; None when there is nothing left to tell."""
    later = [at for at, _stage in stages_of(activity) if at > now]
    return min(later, default=None)


def stages_of(activity: Activity) -> list[tuple[datetime, str]]:
    """When the activity is to be told of, and as what: `soon`, `due` or `overdue`. Only tasks become overdue."""
    due = activity.due_at
    if due is None or not activity.is_open or activity.deleted_at:
        return []
    stages = [(due - timedelta(minutes=minutes), "soon" if minutes else "due") for minutes in activity.reminders]
    if activity.kind == activity.Kind.TASK:
        stages += [(due, "due"), (due + OVERDUE_AFTER, "overdue")]
    return sorted(set(stages))


def _settle_series(activity: Activity, changes: Changes) -> None:
    moment = activity.due_at
    if not activity.STATUSES_OF[activity.Kind(activity.kind)]:
        raise Refused(_("Notes and emails do not repeat."), field="rule")
    if moment is None:
        field = "due_at" if activity.kind == activity.Kind.TASK else "start_at"
        raise Refused(_("Say when it is for the first time; then it can repeat."), field=field)
    if activity.series_id:
        raise Refused(_("This is one of a series. Change how the series repeats."), field="rule")
    activity.zone = activity.zone or current_tenant().timezone
    zone = ZoneInfo(activity.zone)
    if activity.anchor_at is None or "rule" in changes:
        repeats = checked_rule(activity.rule, zone=zone, start=moment)
    else:
        repeats = _moved(activity, changes, moment)
    activity.rule, activity.anchor_at, activity.until_at = repeats.rule, repeats.anchor, repeats.last()
    _move_head(activity, repeats.first_from(moment) or repeats.anchor)


def _moved(activity: Activity, changes: Changes, moment: datetime) -> Repeats:
    """The series after its next moment went from where it was to `moment`: all of it is moved as far."""
    repeats = repeats_of(activity)
    before = changes.get("due_at" if activity.kind == activity.Kind.TASK else "start_at", (moment, moment))[0] or moment
    if before == moment:
        return repeats
    rule = shifted_rule(repeats.rule, repeats.days_apart(before, moment))
    anchor = repeats.later(repeats.anchor, moved_from=before, moved_to=moment)
    return Repeats(rule, repeats.zone, anchor)


def _move_head(activity: Activity, moment: datetime) -> None:
    move_to(activity, moment)
    activity.settle()


def move_to(activity: Activity, moment: datetime) -> None:
    """Let the activity begin, or a task be due, at that moment, and last as long as before. On the object only."""
    if activity.kind == activity.Kind.TASK:
        activity.due_at = moment
        return
    lasts = lasting(activity)
    activity.start_at = moment
    if activity.end_at is not None:
        activity.end_at = moment + lasts


def lasting(activity: Activity) -> timedelta:
    """How long it takes."""
    if activity.duration_minutes is not None:
        return timedelta(minutes=activity.duration_minutes)
    if activity.start_at and activity.end_at:
        return activity.end_at - activity.start_at
    return timedelta()
