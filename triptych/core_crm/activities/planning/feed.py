"""Calendars as other programs read them: iCalendar (RFC 5545)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from django.db import transaction
from django.db.models import Q

from triptych.core_crm.activities import access
from triptych.core_crm.activities.models import Activity, Attendee, CalendarFeed
from triptych.core_crm.activities.planning.plans import lasting
from triptych.core_crm.activities.planning.recurrence import parts_of
from triptych.core_crm.activities.planning.window import KINDS, concerning, moments_taken
from triptych.core_crm.rights.access import veiled
from triptych.tenants.members.models import Member, digest_of

BACK, AHEAD = timedelta(days=90), timedelta(days=730)
MOST = 5_000
STATUS = {Activity.Status.CANCELED: "CANCELLED", Activity.Status.NOT_HELD: "CANCELLED"}
ANSWERS = {"pending": "NEEDS-ACTION", "accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED"}


@transaction.atomic
def create_feed(*, member: Member, now: datetime) -> str:
    """Make the secret of a member's calendar address, in place of the one before, and answer with it."""
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        member=member, defaults={"digest": digest_of(secret), "created_at": now, "fetched_at": None}
    )
    return secret


@transaction.atomic
def revoke_feed(*, member: Member) -> None:
    """Make the address useless."""
    CalendarFeed.objects.filter(member=member).delete()


def member_of_feed(secret: str) -> Member | None:
    """Whose calendar the address is, while they work here."""
    feeds = CalendarFeed.objects.select_related("member")
    feed = feeds.filter(digest=digest_of(secret), member__is_active=True).first()
    return feed.member if feed else None


def feed_of(member: Member, *, now: datetime, host: str) -> bytes:
    """What the member owns or takes part in, from three months ago for two years, as a calendar file."""
    mine = (
        access.activities_visible_to(member)
        .filter(concerning([member.pk]), kind__in=KINDS)
        .select_related("owner", "series")
    )
    singles = mine.filter(rule="", due_at__gte=now - BACK, due_at__lt=now + AHEAD)
    series = list(mine.exclude(rule="").order_by("anchor_at", "pk")[:MOST])
    return calendar_of([*series, *singles.order_by("due_at", "pk")[:MOST]], name=member.name, host=host, member=member)


def calendar_of(
    activities: Collection[Activity],
    *,
    name: str,
    host: str,
    member: Member | None = None,
    guest: Attendee | None = None,
    method: str = "PUBLISH",
) -> bytes:
    """These activities as a calendar file; for a member, without contacts that they do not see; for a guest, without
    the other guests. `method` (RFC 5546) is REQUEST for an invitation and what changes it, CANCEL for what is
    called off.

    Series keep their rule; their parts name the moment they stand for."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Triptych//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", name)
    taken = moments_taken([one for one in activities if one.is_series])
    attending: dict[object, list[Attendee]] = {}
    asked = Attendee.objects.filter(activity__in=[one.pk for one in activities]).select_related("member", "contact")
    if guest is not None:
        asked = asked.filter(Q(contact=guest.contact_id) | Q(member__isnull=False))
    for one in veiled(member, asked) if member else asked:
        attending.setdefault(one.activity_id, []).append(one)
    if guest is not None and guest not in attending.get(guest.activity_id, []):  # who was taken off is told as well
        attending.setdefault(guest.activity_id, []).append(guest)
    shown = {one.pk for one in activities}
    for activity in activities:
        event = _event(activity, host=host, attendees=attending.get(activity.pk, []))
        if activity.is_series:
            parts = {one.occurs_at for one in activities if one.series_id == activity.pk}
            for moment in sorted(taken[activity.pk] - parts):
                event.add("exdate", _local(moment, activity.zone))
        elif activity.series and activity.occurs_at and (activity.series_id in shown or guest is not None):
            whole = activity.series
            event["SEQUENCE"] = icalendar.vInt(whole.version + activity.version)
            event["UID"] = icalendar.vText(f"{activity.series_id}@{host}")
            event.add("recurrence-id", _local(activity.occurs_at, whole.zone))
        if method == "CANCEL":
            event["STATUS"] = icalendar.vText("CANCELLED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(activity: Activity, *, host: str, attendees: Collection[Attendee]) -> icalendar.Event:
    event = icalendar.Event()
    start = (activity.anchor_at if activity.is_series else activity.due_at) or activity.at
    event.add("uid", f"{activity.pk}@{host}")
    event.add("dtstamp", activity.updated_at.astimezone(UTC))
    event.add("sequence", activity.version)
    event.add("dtstart", _local(start, activity.zone))
    event.add("dtend", _local(start + (lasting(activity) or timedelta(minutes=30)), activity.zone))
    event.add("summary", str(activity))
    event.add("url", f"https://{host}{activity.get_absolute_url()}")
    for field in ("description", "location"):
        if value := getattr(activity, field):
            event.add(field, value)
    if activity.is_series:
        event.add("rrule", icalendar.vRecur.from_ical(";".join(f"{n}={v}" for n, v in parts_of(activity.rule).items())))
    event.add("status", STATUS.get(Activity.Status(activity.status), "CONFIRMED") if activity.status else "CONFIRMED")
    if activity.owner and activity.owner.email:
        event.add("organizer", _person(activity.owner.email, activity.owner.name))
    for one in attendees:
        email = _email_of(one)
        if email:
            person = _person(email, str(one))
            person.params["PARTSTAT"] = ANSWERS[one.answer]
            event.add("attendee", person)
    return event


def _email_of(attendee: Attendee) -> str:
    if attendee.member:
        return attendee.member.email
    return str(attendee.contact.primary_email or "") if attendee.contact else ""


def _person(email: str, name: str) -> icalendar.vCalAddress:
    person = icalendar.vCalAddress(f"mailto:{email}")
    person.params["CN"] = name
    return person


def _local(moment: datetime, zone: str) -> datetime:
    """In the zone of a series, which its rule needs; else in UTC."""
    return moment.astimezone(ZoneInfo(zone) if zone else UTC)
