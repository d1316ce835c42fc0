"""What happens on calendars by itself: reminders, series that move on, invitations by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.activities.planning.invitations import invitation, tell_removed, tell_those_invited
from triptych.core_crm.activities.planning.plans import lasting, next_reminder, repeats_of, stages_of
from triptych.core_crm.activities.planning.series import move_on
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.notifications.mails import in_words_of_the_workspace
from triptych.core_crm.rights.access import as_seen, veiled
from triptych.platform import clock, events
from triptych.platform.events import Event, schedules
from triptych.platform.languages.dates import in_short
from triptych.tenants.members.models import Member

EVERY = timedelta(minutes=5)
BATCH = 500
OPEN_SERIES = {"kind__in": [Activity.Kind.CALL, Activity.Kind.MEETING], "status": Activity.Status.PLANNED}


@schedules.every(EVERY)
def remind(event: Event) -> None:
    """Tell people of what is near, due or overdue: never more than half a round early or late, each stage once.

    First the calls and meetings that repeat go on to their next time once one is over.
    """
    now = event.at
    past = Activity.objects.alive().filter(due_at__lt=now, **OPEN_SERIES).exclude(rule="").order_by("due_at", "pk")
    for series in past.select_for_update(skip_locked=True)[:BATCH]:
        _go_on(series, now)
    until = now + EVERY / 2
    near = Activity.objects.alive().filter(remind_at__lte=until).order_by("remind_at", "pk")
    for activity in near.select_for_update(skip_locked=True, of=("self",)).select_related("owner")[:BATCH]:
        _remind(activity, until, now)


def _go_on(series: Activity, now: datetime) -> None:
    """Let a series stand for its first time that is not over; what was to be told of it since then still is."""
    later = repeats_of(series).first_from(now - lasting(series))
    over = series.due_at
    while later is not None and series.is_open and series.due_at is not None and series.due_at < later:
        over = series.due_at
        move_on(series, now=now)
    if over != series.due_at and over is not None:
        series.remind_at = next_reminder(series, now=over)
        Activity.objects.filter(pk=series.pk).update(remind_at=series.remind_at)


def _remind(activity: Activity, until: datetime, now: datetime) -> None:
    passed = [(at, stage) for at, stage in stages_of(activity) if at <= until]
    activity.remind_at = next_reminder(activity, now=until)
    Activity.objects.filter(pk=activity.pk).update(remind_at=activity.remind_at)
    if not passed or activity.due_at is None:
        return
    at, stage = max(passed)
    people = [activity.owner] if activity.owner else []
    attending = Attendee.objects.filter(activity=activity, member__isnull=False).exclude(answer="declined")
    people += [one.member for one in attending.select_related("member") if one.member]
    notify(
        to=people, kind=stage, title=partial(_reminder, activity, stage), url=activity.get_absolute_url(), now=now,
        about=RecordRef.of(activity), key=f"{stage}:{activity.pk}:{activity.due_at.isoformat()}:{at.isoformat()}",
    )  # fmt: skip


def _reminder(activity: Activity, stage: str, reader: Member) -> str:
    words = {
        "soon": _("%(when)s: %(what)s"),
        "due": _("Now: %(what)s"),
        "overdue": _("Overdue since %(when)s: %(what)s"),
    }
    when = in_short(activity.due_at) if activity.due_at else ""
    return words[stage] % {"when": when, "what": as_seen(reader, activity)}


@events.handles("activity.attendee_invited")
def invite(event: Event) -> None:
    """Tell a member in the app; mail a contact the link by which they answer, with the meeting as a calendar file."""
    attendee = (
        Attendee.objects.select_for_update(of=("self",))
        .select_related("activity__owner", "member", "contact")
        .filter(pk=UUID(event.facts["attendee"]), invited_at=None, activity__deleted_at=None)
        .first()
    )
    if attendee is None:
        return
    now = clock.now()
    attendee.invited_at = now
    attendee.save(update_fields=["invited_at"])
    activity = attendee.activity
    if attendee.member:
        notify(
            to=[attendee.member], kind="invited", title=partial(_invited, activity),
            url=activity.get_absolute_url(), about=RecordRef.of(activity), by=event.by, now=now,
            key=f"invited:{attendee.pk}",
        )  # fmt: skip
    elif attendee.contact and attendee.contact.primary_email and not attendee.contact.deleted_at:
        with in_words_of_the_workspace():
            invitation(attendee, event).send()


def _invited(activity: Activity, reader: Member) -> str:
    return _("You are invited: %(what)s") % {"what": as_seen(reader, activity)}


@events.handles("activity.attendee_removed")
def take_off(event: Event) -> None:
    """Mail a contact who was invited that they are not any more."""
    tell_removed(event, now=clock.now())


@events.handles("activity.updated", "activity.deleted", "activity.restored")
def tell_of_change(event: Event) -> None:
    """Tell who takes part that a call or meeting to come was moved, is elsewhere, or is called off."""
    tell_those_invited(event, now=clock.now())


@events.handles("activity.answered")
def tell_of_answer(event: Event) -> None:
    """Tell the owner what somebody answered."""
    attendee = Attendee.objects.select_related("activity__owner", "member", "contact")
    found = attendee.filter(pk=UUID(event.facts["attendee"])).first()
    if found is None or found.activity.owner is None:
        return
    [shown] = veiled(found.activity.owner, [found])  # the owner may not know whom another has invited

    def title(_reader: Member) -> str:
        words = {"who": shown, "answer": found.get_answer_display(), "what": found.activity}
        return _("%(who)s: %(answer)s – %(what)s") % words

    notify(
        to=[found.activity.owner], kind="answered", title=title, url=found.activity.get_absolute_url(), by=event.by,
        about=RecordRef.of(found.activity), key=f"answered:{event.id}", now=clock.now(),
    )  # fmt: skip
