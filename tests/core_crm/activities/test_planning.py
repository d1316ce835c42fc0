"""What repeats, who takes part, and the calendar's page, feed and API."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from strawberry.relay.utils import to_base64

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.models import Activity, Attendee
from triptych.core_crm.activities.planning import attendees
from triptych.core_crm.activities.planning.actions import Which, change_occurrence, delete_occurrence
from triptych.core_crm.activities.planning.attendees import answer_invitation, set_attendees, token_of
from triptych.core_crm.activities.planning.feed import create_feed, feed_of
from triptych.core_crm.activities.planning.plans import stages_of
from triptych.core_crm.activities.planning.recurrence import DAYS, RuleRefused, checked_rule
from triptych.core_crm.activities.planning.window import occurrences
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.notifications.models import Notification
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
WEEK = timedelta(days=7)


@pytest.fixture
def berlin(tenant):
    """Acme Tools works in Berlin."""
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(timezone="Europe/Berlin")
    tenant.timezone = "Europe/Berlin"


@pytest.fixture
def weekly(tenant, members, berlin):
    """Every Wednesday at nine in Berlin, for an hour, from 4 March 2026."""
    start = datetime(2026, 3, 4, 8, tzinfo=UTC)
    with entered(tenant):
        return actions.create_activity(
            kind="meeting", subject="Weekly", start_at=start, duration_minutes=60, rule="FREQ=WEEKLY",
            by=members["member"], now=start - WEEK,
        )  # fmt: skip


@pytest.fixture
def shown(tenant, members):
    """The subjects and starts on the calendar between two days of 2026 as (month, day)."""

    def shown(first, last, who="member"):
        with entered(tenant):
            found = occurrences(
                access.activities_visible_to(members[who]),
                datetime(2026, *first, tzinfo=UTC),
                datetime(2026, *last, tzinfo=UTC),
                of=[members[who].pk],
            )
        return [(one.activity.subject, f"{one.start_at:%m-%d %H:%M}") for one in found]

    return shown


def changed(tenant, activity, by, now, at, which, **fields):
    with entered(tenant):
        activity = Activity.objects.get(pk=activity.pk)
        return change_occurrence(activity=activity, occurs_at=at, which=which, by=by, now=now, **fields)


def test_nine_stays_nine_when_the_clocks_change_and_one_row_is_the_whole_series(weekly, shown, tenant):
    assert shown((3, 1), (4, 10)) == [
        ("Weekly", "03-04 08:00"), ("Weekly", "03-11 08:00"), ("Weekly", "03-18 08:00"), ("Weekly", "03-25 08:00"),
        ("Weekly", "04-01 07:00"), ("Weekly", "04-08 07:00"),
    ]  # fmt: skip
    with entered(tenant):
        assert Activity.objects.count() == 1


def test_one_all_following_and_the_whole_series_are_moved(weekly, shown, tenant, members, now):
    by, at = members["member"], weekly.start_at
    changed(tenant, weekly, by, now, at + WEEK, Which.THIS, start_at=at + WEEK + timedelta(hours=2))
    assert shown((3, 1), (3, 20))[1:] == [("Weekly", "03-11 10:00"), ("Weekly", "03-18 08:00")]

    third = at + 2 * WEEK
    changed(tenant, weekly, by, now, third, Which.FOLLOWING, start_at=third + timedelta(days=1), subject="Thursdays")
    assert shown((3, 1), (4, 3)) == [
        ("Weekly", "03-04 08:00"), ("Weekly", "03-11 10:00"),
        ("Thursdays", "03-19 08:00"), ("Thursdays", "03-26 08:00"), ("Thursdays", "04-02 07:00"),
    ]  # fmt: skip

    changed(tenant, weekly, by, now, at, Which.ALL, start_at=at - timedelta(minutes=30), subject="Early")
    assert shown((3, 1), (3, 18)) == [("Early", "03-04 07:30"), ("Weekly", "03-11 10:00")]


def test_deleting_one_the_following_and_all(weekly, shown, tenant, members, now):
    by, at = members["member"], weekly.start_at
    with entered(tenant):
        gone = delete_occurrence(activity=weekly, occurs_at=at, which=Which.THIS, by=by, now=now)
        delete_occurrence(activity=weekly, occurs_at=at + 3 * WEEK, which=Which.FOLLOWING, by=by, now=now)
    assert shown((3, 1), (5, 1)) == [("Weekly", "03-11 08:00"), ("Weekly", "03-18 08:00")]

    with entered(tenant):
        actions.restore_activity(activity=gone, by=by, now=now)
    assert shown((3, 1), (3, 5)) == [("Weekly", "03-04 08:00")]
    with entered(tenant):
        delete_occurrence(activity=weekly, occurs_at=at + WEEK, which=Which.ALL, by=by, now=now)
    assert shown((3, 1), (5, 1)) == []
    with entered(tenant), pytest.raises(Refused):
        delete_occurrence(activity=weekly, occurs_at=at + timedelta(days=1), which=Which.THIS, by=by, now=now)


def test_doing_what_repeats_does_one_and_leaves_the_rest(tenant, members, now, shown):
    by = members["member"]
    with entered(tenant):
        task = actions.create_task(subject="Report", due_at=now, rule="FREQ=DAILY;COUNT=3", by=by, now=now)
        done = actions.complete_activity(activity=task, by=by, now=now)
        task.refresh_from_db()
        assert (done.status, done.series_id, task.due_at) == ("completed", task.pk, now + timedelta(days=1))
        for _ in range(2):
            actions.complete_activity(activity=Activity.objects.get(pk=task.pk), by=by, now=now)
        task.refresh_from_db()
        assert (task.is_open, Activity.objects.open().count()) == (False, 0)
    assert len(shown((3, 1), (3, 9))) == 3


@pytest.mark.parametrize("door", ["page", "many", "many at the end"])
def test_undoing_what_was_done_of_a_series_leaves_it_as_it_was(cast, tenant, members, now, door):
    member, by = cast["member"], members["member"]
    rule = "FREQ=DAILY;COUNT=1" if door == "many at the end" else "FREQ=DAILY;COUNT=3"
    with entered(tenant):
        task = actions.create_task(subject="Report", due_at=now, rule=rule, by=by, now=now)
    if door == "page":
        assert member.post(f"/activities/{task.pk}/complete/").status_code == 302
        with entered(tenant):
            part = Activity.objects.get(series=task)
        page = f"/activities/{part.pk}/"
        undone = member.post(f"{page}reopen/", headers={"Referer": f"http://acme.localhost{page}"})
        assert undone.headers["Location"] == task.get_absolute_url()
    else:
        member.post("/activities/bulk/complete/", {"row": task.pk, "step": "do", "sure": "1"}, headers=HTMX)
        with entered(tenant):
            act = PastAct.objects.get()
            assert Activity.objects.get(series=task).status == "completed"
        member.post(f"/acts/{act.pk}/undo/")

    with entered(tenant):
        [left] = Activity.objects.all()
        again = (left.pk, left.status, left.due_at, left.completed_at, left.rule, left.until_at)
        assert again == (
            task.pk, "not_started", task.due_at, None, task.rule, task.until_at
        )  # fmt: skip


def test_undoing_leaves_alone_what_somebody_has_worked_on(tenant, members, now):
    who = {"by": members["member"], "now": now}
    with entered(tenant):
        task = actions.create_task(subject="Report", due_at=now, rule="FREQ=DAILY;COUNT=3", **who)
        done = actions.complete_activity(activity=task, **who)
        actions.update_activity(activity=done, description="As agreed", **who)
        back = actions.undo_completion(activity=done, **who)
        task.refresh_from_db()
        assert (back.pk, back.status, task.due_at) == (done.pk, "not_started", now + timedelta(days=1))


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "weekly", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=2;UNTIL=20260401", "FREQ=DAILY;BYMONTH=2",
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=9MO", "FREQ=WEEKLY;UNTIL=20250101", "FREQ=DAILY;X=1",
     "FREQ=WEEKLY;INTERVAL=99999", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=WEEKLY;UNTIL=20261399T000000Z"],
)  # fmt: skip
@pytest.mark.usefixtures("in_tenant")
def test_a_rule_that_no_calendar_can_follow_is_refused(members, now, rule):
    with pytest.raises(RuleRefused):
        actions.create_task(subject="x", due_at=now, rule=rule, by=members["member"], now=now)
    assert not Activity.objects.exists()


@given(
    days=st.sets(st.sampled_from(DAYS), min_size=1), interval=st.integers(1, 4), count=st.integers(1, 30),
    day=st.integers(0, 365), hour=st.integers(4, 22),
)  # fmt: skip
def test_a_series_cut_in_two_holds_the_same_moments(days, interval, count, day, hour):
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=hour)
    rule = f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(sorted(days))};COUNT={count};WKST=MO"
    whole = checked_rule(rule, zone=ZoneInfo("Europe/Berlin"), start=start)
    moments = list(whole.between(whole.anchor, whole.anchor + timedelta(days=3000)))

    assert (len(moments), moments[0], moments[-1]) == (count, whole.anchor, whole.last())
    cut = moments[len(moments) // 2]
    if cut != whole.anchor:
        first = type(whole)(whole.before(cut), whole.zone, whole.anchor)
        second = type(whole)(whole.rule_from(cut), whole.zone, cut)
        assert [*first.between(moments[0], cut + WEEK), *second.between(cut, moments[-1] + WEEK)] == moments


@pytest.mark.parametrize(("who", "day"), [("member", "5"), ("reader", "5"), ("owner", "5")])
@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_the_page_shows_the_calendar_of_a_colleague(cast, weekly, members, who, day, view):
    page = cast[who].get(f"/calendar/?{urlencode({'view': view, 'date': '2026-03-04', 'of': members['member'].pk})}")
    own = cast["admin"].get(f"/calendar/?view={view}&date=2026-03-04")

    assert (page.status_code, "Weekly" in page.content.decode(), "Weekly" in own.content.decode()) == (200, True, False)
    assert ("data-movable" in page.content.decode()) == (who != "reader")


@pytest.mark.parametrize(
    "query", ["view=year&date=yesterday&of=nobody", "date=9999-12-31&view=month", "date=0001-01-01"]
)
def test_a_strange_address_still_shows_a_calendar(cast, query):
    assert cast["member"].get(f"/calendar/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("who", "status", "start"),
    [("owner", 200, "10:30"), ("reader", 403, "08:00"), ("outsider", 204, "08:00"), ("stranger", 204, "08:00")],
)
def test_only_who_may_change_it_moves_it(cast, tenant, weekly, shown, who, status, start):
    at = weekly.start_at.isoformat()
    typed = {"start": "2026-03-04T11:30", "occurs_at": at, "which": "this"}
    response = cast[who].post(f"/calendar/{weekly.pk}/move/", typed, headers=HTMX)

    assert (response.status_code, shown((3, 4), (3, 5))) == (status, [("Weekly", f"03-04 {start}")])


def test_a_drag_of_what_repeats_asks_how_much_of_it_is_meant(cast, weekly, shown):
    typed = {"start": "2026-03-04T11:30", "occurs_at": weekly.start_at.isoformat()}
    asked = cast["member"].post(f"/calendar/{weekly.pk}/move/", typed, headers=HTMX)
    wrong = cast["member"].post(f"/calendar/{weekly.pk}/move/", {"start": "soon", "which": "this"}, headers=HTMX)

    assert ("The whole series" in asked.content.decode(), asked["HX-Retarget"]) == (True, "#dialog")
    assert (wrong.status_code, shown((3, 4), (3, 5))) == (422, [("Weekly", "03-04 08:00")])


def test_a_meeting_is_made_with_people_and_repeats_until_a_day(cast, tenant, members, berlin, shown, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", emails=[{"email": "ilse@quarz.example"}], by=None, now=now)
    typed = {
        "kind": "meeting", "subject": "Plan", "start": "2026-03-10T14:00", "minutes": "45", "location": "Room 2",
        "repeats": "FREQ=MONTHLY;BYDAY=NTH", "until": "2026-05-31", "reminder": "15", "members": [members["owner"].pk],
        "contacts": [contact.pk],
    }  # fmt: skip
    response = cast["member"].post("/calendar/new/", typed, headers=HTMX)

    assert (response.status_code, "calendar-changed" in response.get("HX-Trigger", "")) == (
        200,
        True,
    )
    expected = [("Plan", "03-10 13:00"), ("Plan", "04-14 12:00"), ("Plan", "05-12 12:00")]
    assert (shown((3, 1), (7, 1)), shown((3, 1), (7, 1), who="owner")) == (expected, expected)
    with entered(tenant):
        pk = Activity.objects.get().pk
    dialog = cast["member"].get(f"/calendar/{pk}/", headers=HTMX).content.decode()
    assert ("Ilse" in dialog, "Not yet answered" in dialog) == (True, True)


def test_the_form_of_an_activity_plans_it_as_the_calendar_does(cast, tenant, members, berlin, shown, now, monkeypatch):
    with entered(tenant):
        ilse, kurt = (
            create_contact(first_name=name, emails=[f"{name}@quarz.example"], by=None, now=now)
            for name in ("Ilse", "Kurt")
        )
    typed = {
        "subject": "Plan", "start_at": "2026-03-10T14:00", "duration_minutes": "45", "location": "Room 2",
        "status": "planned", "owner": members["member"].pk, "repeats": "FREQ=WEEKLY", "until": "2026-03-20",
        "reminders": ["15", "1440"], "members": [members["owner"].pk], "contacts": [ilse.pk],
    }  # fmt: skip
    assert cast["member"].post("/activities/new/?kind=meeting", typed).status_code == 302
    with entered(tenant):
        meeting = Activity.objects.get()
    expected = [("Plan", "03-10 13:00"), ("Plan", "03-17 13:00")]
    assert (shown((3, 1), (7, 1)), shown((3, 1), (7, 1), who="owner")) == (expected, expected)
    assert (meeting.location, meeting.reminders) == ("Room 2", [1440, 15])

    address = f"/activities/{meeting.pk}/edit/"
    page = cast["member"].get(address).content.decode()
    assert f'<option value="{ilse.pk}" selected>' in page
    assert 'value="2026-03-20"' in page
    changes = {**typed, "version": meeting.version, "reminders": [], "contacts": [kurt.pk], "members": []}
    assert cast["member"].post(address, changes).status_code == 302
    with entered(tenant):
        asked = list(Attendee.objects.values_list("contact__first_name", "member"))
        again = Activity.objects.get()
    assert (asked, again.reminders, again.rule) == ([("Kurt", None)], [], meeting.rule)

    monkeypatch.setattr(attendees, "MAILED_A_DAY", 2)
    refused = cast["member"].post(address, {**changes, "version": again.version, "contacts": [ilse.pk, kurt.pk]})
    assert "A workspace mails 2 invitations a day at most." in refused.content.decode()
    with entered(tenant):
        assert Attendee.objects.count() == 1


@pytest.mark.parametrize(("reminder", "told_at"), [("899", "2026-03-11 09:00"), ("2339", "2026-03-10 09:00")])
def test_a_task_of_a_day_reminds_at_nine(cast, tenant, members, berlin, reminder, told_at):
    typed = {"subject": "Send it", "due": "2026-03-11", "reminders": [reminder], "owner": members["member"].pk}
    assert cast["member"].post("/activities/new/?kind=task", typed).status_code == 302
    with entered(tenant):
        task = Activity.objects.get()
    first = stages_of(task)[0][0].astimezone(ZoneInfo("Europe/Berlin"))
    assert f"{first:%Y-%m-%d %H:%M}" == told_at


@pytest.fixture
def invited(tenant, weekly, members, now, drain):
    """Ilse, a contact, and the owner are asked to come; the mail has gone out."""
    with entered(tenant):
        contact = create_contact(first_name="Ilse", emails=[{"email": "ilse@quarz.example"}], by=None, now=now)
        set_attendees(activity=weekly, members=[members["owner"]], contacts=[contact], by=members["member"], now=now)
    drain()
    with entered(tenant):
        return Attendee.objects.get(contact=contact)


def test_a_contact_answers_by_the_link_in_the_mail(cast, tenant, other_tenant, invited):
    message = next(one for one in mail.outbox if one.to == ["ilse@quarz.example"])
    path = re.search(r"/calendar/invitation/\S+", message.body)[0]
    assert IcsCalendarStream.calendar_from_ics(message.attachments[0][1]).events[0].summary == "Weekly"

    opened = cast["stranger"].get(path)
    with entered(tenant):
        assert Attendee.objects.get(pk=invited.pk).answer == "pending"
    answered = cast["stranger"].post(path, {"answer": "accepted"})
    with entered(tenant):
        assert Attendee.objects.get(pk=invited.pk).answer == "accepted"
    with entered(other_tenant):
        foreign = token_of(invited)
    strange = [cast["stranger"].get(f"/calendar/invitation/{token}/").status_code for token in (foreign, "x:y:z")]
    assert (opened.status_code, answered.status_code, strange) == (200, 200, [404, 404])


def test_a_member_answers_in_the_app_and_who_declines_no_longer_has_it(cast, tenant, weekly, invited, shown):
    assert len(shown((3, 1), (3, 8), who="owner")) == 1
    cast["owner"].post(f"/calendar/{weekly.pk}/answer/", {"answer": "declined"}, headers=HTMX)
    stranger = cast["admin"].post(f"/calendar/{weekly.pk}/answer/", {"answer": "accepted"}, headers=HTMX)

    assert (shown((3, 1), (3, 8), who="owner"), stranger.status_code) == ([], 404)
    with entered(tenant), pytest.raises(Refused):
        answer_invitation(attendee=invited, answer="perhaps", by=None, now=weekly.start_at)


def test_a_reader_answers_by_page_and_api(cast, api, tenant, members, weekly, now):
    with entered(tenant):
        set_attendees(activity=weekly, members=[members["reader"]], contacts=[], by=members["member"], now=now)
    answer = "mutation($id: ID!) { answerInvitation(input: {id: $id, answer: ACCEPTED}) { problems { code } } }"

    told = api(answer, who="reader", id=to_base64("Activity", str(weekly.pk)))["data"]["answerInvitation"]

    with entered(tenant):
        mine = weekly.attendees.get(member=members["reader"])
        assert (told, mine.answer) == ({"problems": []}, "accepted")
        cast["reader"].post(f"/calendar/{weekly.pk}/answer/", {"answer": "tentative"}, headers=HTMX)
        mine.refresh_from_db()
        assert mine.answer == "tentative"


def test_another_program_reads_the_feed_until_it_is_revoked(cast, tenant, members, weekly, now):
    by, at = members["member"], weekly.start_at
    changed(
        tenant, weekly, by, now, at + WEEK, Which.THIS, start_at=at + WEEK + timedelta(hours=2), subject="Late; a, b"
    )
    with entered(tenant):
        delete_occurrence(activity=weekly, occurs_at=at + 2 * WEEK, which=Which.THIS, by=by, now=now)
        secret = create_feed(member=by, now=now)
        text = feed_of(by, now=now, host="acme.example").decode()
    path = f"/calendar/feed/{secret}.ics"
    answer = cast["stranger"].get(path)
    calendar = IcsCalendarStream.calendar_from_ics(text)
    read = calendar.timeline_tz(datetime.now(UTC).tzinfo).overlapping(
        datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)
    )

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [(one.summary, one.dtstart.astimezone(UTC).strftime("%m-%d %H:%M")) for one in read] == [
        ("Weekly", "03-04 08:00"), ("Late; a, b", "03-11 10:00"), ("Weekly", "03-25 08:00"), ("Weekly", "04-01 07:00"),
    ]  # fmt: skip
    cast["member"].post("/calendar/subscribe/revoke/")
    assert cast["stranger"].get(path).status_code == 404


def test_a_call_is_logged_in_one_step_after_the_number_was_clicked(cast, tenant, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", phones=[{"phone": "+49 30 1234567"}], by=None, now=now)
    page = cast["member"].get(f"/contacts/{contact.pk}/").content.decode()
    path = f"/calendar/call/contact/{contact.pk}/"
    refused = cast["reader"].post(path, {"reached": "held"}, headers=HTMX).status_code
    typed = {"reached": "not_held", "description": "No answer", "duration_minutes": ""}
    logged = cast["member"].post(path, typed, headers=HTMX)

    assert ("tel:+49301234567" in page or "tel:+49" in page, refused, logged.status_code) == (True, 403, 200)
    with entered(tenant):
        assert list(Activity.objects.values_list("kind", "status", "description")) == [
            ("call", "not_held", "No answer")
        ]


def test_the_api_reads_and_changes_the_calendar(api, weekly, members, tenant):
    entries = """{ calendar(start: "2026-03-01T00:00:00Z", end: "2026-03-20T00:00:00Z") {
      startAt repeats activity { id subject rule } } }"""
    first = api(entries, who="reader")["data"]["calendar"]
    assert [(one["startAt"], one["repeats"], one["activity"]["rule"]) for one in first] == [
        (f"2026-03-{day}T08:00:00Z", True, "FREQ=WEEKLY") for day in ("04", "11", "18")
    ]
    change = """mutation ($input: ChangeOccurrenceInput!) { changeOccurrence(input: $input) {
      activity { subject startAt occursAt rule } problems { code field } } }"""
    given = {"id": first[0]["activity"]["id"], "occursAt": first[1]["startAt"], "subject": "Other"}
    answer = api(change, who="member", input=given)["data"]["changeOccurrence"]
    again = api(change, who="member", input=given)["data"]["changeOccurrence"]
    assert answer["activity"]["occursAt"] == first[1]["startAt"]
    assert (answer["problems"], [one["field"] for one in again["problems"]]) == ([], ["occursAt"])
    assert api(change, who="reader", input=given)["data"]["changeOccurrence"]["problems"][0]["code"] == "FORBIDDEN"
    far = api('{ calendar(start: "2026-03-01T00:00:00Z", end: "2027-03-20T00:00:00Z") { startAt } }')
    assert far["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_meeting_with_an_end_keeps_its_length_when_the_api_moves_its_start_and_lasts_a_year_at_most(
    api, tenant, members, now
):
    start = datetime(2026, 3, 4, 8, tzinfo=UTC)
    with entered(tenant):
        made = actions.create_activity(
            kind="meeting", subject="Plan", start_at=start, end_at=start + timedelta(hours=2), by=members["member"],
            now=now,
        )  # fmt: skip
    change = """mutation ($input: UpdateActivityInput!) { updateActivity(input: $input) {
      activity { startAt endAt } problems { message field } } }"""
    later, node = "2026-03-05T09:00:00Z", to_base64("Activity", made.pk)
    moved = api(change, who="member", input={"id": node, "startAt": later})["data"]["updateActivity"]
    assert moved == {"activity": {"startAt": later, "endAt": "2026-03-05T11:00:00Z"}, "problems": []}
    for far in ({"durationMinutes": 2147483647}, {"endAt": "2031-03-05T09:00:00Z"}):
        refused = api(change, who="member", input={"id": node, **far})["data"]["updateActivity"]
        assert refused["problems"] == [{"message": "This lasts too long.", "field": next(iter(far))}]


def test_contacts_that_a_member_does_not_see_stand_in_no_feed_and_no_dialog(cast, tenant, members, weekly, now, drain):
    with entered(tenant):
        by = members["owner"]
        ann = create_contact(first_name="Ann", last_name="Secret", emails=["ann@secret.example"], by=by, now=now)
        set_attendees(activity=weekly, members=[], contacts=[ann], by=by, now=now)
        unseen = {"contact": {"read": "none"}}
        role = create_role(name="Clerk", base="member", rights=unseen, field_rights={}, by=by, now=now)
        member = give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)
        file = feed_of(Member.objects.get(pk=member.pk), now=weekly.due_at, host="acme.localhost").decode()
        bert = create_contact(first_name="Bert", emails=["bert@secret.example"], by=by, now=now)
        set_attendees(activity=weekly, members=[], contacts=[ann, bert], by=by, now=now)
    drain()
    page = cast["member"].get(f"/calendar/{weekly.pk}/").content.decode()
    for one in mail.outbox:
        other = {"ann@secret.example": "bert", "bert@secret.example": "ann"}.get(one.to[0])
        assert other is None or f"{other}@" not in one.attachments[0][1].lower()

    with entered(tenant):
        answer = Attendee.objects.get(contact=ann)
        answer_invitation(attendee=answer, answer="accepted", by=None, now=now)
        set_attendees(activity=weekly, members=[members["admin"]], contacts=[], by=member, now=now)
        assert set(weekly.attendees.values_list("contact", flat=True)) == {ann.pk, bert.pk, None}
    drain()
    with entered(tenant):
        told = list(Notification.objects.filter(kind="answered").values_list("title", flat=True))
    assert len(told) == 1
    assert "Ann" not in told[0]
    assert "Weekly" in file
    assert "Weekly" in page
    assert "secret" not in (file + page).lower()


def test_a_year_beyond_all_series_asks_no_rule(monkeypatch):
    repeats = checked_rule("FREQ=DAILY", zone=ZoneInfo("UTC"), start=datetime(1990, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(type(repeats), "_rule", None)
    assert list(repeats.between(datetime(2190, 1, 1, tzinfo=UTC), datetime(2190, 2, 1, tzinfo=UTC))) == []


def test_a_move_on_the_calendar_is_undone_at_its_toast(cast, tenant, members, now):
    with entered(tenant):
        start = now + timedelta(days=2)
        one = actions.create_activity(
            kind="meeting", subject="Demo", start_at=start, duration_minutes=30, by=members["member"], now=now
        )
    moved = {"start": f"{start + timedelta(hours=3):%Y-%m-%dT%H:%M}", "minutes": "90"}
    told = cast["member"].post(f"/calendar/{one.pk}/move/", moved, headers=HTMX).headers["HX-Trigger"]
    undo = re.search(r"/calendar/[^\"]*/move/back/[^\"]*", told)[0]

    assert cast["reader"].post(undo).status_code == 403
    assert cast["outsider"].post(undo).status_code in (302, 404)
    assert cast["member"].post(undo).status_code == 302
    with entered(tenant):
        one.refresh_from_db()
    assert (one.start_at, one.duration_minutes) == (start, 30)


@pytest.mark.parametrize(
    "where",
    [
        {"to": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31T23:59:00+00:00", "minutes": "60"},
        {"minutes": "9" * 5000},
    ],
)
def test_no_address_moves_an_activity_to_where_nobody_can_read_it(cast, tenant, members, berlin, now, where):
    with entered(tenant):
        one = actions.create_activity(
            kind="meeting", subject="Once", start_at=now, duration_minutes=30, by=members["member"], now=now
        )
    address = urlencode({"to": now.isoformat(), **where})
    assert cast["member"].post(f"/calendar/{one.pk}/move/back/?{address}").status_code in (302, 404)
    assert cast["member"].get(f"/activities/{one.pk}/").status_code == 200
    far = datetime(1, 1, 1, tzinfo=UTC)
    with entered(tenant), pytest.raises(Refused):
        actions.update_activity(activity=one, start_at=far, by=members["member"], now=now)


def test_the_page_of_an_activity_tells_its_plan_and_leads_to_it(cast, tenant, weekly):
    page = cast["member"].get(f"/activities/{weekly.pk}/").content.decode()
    assert "Every week" in page
    plan = re.search(rf"/calendar/{weekly.pk}/\?[^\"]*", page)[0].replace("&amp;", "&")
    form = cast["member"].get(plan).content.decode()
    assert ("Reminder" in form, "This and all following" in form) == (True, True)
