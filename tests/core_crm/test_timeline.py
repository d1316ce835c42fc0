"""One timeline over everything known about a record: order, filters, pages, sources, cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.actions import add_note, create_task, log_call
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.activities.timeline import Entry, TimelineSource, timeline
from triptych.core_crm.cases import actions as case_actions
from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.deals.actions import create_deal, move_deal
from triptych.core_crm.deals.models import Stage
from triptych.platform.ids import new_id
from triptych.platform.plugins import hookimpl
from triptych.platform.plugins.registry import registry
from triptych.platform.refusals import Refused
from triptych.platform.scope import building, entered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def company(tenant, members, now):
    with entered(tenant):
        return create_company(name="Quarzwerk", by=members["member"], now=now)


@pytest.fixture
def lively(tenant, members, now, company):
    """Two hours in the life of Quarzwerk, a step every ten minutes."""
    by = members["member"]

    def at(step):
        return now + timedelta(minutes=10 * step)

    with entered(tenant):
        contact = create_contact(first_name="Ilse", last_name="Quarz", by=by, now=now)
        deal = create_deal(name="Crusher", company=company, primary_contact=contact, by=by, now=at(1))
        add_note(text="They want it in May.", records=[RecordRef.of(company)], by=by, now=at(2))
        move_deal(deal=deal, to=Stage.objects.get(name="Meeting"), by=by, now=at(3))
        case = case_actions.create_case(subject="Noise", company=company, contact=contact, by=by, now=at(4))
        case_actions.add_internal_note(case=case, body="Bearings?", by=by, now=at(5))
        log_call(description="Agreed.", records=[RecordRef.of(deal)], by=by, now=at(6))
        move_deal(deal=deal, to=Stage.objects.get(name="Lost"), by=by, now=at(7), lost_reason="Price")
    return company


@pytest.mark.usefixtures("in_tenant")
def test_everything_is_told_newest_first(lively, members):
    page = timeline(lively, members["reader"])

    assert [(entry.kind, str(entry.title), entry.body) for entry in page.entries] == [
        ("stage", "Crusher: Deal lost", "Price"),
        ("call", "Outbound call", "Agreed."),
        ("case", "Internal note on #1", "Bearings?"),
        ("case", "Case opened: #1 Noise", ""),
        ("stage", "Crusher: Moved from Qualification to Meeting", ""),
        ("note", "Note", "They want it in May."),
        ("record", "Company created", ""),
    ]
    assert (page.next_cursor, page.entries[2].internal, page.entries[0].by) == ("", True, members["member"].name)


@pytest.mark.usefixtures("in_tenant")
def test_filters_leave_their_kind(lively, members):
    assert [entry.kind for entry in timeline(lively, members["reader"], kinds={"stage"}).entries] == ["stage", "stage"]
    assert [entry.kind for entry in timeline(lively, members["reader"], kinds={"call", "note"}).entries] == [
        "call", "note",
    ]  # fmt: skip
    assert timeline(lively, members["reader"], kinds={"nonsense"}).entries == []


@pytest.mark.usefixtures("in_tenant")
def test_pages_hold_each_entry_once_also_at_the_same_instant(members, company, now):
    for number in range(23):
        add_note(text=f"Note {number}", records=[RecordRef.of(company)], by=members["member"], now=now)
    seen, cursor = [], None
    while True:
        page = timeline(company, members["member"], after=cursor, limit=5)
        seen += [entry.body or str(entry.title) for entry in page.entries]
        if not page.next_cursor:
            break
        cursor = page.next_cursor

    assert (len(seen), len(set(seen))) == (24, 24)


@pytest.mark.usefixtures("in_tenant")
@pytest.mark.parametrize("cursor", ["nonsense", "2026-01-01_", "_", "2026-01-01T00:00:00+00:00_nonsense", "\0"])
def test_a_cursor_that_nobody_gave_out_is_refused(members, company, cursor):
    with pytest.raises(Refused):
        timeline(company, members["member"], after=cursor)


@pytest.mark.usefixtures("in_tenant")
def test_ten_thousand_entries_cost_one_query_for_each_source(tenant, members, company, now):
    by = members["member"]
    notes = [
        Activity(
            kind="note",
            description=f"Note {n}",
            at=now - timedelta(minutes=n),
            created_at=now,
            updated_at=now,
            owner=by,
        )
        for n in range(10_000)
    ]
    Activity.objects.bulk_create(notes)
    ActivityLink.objects.bulk_create(
        ActivityLink(activity=note, kind="company", object_id=company.pk, at=note.at) for note in notes
    )
    first = timeline(company, by)
    with CaptureQueriesContext(connection) as queries:
        second = timeline(company, by, after=first.next_cursor)

    assert [entry.body for entry in second.entries] == [f"Note {n}" for n in range(49, 99)]
    assert len(queries) == 5  # activities, files, deal moves, cases, what was said on cases
    with entered(building(tenant.schema_name)), connection.cursor() as cursor:
        cursor.execute("ANALYZE activities_activity, activities_activitylink")
    of_links = next(query["sql"] for query in queries if "activities_activitylink" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + of_links)
        assert "activity_link_timeline" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.usefixtures("in_tenant")
def test_a_deleted_activity_leaves_the_timeline(members, company, now):
    from triptych.core_crm.activities.actions import delete_activity

    note = add_note(text="Oops", records=[RecordRef.of(company)], by=members["member"], now=now)
    delete_activity(activity=note, by=members["member"], now=now)

    assert [entry.kind for entry in timeline(company, members["member"]).entries] == ["record"]


class FromElsewhere:
    """A contributor that knows of a visit."""

    @hookimpl
    def timeline_sources(self, record):
        entry = Entry(at=record.created_at + timedelta(days=1), key=new_id(), kind="visit", title="Visited the stand")
        return [TimelineSource({"visit": "Visits"}, lambda wanted: [entry])]


@pytest.mark.usefixtures("in_tenant")
def test_others_contribute_sources_by_the_hook(members, company):
    with registry.with_registered("core:elsewhere", FromElsewhere()):
        page = timeline(company, members["member"])

    assert [str(entry.title) for entry in page.entries] == ["Visited the stand", "Company created"]
    assert page.kinds["visit"] == "Visits"


def test_the_composer_writes_into_the_timeline(cast, company, tenant):
    url = f"/activities/on/company/{company.pk}"
    answer = cast["member"].post(f"{url}/note/", {"note-description": "Ask for Ilse."}, headers=HTMX)
    assert re.findall(r'class="moment-body">([^<]+)<', answer.content.decode()) == ["Ask for Ilse."]

    cast["member"].post(f"{url}/task/", {"task-subject": "Call", "task-due": "2026-03-05", "task-priority": "normal"})
    cast["member"].post(f"{url}/call/", {"call-direction": "inbound", "call-duration_minutes": "7"})
    cast["member"].post(f"{url}/meeting/", {"meeting-subject": "Visit", "meeting-start_at": "2026-04-01T10:00"})
    with entered(tenant):
        found = Activity.objects.order_by("pk").values_list("kind", "subject", "direction", "duration_minutes")
        assert list(found) == [
            ("note", "", "", None),
            ("task", "Call", "", None),
            ("call", "", "inbound", 7),
            ("meeting", "Visit", "", None),
        ]  # fmt: skip


def test_what_is_wrong_stands_in_the_composer_and_its_tab_stays_open(cast, company, tenant):
    answer = cast["member"].post(f"/activities/on/company/{company.pk}/task/", {"task-subject": ""}, headers=HTMX)

    page = answer.content.decode()
    assert ('data-shows="compose-task" aria-controls="compose-task" aria-selected="true"' in page) is True
    assert "This field is required." in page
    with entered(tenant):
        assert not Activity.objects.exists()


def test_filters_and_earlier_entries_are_fetched_in_place(cast, lively):
    url = f"/activities/on/company/{lively.pk}/"
    filtered = cast["reader"].get(f"{url}?show=call", headers=HTMX).content.decode()
    assert (filtered.count('class="moment"'), "<html" in filtered) == (1, False)
    assert cast["reader"].get(url)["Location"] == lively.get_absolute_url()
    assert cast["reader"].get(f"{url}?after=nonsense", headers=HTMX).status_code == 404


@pytest.mark.parametrize("kind", ["member", "nonsense", "stage"])
def test_only_records_with_a_page_have_a_timeline(cast, company, kind):
    assert cast["owner"].get(f"/activities/on/{kind}/{company.pk}/", headers=HTMX).status_code == 404


def test_a_task_is_ticked_off_in_the_timeline(cast, company, tenant, members, now):
    with entered(tenant):
        task = create_task(subject="Call", records=[RecordRef.of(company)], by=members["member"], now=now)

    answer = cast["member"].post(f"/activities/{task.pk}/complete/?entry", headers=HTMX)

    assert "Task completed: Call" in answer.content.decode()
