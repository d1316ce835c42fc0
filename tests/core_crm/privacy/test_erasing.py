"""Erasing a person: nothing is left anywhere, nothing brings them back, and a receipt says so."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from triptych.core_crm.activities.actions import add_note
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import create_contact, restore_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.duplicates.models import Merge
from triptych.core_crm.imports import actions as imports
from triptych.core_crm.imports.checking import check_import
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.running import run_import
from triptych.core_crm.imports.undoing import undo_import
from triptych.core_crm.lists.models import PastAct
from triptych.core_crm.privacy import command
from triptych.core_crm.privacy.actions import erase_now, known_of, ordered
from triptych.core_crm.privacy.erasing import IsMember, NothingKnown
from triptych.core_crm.privacy.people import NotAnAddress, person_at
from triptych.core_crm.privacy.rows import Incomplete
from triptych.platform.audit.models import Entry
from triptych.platform.scope import building, entered

pytestmark = pytest.mark.django_db

MARK, EMAIL = "Qzxvymark", "ada@qzxvymark.example"


def rows_with(mark, schemas):
    """Every table of these schemas whose rows, as text, hold the mark: table → rows."""
    found = {}
    with entered(building("public")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = ANY(%s)", [schemas]
        )
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" AS t WHERE t::text ILIKE %s', [f"%{mark}%"])
            if rows := [row[0] for row in cursor.fetchall()]:
                found[f"{schema}.{table}"] = rows
    return found


def files_with(mark):
    folder = Path(settings.MEDIA_ROOT)
    return {path for path in folder.rglob("*") if path.is_file() and mark.encode() in path.read_bytes()}


@pytest.fixture
def files_of_others():
    """What earlier tests, which are rolled back in the database alone, have left in the folder."""
    return files_with(MARK)


def everywhere(tenant):
    return rows_with(MARK, [tenant.schema_name, "public", "cell"])


@pytest.fixture
def erased(tenant, members, now, traces, alone):
    """Ada, erased by the owner."""
    with entered(tenant):
        person = person_at(EMAIL)
        order = ordered(person, by=members["owner"], now=now)
        return erase_now(person, erasure=order, by=members["owner"], now=now, watcher=alone)


def test_nothing_of_an_erased_person_is_left_anywhere(files_of_others, tenant, members, now, traces, alone):
    before = everywhere(tenant)
    assert {table.partition(".")[2] for table in before} >= {
        "contacts_contact", "contacts_contactcompany", "leads_lead", "deals_deal", "activities_activity", "cases_case",
        "cases_casemessage", "mail_arrival", "files_file", "search_searchentry", "search_searchtext", "audit_entry",
        "lists_pastchange", "duplicates_merge", "imports_import", "notifications_notification", "events_outbox",
        "events_job",
    }  # fmt: skip
    assert len(files_with(MARK) - files_of_others) >= 5

    with entered(tenant):
        person = person_at(EMAIL)
        order = ordered(person, by=members["owner"], now=now)
        receipt = erase_now(person, erasure=order, by=members["owner"], now=now, watcher=alone)

    assert everywhere(tenant) == {}
    assert files_with(MARK) == files_of_others
    assert receipt.files_left == []


def test_the_receipt_tells_how_much_and_nothing_of_whom(tenant, members, erased):
    told = erased.as_receipt()
    counts = {part["kind"]: (part["count"], part["fate"]) for part in told["counts"]}

    assert counts["contacts"] == (2, "blanked")
    assert (counts["leads"], counts["activities"], counts["cases"]) == ((1, "blanked"), (1, "deleted"), (2, "blanked"))
    assert (counts["mails"], counts["mails_of_others"], counts["archives"]) == ((1, "deleted"),) * 3
    assert counts["shared_activities"] == (2, "kept")
    assert (told["state"], told["by"], len(told["addresses"])) == ("done", "owner", 2)
    assert MARK.lower() not in str(told).lower()


def test_deals_stay_with_their_amounts_and_an_anonymous_contact(tenant, traces, erased):
    with entered(tenant):
        deal = Deal.objects.select_related("primary_contact").get(pk=traces.deal.pk)
        shared = Activity.objects.get(pk=traces.shared_note.pk)
        message = CaseMessage.objects.get(case=traces.other_case)

        assert (deal.name, deal.amount, str(deal.primary_contact)) == ("Pumps for ***", 500, "Erased person")
        assert deal.deal_contacts.count() == 1
        assert shared.description == "*** and the deal\n*** called"
        assert (message.body, message.sender_email) == ("***", "")
        assert Case.objects.get(pk=traces.other_case.pk).subject == "Bob asks"
        assert Contact.objects.filter(first_name="Bob").count() == 1


def test_nothing_that_undoes_brings_the_person_back(tenant, members, now, traces, erased, alone):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        brought = imports.begin_undo(record=Import.objects.get(pk=traces.brought.pk), as_job=False, **who)
        undo_import(brought, by=members["owner"], at=now, watcher=alone)
        restore_contact(contact=traces.ada, **who)

        assert Merge.objects.count() == PastAct.objects.count() == 0
        assert {str(one) for one in Contact.objects.alive()} == {"Bob Best", "Erased person"}
        for entry in Entry.objects.about(traces.ada.pk):
            assert not any(isinstance(value, str) and value[:1].isalpha() for value in entry.before.values())
    assert everywhere(tenant) == {}


def test_the_audit_keeps_who_when_and_which(tenant, members, traces, erased):
    with entered(tenant):
        created = Entry.objects.about(traces.lead.pk).order_by("at").first()
        said = Entry.objects.get(table="audit_entry")

        assert (created.act, created.table) == ("created", "leads_lead")
        assert {"first_name", "email", "status"} <= created.after.keys()
        assert created.after["first_name"] is None
        assert said.after["blanked"] > 20


def test_the_tenants_role_cannot_write_the_audit_in_another_way(tenant, traces):
    with entered(tenant), pytest.raises(ProgrammingError), transaction.atomic():
        Entry.objects.update(after={})


def test_whoever_works_here_is_not_erased(tenant, members, now, alone):
    with entered(tenant):
        person = person_at("OWNER@acme.example")
        with pytest.raises(IsMember, match="works in this workspace"):
            erase_now(person, erasure=ordered(person, by=None, now=now), by=None, now=now, watcher=alone)


def test_a_namesake_keeps_their_name(tenant, members, now, alone):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        gone = create_contact(
            first_name="Jo", last_name="May", emails=["jo@one.example"], phones=["+49 30 1112223"], **who
        )
        stays = create_contact(
            first_name="Jo", last_name="May", emails=["jo@two.example"], phones=["+49 30 1112223"], **who
        )
        other = add_note(
            text="Jo May, xjo@one.example, +49 30 1112223", records=[RecordRef("contact", stays.pk)], **who
        )
        person = person_at("jo@one.example")
        erase_now(person, erasure=ordered(person, by=None, now=now), by=None, now=now, watcher=alone)
        other.refresh_from_db()
        stays.refresh_from_db()

        assert other.description == "Jo May, xjo@one.example, +49 30 1112223"
        assert (str(stays), stays.primary_email) == ("Jo May", "jo@two.example")
        assert Contact.objects.get(pk=gone.pk).emails == []


def test_nothing_is_erased_where_nothing_is_known(tenant, now, alone):
    with entered(tenant):
        person = person_at("nobody@else.example")
        with pytest.raises(NothingKnown):
            erase_now(person, erasure=ordered(person, by=None, now=now), by=None, now=now, watcher=alone)
        with pytest.raises(NotAnAddress):
            person_at("not an address")


def test_a_plugin_that_raises_ends_it_before_anything_happened(tenant, now, traces, pretend):
    pretend("pear", person_data=lambda person, now: 1 / 0)

    with entered(tenant), pytest.raises(Incomplete, match="pear"):
        known_of(person_at(EMAIL), now=now)


def test_the_command_erases_after_the_address_was_typed(tenant, traces):
    out, err = io.StringIO(), io.StringIO()

    codes = [
        command.erase(tenant, EMAIL, dry_run=True, out=out, err=err),
        command.erase(tenant, EMAIL, ask=lambda who: "no", out=out, err=err),
        command.erase(tenant, EMAIL, ask=lambda who: who, out=out, err=err),
        command.erase(tenant, EMAIL, out=out, err=err),
        command.erase(tenant, "owner@acme.example", out=out, err=err),
    ]

    assert codes == [0, 1, 0, 1, 1]
    assert "*         2  Contacts" in out.getvalue()
    assert "That is not the address. Nothing was erased." in err.getvalue()
    assert f"Nothing is known of “{EMAIL}”." in err.getvalue()
    assert everywhere(tenant) == {}


def test_an_address_that_asked_to_be_forgotten_is_doubted_when_it_comes_again(
    tenant, members, now, traces, erased, alone
):
    file = io.BytesIO(f"Last name,Email\nNew,{EMAIL}\nOther,new@other.example\n".encode())
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        for name in ("contacts", "leads"):
            file.seek(0)
            record = imports.upload_import(file=file, file_name="a.csv", object_name=name, **who)
            imports.set_mapping(record=record, mapping=record.mapping, mode=Import.Mode.CREATE, now=now)
            forecast = check_import(record, by=members["owner"], at=now)
            assert (forecast.doubtful, record.findings.get(code="forgotten").value) == (1, EMAIL)
            record = imports.begin_import(record=record, as_job=False, **who)
            run_import(record, by=members["owner"], at=now, watcher=alone)

            (finding,) = record.findings.filter(value=EMAIL)
            assert (finding.message[:40], finding.rows) == ("This address asked to be forgotten. Dele", [2])
            assert (record.created_count, record.doubtful_count) == (2, 1)
