"""Cases and activities of another system: with their times, statuses and links, updated by key, undone whole."""

import io
import json
from datetime import UTC, datetime

import pytest

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.imports import several_command, undo_command
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.several_command import Wishes
from triptych.platform.events.models import Outbox
from triptych.platform.scope import CELL, entered

pytestmark = pytest.mark.django_db

FILES = {
    "notes.csv": (
        "note id,note,created,contact email,ticket\n"
        "N1,Wants a quote.,2021-03-04 10:15,anna@isdom.example,\n"
        "N2,Called back.,2021-03-05,,4711\n"
        "N3,,2021-03-05,anna@isdom.example,\n"
    ),
    "tasks.csv": (
        "task id,type,subject,status,due date,date,completed,company,assigned to\n"
        "T1,To-do,Send papers,Done,2021-04-01,,,isdom.example,\n"
        "T2,Phone call,Ask again,Completed,,2021-04-02 09:00,,Isdom,\n"
        "T3,Appointment,Visit,Scheduled,,2090-04-02 09:00,,Isdom,\n"
        "T4,Task,Order,Open,2090-04-02 09:00,,,Nobody Ltd,\n"
    ),
    "tickets.csv": (
        "ticket id,subject,status,priority,source,requester,created,closed at,first message,queue\n"
        "4711,Leaks,Solved,Critical,E-mail,anna@isdom.example,2021-02-01 08:00,2021-02-03 17:30,It drips.,Support\n"
        "4712,Invoice,Open,Medium,Phone,bo@nobody.example,2021-02-02,,Too high.,Second level\n"
    ),
    "contacts.csv": "full name,email,company\nAnna Rossi,anna@isdom.example,Isdom\n",
    "accounts.csv": "customer number,account,sector,domain\nC-76,Isdom,medical,isdom.example\n",
}
TIMES = {
    "2021-02-01 08:00": datetime(2021, 2, 1, 8, tzinfo=UTC),
    "2021-02-03 17:30": datetime(2021, 2, 3, 17, 30, tzinfo=UTC),
}


@pytest.fixture
def come_in(tenant, tmp_path):
    def come_in(files, **how):
        """Import these files; the exit status, and what was told."""
        paths = []
        for name, content in files.items():
            paths.append(tmp_path / name)
            paths[-1].write_text(content)
        out, err = io.StringIO(), io.StringIO()
        wishes = Wishes(how.pop("mapping", {}), **how.pop("wishes", {}))
        code = several_command.run(tenant, paths, wishes, as_json=True, out=out, err=err, **how)
        assert (code, err.getvalue()) == (0, "")
        return json.loads(out.getvalue())

    return come_in


def undone(tenant, told):
    out = io.StringIO()
    assert undo_command.run(tenant, told["files"][0]["import"], as_json=True, out=out, err=io.StringIO()) == 0
    return json.loads(out.getvalue())


def counts(told):
    return {one["file"]: (one["object"], one["created"], one["updated"], one["rejected"]) for one in told["files"]}


def said(told, file):
    (one,) = [one for one in told["files"] if one["file"] == file]
    return [(finding["code"], finding["value"]) for finding in one["findings"]]


def about(activity):
    return sorted(ActivityLink.objects.filter(activity=activity).values_list("kind", flat=True))


def test_cases_and_activities_come_with_times_statuses_and_links_and_go_as_one(come_in, tenant):
    expected = {
        "accounts.csv": ("companies", 1, 0, 0),
        "contacts.csv": ("contacts", 1, 0, 0),
        "tickets.csv": ("cases", 2, 0, 0),
        "notes.csv": ("activities", 2, 0, 1),
        "tasks.csv": ("activities", 4, 0, 0),
    }
    dry = come_in(FILES, dry_run=True)
    assert counts(dry) == expected
    assert said(dry, "tickets.csv") == [("unknown_name", "bo@nobody.example"), ("unknown_name", "Second level")]
    assert said(dry, "tasks.csv") == [("unknown_name", "Nobody Ltd")]

    told = come_in(FILES)

    assert counts(told) == expected
    assert said(told, "tickets.csv") == said(dry, "tickets.csv")
    with entered(tenant):
        leaks, invoice = Case.objects.order_by("number")
        assert (leaks.status, leaks.priority, leaks.origin, leaks.queue.name) == (
            "closed",
            "urgent",
            "email",
            "Support",
        )
        assert (str(leaks.contact), leaks.company.name, leaks.description) == ("Anna Rossi", "Isdom", "It drips.")
        assert (leaks.created_at, leaks.resolved_at) == tuple(TIMES.values())
        assert (invoice.status, invoice.priority, invoice.contact, invoice.queue.name) == (
            "new",
            "normal",
            None,
            "Support",
        )
        assert (invoice.owner, invoice.resolved_at, invoice.awaits_reply) == (None, None, True)

        quote, back = Activity.objects.filter(kind="note").order_by("created_at")
        assert (quote.description, quote.at) == ("Wants a quote.", datetime(2021, 3, 4, 10, 15, tzinfo=UTC))
        assert (about(quote), about(back)) == (["company", "contact"], ["case", "company", "contact"])
        papers, ask, visit, order = Activity.objects.exclude(kind="note").order_by("pk")
        assert [(one.kind, one.status, one.remind_at is None) for one in (papers, ask, visit, order)] == [
            ("task", "completed", True), ("call", "held", True), ("meeting", "planned", True),
            ("task", "not_started", False),
        ]  # fmt: skip
        assert (papers.completed_at, papers.at) == (papers.due_at, papers.due_at)
        assert (ask.start_at, ask.due_at, about(ask)) == (
            datetime(2021, 4, 2, 9, tzinfo=UTC),
            ask.start_at,
            ["company"],
        )
        assert about(order) == []

    assert undone(tenant, told) == {"deleted": 10, "restored": 0, "kept": 0, "shown": []}
    with entered(tenant):
        assert [model.objects.count() for model in (Case, Activity, ActivityLink, Contact, Company)] == [0] * 5
        assert Queue.objects.count() == 1


def test_nobody_hears_of_it(come_in, tenant):
    with entered(CELL):
        before = set(Outbox.objects.values_list("pk", flat=True))
    come_in(FILES)
    updates = {
        name: FILES[name].replace("Leaks", "Leaked").replace("papers", "letters")
        for name in ("tickets.csv", "tasks.csv")
    }
    come_in(updates, wishes={"mode": "update"})

    with entered(CELL):
        names = set(Outbox.objects.exclude(pk__in=before).values_list("name", flat=True))
    assert {name for name in names if name.split(".")[0] in ("case", "activity")} == {
        "case.created_in_bulk", "case.updated_in_bulk", "activity.created_in_bulk", "activity.updated_in_bulk",
    }  # fmt: skip


def test_a_key_of_the_other_system_updates_and_undoing_gives_back_what_was(come_in, tenant):
    come_in(FILES)

    def state():
        with entered(tenant):
            cases = Case.objects.order_by("number").values_list(
                "subject", "status", "resolved_at", "contact", "created_at"
            )
            activities = Activity.objects.order_by("pk").values_list(
                "subject", "status", "at", "due_at", "completed_at"
            )
            return [
                *cases,
                *activities,
                *ActivityLink.objects.order_by("pk").values_list("pk", "activity", "kind", "at"),
            ]

    before = state()
    files = {
        "tickets.csv": (
            "ticket id,subject,status,requester\n4711,Leaks again,Reopened,\n4712,Invoice,Resolved,anna@isdom.example\n"
        ),
        "tasks.csv": (
            "task id,type,subject,status,due date,contact email\nT4,Task,Order,Done,2021-05-01,anna@isdom.example\n"
        ),
    }
    told = come_in(files, wishes={"mode": "update"})

    assert counts(told) == {"tickets.csv": ("cases", 0, 2, 0), "tasks.csv": ("activities", 0, 1, 0)}
    with entered(tenant):
        leaks, invoice = Case.objects.order_by("number")
        assert (leaks.subject, leaks.status, leaks.resolved_at) == ("Leaks again", "new", None)
        assert (invoice.status, str(invoice.contact), invoice.resolved_at is None) == ("closed", "Anna Rossi", False)
        order = Activity.objects.get(subject="Order")
        assert (order.status, order.remind_at, about(order)) == ("completed", None, ["company", "contact"])
        assert set(order.links.values_list("at", flat=True)) == {order.at}

    assert undone(tenant, told)["kept"] == 0
    assert state() == before


def test_what_a_file_says_of_closed_cases_and_ends_is_doubted_where_it_cannot_be(come_in, tenant):
    told = come_in(
        {
            "tickets.csv": (
                "ticket id,subject,status,created,closed\n"
                "1,A,Open,2021-02-02,2021-02-03\n"
                "2,B,Closed,2021-02-02,2021-02-01\n"
            ),
            "meetings.csv": "meeting id,subject,start time,end time\nM1,Talk,2021-02-02 10:00,2021-02-02 09:00\n",
        }
    )

    assert said(told, "tickets.csv") == [("closed_before_opened", "2021-02-01"), ("open_and_closed", "2021-02-03")]
    assert said(told, "meetings.csv") == [("ends_before_it_starts", "2021-02-02 09:00")]
    with entered(tenant):
        assert list(Case.objects.order_by("number").values_list("status", flat=True)) == ["new", "closed"]
        assert Activity.objects.get().end_at is None


def test_who_may_do_what(cast, tenant, members, now):
    from triptych.core_crm.rights.actions import create_role, give_role
    from triptych.tenants.members.models import Member

    text = "ticket id,subject,queue\n1,Leaks,Second level\n"
    query = """mutation($i: ImportFilesInput!) {
      importFiles(input: $i) { forecasts { createdCount messages } problems { code } } }"""
    files = [{"fileName": "f.csv", "text": text, "object": "cases"}]
    body = json.dumps({"query": query, "variables": {"i": {"files": files, "dryRun": True, "createMissing": True}}})

    def asked(who):
        answer = cast[who].post("/graphql/", body, content_type="application/json").json()["data"]["importFiles"]
        return answer and (
            [one["messages"] for one in answer["forecasts"]],
            [one["code"] for one in answer["problems"]],
        )

    added = "“Second level” is not among the queues yet and is added."
    assert asked("admin") == ([[added]], [])
    assert asked("member") == ([["There is no “Second level” among the queues."]], [])
    assert asked("reader") == ([], ["FORBIDDEN"])
    with entered(tenant):
        one, rights = Member.objects.get(pk=members["member"].pk), {"case": {"change": "own"}}
        role = create_role(name="Own", base="member", rights=rights, field_rights={}, by=members["owner"], now=now)
        give_role(member=one, role=role, by=members["owner"], now=now)
    assert asked("member") == ([], ["FORBIDDEN"])


def test_the_page_asks_what_the_rows_are_where_no_column_says_it(cast, tenant):
    file = io.BytesIO(b"subject,date,contact email\nTalk,2021-02-02,anna@isdom.example\n")
    file.name = "meetings.csv"
    page = cast["member"].post("/import/", {"file": file, "object": "activities"}, follow=True)

    assert "What the rows are" in page.content.decode()
    with entered(tenant):
        assert Import.objects.get().options == {"kind": "meeting"}
