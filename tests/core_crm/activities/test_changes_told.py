"""Who was invited hears that a meeting moves, changes place or is called off."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from ical.calendar_stream import IcsCalendarStream

from triptych.core_crm.activities import actions
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning import attendees
from triptych.core_crm.activities.planning.attendees import set_attendees
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.notifications.models import Notification
from triptych.platform import clock
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

START = datetime(2031, 3, 5, 8, tzinfo=UTC)
"""A Wednesday to come."""
WEEK = timedelta(days=7)


@pytest.fixture
def meet(tenant, members, drain):
    """Makes a meeting of the member's to which the owner and Ilse, a contact, are invited; their mails are out."""

    def meet(**more):
        with entered(tenant):
            by, now = members["member"], clock.now()
            ilse = create_contact(first_name="Ilse", emails=["ilse@quarz.example"], by=None, now=now)
            made = actions.create_activity(
                kind="meeting", subject="Plan", start_at=START, duration_minutes=60, by=by, now=now, **more
            )
            set_attendees(activity=made, members=[members["owner"]], contacts=[ilse], by=by, now=now)
        drain()
        assert len(mail.outbox) == 1
        return made

    return meet


@pytest.fixture
def told(drain):
    """What is mailed to Ilse of what happened since: (subject, METHOD, events as another library reads them)."""

    def told():
        mail.outbox.clear()
        drain()
        return [read(one) for one in mail.outbox if one.to == ["ilse@quarz.example"]]

    return told


def read(message):
    _name, text, kind = message.attachments[0]
    found = IcsCalendarStream.calendar_from_ics(text)
    assert kind == f"text/calendar; method={found.method}"
    assert f'text/calendar; method="{found.method}"' in message.message().as_string()
    return message.subject, found.method, found.events


def post(client, meeting, act, at=None, which="", **typed):
    moment = {"occurs_at": f"{at:%Y-%m-%dT%H:%M:%S+00:00}", "which": which} if at else {}
    assert client.post(f"/calendar/{meeting.pk}/{act}/", {**moment, **typed}).status_code == 302


def at(moment):
    return {"start": f"{moment:%Y-%m-%dT%H:%M}", "minutes": "60"}


def heard(tenant, member):
    with entered(tenant):
        found = Notification.objects.filter(member=member, kind="invited").order_by("created_at", "pk")
        return list(found.values_list("title", flat=True))


def test_a_guest_hears_of_a_move_another_place_and_the_end(cast, tenant, members, meet, told):
    meeting = meet()
    invited = read(mail.outbox[0])
    post(cast["member"], meeting, "move", **at(START + timedelta(hours=2)))
    [(subject, method, [event])] = told()

    assert invited[:2] == ("Invitation: Plan", "REQUEST")
    assert (subject, method, event.uid) == ("Changed: Plan", "REQUEST", invited[2][0].uid)
    assert (event.dtstart, event.sequence > invited[2][0].sequence) == (START + timedelta(hours=2), True)

    edited = {**at(START + timedelta(hours=2)), "subject": "Plan it", "location": "Room 2"}
    with entered(tenant):
        guests = [one.contact_id for one in meeting.attendees.filter(contact__isnull=False)]
        version = Activity.objects.get(pk=meeting.pk).version
    people = {"members": [members["owner"].pk], "contacts": guests, "version": version}
    assert cast["member"].post(f"/calendar/{meeting.pk}/", {**edited, **people}).status_code == 302
    [(subject, _method, [elsewhere])] = told()
    assert (subject, elsewhere.location, elsewhere.sequence > event.sequence) == ("Changed: Plan it", "Room 2", True)
    assert "Room 2" in mail.outbox[0].body

    post(cast["member"], meeting, "delete")
    [(subject, method, [off])] = told()
    assert (subject, method, off.uid, off.status) == ("Called off: Plan it", "CANCEL", event.uid, "CANCELLED")
    assert off.sequence > elsewhere.sequence
    expected = ["You are invited: Plan", "Changed: Plan", "Changed: Plan it", "Called off: Plan it"]
    assert (heard(tenant, members["owner"]), heard(tenant, members["member"])) == (expected, [])

    post(cast["member"], meeting, "restore")
    assert [one[:2] for one in told()] == [("Changed: Plan it", "REQUEST")]


def test_one_moment_the_following_or_all_of_a_series(cast, tenant, meet, told):
    series = meet(rule="FREQ=WEEKLY", zone="UTC")
    member, second, third = cast["member"], START + WEEK, START + 2 * WEEK

    post(member, series, "move", second, "this", **at(second + timedelta(hours=2)))
    [(_subject, method, [one])] = told()
    assert (method, one.uid.startswith(str(series.pk)), one.dtstart) == ("REQUEST", True, second + timedelta(hours=2))
    assert one.recurrence_id == f"{second:%Y%m%dT%H%M%SZ}"

    post(member, series, "delete", third, "this")
    [(_subject, method, [gone])] = told()
    assert (method, gone.recurrence_id) == ("CANCEL", f"{third:%Y%m%dT%H%M%SZ}")

    fourth = START + 3 * WEEK
    post(member, series, "move", fourth, "following", **at(fourth + timedelta(hours=1)))
    ended, begun = sorted(told(), key=lambda one: one[2][0].dtstart)
    assert [(len(one[2]), one[1]) for one in (ended, begun)] == [(2, "REQUEST"), (1, "REQUEST")]
    assert (ended[2][0].rrule.until < fourth, begun[2][0].dtstart) == (True, fourth + timedelta(hours=1))

    post(member, series, "delete", START, "all")
    assert [(one[1], one[2][0].recurrence_id) for one in told()] == [("CANCEL", None)]


def test_what_is_over_or_changed_in_passing_is_not_mailed_and_a_move_undone_at_once_is_mailed_once(
    cast, tenant, members, meet, told
):
    meeting = meet()
    with entered(tenant):
        changes = {"subject": "Other"}, {"start_at": START - timedelta(days=9000)}
        actions.update_activity(activity=meeting, by=members["member"], now=clock.now(), **changes[0])
    assert told() == []
    post(cast["member"], meeting, "move", **at(START + WEEK))
    back = f"move/back/?to={START:%Y-%m-%dT%H:%M:%SZ}&minutes=60".replace("+", "%2B")
    assert cast["member"].post(f"/calendar/{meeting.pk}/{back}").status_code == 302
    [(_subject, _method, [event])] = told()
    assert event.dtstart == START
    with entered(tenant):
        actions.update_activity(activity=meeting, by=members["member"], now=clock.now(), **changes[1])
    assert told() == []


def test_a_move_that_was_mailed_and_is_undone_is_mailed_as_one_that_tells_how_it_is_now(cast, meet, told):
    meeting = meet()
    post(cast["member"], meeting, "move", **at(START + WEEK))
    [(_subject, _method, [moved])] = told()
    for moment in (START + 2 * WEEK, START):
        post(cast["member"], meeting, "move", **at(moment))

    [(subject, method, [back])] = told()
    assert (subject, method, back.dtstart, back.sequence > moved.sequence) == ("Changed: Plan", "REQUEST", START, True)


def test_who_is_taken_off_is_told_alone_and_not_if_they_are_asked_again(tenant, members, meet, told):
    meeting = meet()
    [invited] = read(mail.outbox[0])[2]
    with entered(tenant):
        who = {"by": members["member"], "now": clock.now()}
        ilse = Contact.objects.get()
        otto = create_contact(first_name="Otto", emails=["otto@quarz.example"], **who)
        set_attendees(activity=meeting, members=[members["owner"]], contacts=[otto], **who)
    [(subject, method, [event])] = told()
    assert (subject, method, event.uid) == ("You are not expected any more: Plan", "CANCEL", invited.uid)
    assert event.sequence > invited.sequence
    assert "mailto:ilse@quarz.example" in [str(one.uri) for one in event.attendees]
    assert sorted((one.to[0], one.subject) for one in mail.outbox) == [
        ("ilse@quarz.example", "You are not expected any more: Plan"), ("otto@quarz.example", "Invitation: Plan"),
    ]  # fmt: skip
    assert "Member does not expect you any more at this:" in mail.outbox[-1].body + mail.outbox[0].body

    with entered(tenant):
        for contacts in ([otto, ilse], [otto], [otto, ilse]):  # before anything is mailed
            set_attendees(activity=meeting, members=[], contacts=contacts, **who)
    assert [one[:2] for one in told()] == [("Invitation: Plan", "REQUEST")]
    with entered(tenant):
        set_attendees(activity=meeting, members=[], contacts=[otto], **who)
        set_attendees(activity=meeting, members=[], contacts=[otto, ilse], **who)
    assert [one[:2] for one in told()] == [("Invitation: Plan", "REQUEST")]


def test_beyond_the_mails_of_a_day_the_owner_is_told_to_tell_them(cast, tenant, members, meet, told, monkeypatch):
    meeting = meet()
    monkeypatch.setattr(attendees, "MAILED_A_DAY", 0)
    post(cast["member"], meeting, "move", **at(START + WEEK))

    assert told() == []
    assert heard(tenant, members["member"]) == ["Today's invitation mails are used up. Tell the guests yourself: Plan"]
