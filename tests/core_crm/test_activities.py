"""Activities through their actions and their pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from triptych.core_crm.activities import actions
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.deals.actions import create_deal
from triptych.platform import clock
from triptych.platform.refusals import Conflict, Refused
from triptych.platform.scope import CONTROL, entered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(tenant, members, now):
    """A deal of Quarzwerk with Ilse as its primary contact."""
    by = members["member"]
    with entered(tenant):
        company = create_company(name="Quarzwerk", by=by, now=now)
        contact = create_contact(first_name="Ilse", last_name="Quarz", by=by, now=now)
        return create_deal(name="Crusher", company=company, primary_contact=contact, by=by, now=now)


@pytest.fixture
def again(tenant):
    """A record as the database has it now."""

    def again(record):
        with entered(tenant):
            return type(record).objects.get(pk=record.pk)

    return again


@pytest.fixture
def task(tenant, members, now, deal):
    with entered(tenant):
        return actions.create_task(
            subject="Send offer",
            due_at=now + timedelta(days=1),
            records=[RecordRef.of(deal)],
            by=members["member"],
            now=now,
        )


@pytest.mark.usefixtures("in_tenant")
def test_an_activity_on_a_deal_stands_on_its_company_and_contact_too(deal, task):
    links = ActivityLink.objects.filter(activity=task)

    assert {(link.kind, link.object_id) for link in links} == {
        ("deal", deal.pk), ("company", deal.company_id), ("contact", deal.primary_contact_id),
    }  # fmt: skip
    assert {link.at for link in links} == {task.due_at}
    assert next_due([deal.pk, deal.company_id, task.pk], None) == {deal.pk: task.due_at, deal.company_id: task.due_at}


@pytest.mark.usefixtures("in_tenant")
def test_completing_and_undoing(members, now, deal, task):
    later = now + timedelta(hours=1)
    done = actions.complete_activity(activity=task, by=members["member"], now=later)
    assert (done.status, done.completed_at, done.at) == ("completed", later, later)
    assert next_due([deal.pk], None) == {}

    back = actions.undo_completion(activity=task, by=members["member"], now=later)
    assert (back.status, back.completed_at, back.at) == ("not_started", None, task.due_at)
    assert set(task.links.values_list("at", flat=True)) == {task.due_at}


@pytest.mark.usefixtures("in_tenant")
def test_calls_and_meetings_are_planned_or_held_by_their_start(members, now):
    by = members["member"]
    call = actions.log_call(description="Budget is there.", duration_minutes=12, by=by, now=now)
    meeting = actions.log_meeting(
        subject="Visit", start_at=now + timedelta(days=2), duration_minutes=90, by=by, now=now
    )

    assert (call.status, call.direction, call.start_at, call.end_at) == (
        "held", "outbound", now, now + timedelta(minutes=12),
    )  # fmt: skip
    assert (meeting.status, meeting.due_at, meeting.is_open) == ("planned", now + timedelta(days=2), True)
    assert actions.complete_activity(activity=meeting, by=by, now=now).status == "held"


@pytest.mark.usefixtures("in_tenant")
@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("task", {}, "subject"),
        ("meeting", {}, "subject"),
        ("note", {"description": "  "}, "description"),
        ("note", {"description": "x", "status": "completed"}, "status"),
        ("task", {"subject": "x", "status": "held"}, "status"),
        ("task", {"subject": "x" * 201}, "subject"),
        ("task", {"subject": "x", "priority": "loud"}, "priority"),
        ("dance", {"subject": "x"}, "kind"),
        ("call", {"start_at": datetime(2026, 1, 2, tzinfo=UTC), "end_at": datetime(2026, 1, 1, tzinfo=UTC)}, "end_at"),
    ],
)
def test_what_no_activity_can_be(members, now, kind, fields, field):
    with pytest.raises(Refused) as refused:
        actions.create_activity(kind=kind, by=members["member"], now=now, **fields)
    assert refused.value.field == field
    assert not Activity.objects.exists()


@pytest.mark.usefixtures("in_tenant")
def test_notes_cannot_be_completed_and_second_editors_are_told(members, now, task):
    by = members["member"]
    note = actions.add_note(text="Hello", records=[], by=by, now=now)
    with pytest.raises(Refused, match="nothing to complete"):
        actions.complete_activity(activity=note, by=by, now=now)
    actions.update_activity(activity=task, subject="Send it", version=1, by=by, now=now)
    with pytest.raises(Conflict):
        actions.update_activity(activity=task, subject="Never", version=1, by=by, now=now)
    assert Activity.objects.get(pk=task.pk).subject == "Send it"


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("member", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)]
)
@pytest.mark.parametrize("path", ["/activities/?view=all", "/activities/{pk}/"])
def test_who_sees_activities(cast, task, path, who, status):
    response = cast[who].get(path.format(pk=task.pk))

    assert response.status_code == status
    assert ("Send offer" in response.content.decode()) == (status == 200)


@pytest.mark.parametrize("act", ["complete/", "edit/", "delete/", "reopen/"])
def test_a_reader_changes_nothing(cast, task, again, act):
    response = cast["reader"].post(f"/activities/{task.pk}/{act}", {"subject": "Mine"})

    assert (response.status_code, again(task).version) == (403, 1)


def test_a_reader_sees_no_buttons(cast, task, deal):
    listed = cast["reader"].get("/activities/?view=all").content.decode()
    on_deal = cast["reader"].get(f"/deals/{deal.pk}/").content.decode()

    assert ("Send offer" in listed, 'role="checkbox"' in listed, "Send offer" in on_deal) == (True, False, True)
    assert ("/complete/" in on_deal, "/edit/" in on_deal) == (False, False)


def test_a_reader_composes_nothing(cast, deal, tenant):
    response = cast["reader"].post(f"/activities/on/deal/{deal.pk}/note/", {"note-description": "Hello"})

    with entered(tenant):
        assert (response.status_code, Activity.objects.count()) == (403, 0)


def test_an_activity_of_another_tenant_is_not_there(cast, task, deal):
    client = cast["outsider"]
    client.defaults["SERVER_NAME"] = "globex.localhost"

    for path in (f"/activities/{task.pk}/", f"/activities/on/deal/{deal.pk}/"):
        response = client.get(path)
        assert (response.status_code, "Send offer" in response.content.decode()) == (404, False)


def test_the_views_answer_their_questions(cast, tenant, members):
    now, by = clock.now(), members["member"]
    with entered(tenant):
        for subject, days, owner in (("Late", -2, by), ("Far", 30, by), ("Hers", -1, members["owner"])):
            actions.create_task(subject=subject, due_at=now + timedelta(days=days), owner=owner, by=by, now=now)
        actions.create_task(subject="Undated", by=by, now=now)
        actions.add_note(text="Noted", records=[], by=by, now=now)
    shown = {
        view: subjects(cast["member"].get(f"/activities/?view={view}")) for view in ("mine", "overdue", "open", "all")
    }

    assert shown == {
        "mine": ["Late", "Far", "Undated"],
        "overdue": ["Late"],
        "open": ["Late", "Hers", "Far", "Undated"],
        "all": ["Late", "Hers", "Far", "Undated", "Noted"],
    }


def subjects(response):
    return re.findall(r'<a class="clip [a-z]*" href="/activities/[^"]+">([^<]+)</a>', response.content.decode())


def test_ticking_off_in_the_list_and_back(cast, task, again):
    member = cast["member"]
    ticked = member.post(f"/activities/{task.pk}/complete/", headers=HTMX)
    assert 'aria-checked="true"' in ticked.content.decode()
    assert f"/activities/{task.pk}/reopen/" in ticked["HX-Trigger"]

    unticked = member.post(f"/activities/{task.pk}/reopen/", headers=HTMX)
    assert ('aria-checked="false"' in unticked.content.decode(), again(task).status) == (True, "not_started")


def test_a_new_task_about_a_record(cast, deal, tenant, members):
    response = cast["member"].post(
        f"/activities/new/?kind=task&on=deal:{deal.pk}",
        {"subject": "Call back", "due": "2026-03-09", "priority": "high"},
    )

    with entered(tenant):
        task = Activity.objects.get(subject="Call back")
        assert task.links.filter(object_id=deal.pk).exists()
    assert (response["Location"], task.due_at) == (f"/deals/{deal.pk}/", datetime(2026, 3, 9, 23, 59, tzinfo=UTC))


@pytest.mark.parametrize("query", ["kind=dance", "on=deal:nonsense", "on=deal:00000000-0000-0000-0000-000000000000"])
def test_a_form_for_nothing_is_not_there(cast, query):
    assert cast["member"].get(f"/activities/new/?{query}").status_code == 404


def test_editing_keeps_the_time_of_a_day_that_was_left_alone(cast, task, again):
    page = cast["member"].get(f"/activities/{task.pk}/edit/").content.decode()
    assert 'value="2026-03-03"' in page

    cast["member"].post(
        f"/activities/{task.pk}/edit/",
        {"subject": "Send the offer", "due": "2026-03-03", "status": "started", "priority": "normal", "version": 1},
    )

    assert (again(task).subject, again(task).due_at, again(task).status) == ("Send the offer", task.due_at, "started")


def test_whoever_saves_second_sees_both_versions(cast, task, again):
    mine = {"subject": "Mine", "due": "2026-03-03", "status": "started", "priority": "normal", "version": 1}
    cast["owner"].post(f"/activities/{task.pk}/edit/", {**mine, "subject": "Theirs"})

    conflict = cast["member"].post(f"/activities/{task.pk}/edit/", mine)
    page = conflict.content.decode()
    assert (conflict.status_code, "Mine" in page, "Theirs" in page) == (409, True, True)

    cast["member"].post(f"/activities/{task.pk}/edit/", {**mine, "version": 2, "take-subject": "mine"})
    assert again(task).subject == "Mine"


@pytest.mark.usefixtures("in_tenant")
def test_a_note_on_a_contact_stands_on_their_company(members, now):
    company = create_company(name="Nord", by=members["member"], now=now)
    contact = create_contact(last_name="Ohm", companies=[CompanyLink(company)], by=members["member"], now=now)

    note = actions.add_note(text="Hello", records=[RecordRef.of(contact)], by=members["member"], now=now)

    assert set(note.links.values_list("object_id", flat=True)) == {contact.pk, company.pk}


def test_days_are_those_of_the_workspace(cast, tenant, members):
    with entered(CONTROL):
        type(tenant).objects.filter(pk=tenant.pk).update(timezone="Asia/Tokyo")

    cast["member"].post("/activities/new/?kind=task", {"subject": "Call Tokyo", "due": "2026-03-09"})

    with entered(tenant):
        assert Activity.objects.get(subject="Call Tokyo").due_at == datetime(2026, 3, 9, 14, 59, tzinfo=UTC)


def test_a_deleted_activity_is_gone_and_comes_back(cast, task, again):
    cast["member"].post(f"/activities/{task.pk}/delete/")
    assert cast["member"].get(f"/activities/{task.pk}/").status_code == 404
    cast["member"].post(f"/activities/{task.pk}/restore/")
    assert again(task).deleted_at is None
