"""Rows that look like somebody who is here, or like another row: listed with the reason, and one choice for each."""

import io

import pytest

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.imports import actions
from triptych.core_crm.imports.alike import HERE, IN_FILE
from triptych.core_crm.imports.checking import check_import
from triptych.core_crm.imports.choices import ALL, Choice, Do
from triptych.core_crm.imports.command import Console
from triptych.core_crm.imports.plan import ALIKE
from triptych.core_crm.imports.running import run_import

pytestmark = pytest.mark.django_db
ROWS = (
    "first name,last name,email,phone,job title\n"
    "Ana,Rossi,a.rossi@private.example,+39 06 1234567,CEO\n"
    "Bo,Berg,bo@x.example,,\n"
    "Bo,Bergh,,+46 8 123456,\n"
    "Bo,Bergh,bo@y.example,+46 8 123456,\n"
    "Zoe,Quill,zoe@q.example,,\n"
)


@pytest.fixture
def draft(in_tenant, members, now):
    """Five rows, the first of which is Anna Rossi, who is here."""
    create_contact(
        first_name="Anna", last_name="Rossi", emails=["anna@isdom.example"], phones=["+39 06 1234567"],
        by=members["owner"], now=now,
    )  # fmt: skip
    return actions.upload_import(
        file=io.BytesIO(ROWS.encode()), file_name="c.csv", object_name="contacts", by=members["owner"], now=now
    )


def found(record):
    return [(one.code, one.value, one.is_rejection) for one in record.findings.order_by("value") if one.field == ALIKE]


def written(record, members, now):
    who = {"by": members["owner"], "now": now}
    record = actions.begin_import(record=record, as_job=False, **who)
    return run_import(record, by=who["by"], at=now, watcher=Console(io.StringIO()))


def test_they_are_doubted_with_the_reason_and_added_where_nobody_chooses(draft, members, now):
    forecast = check_import(draft, by=members["owner"], at=now)

    assert (forecast.created, forecast.doubtful) == (5, 2)
    assert found(draft) == [(HERE, "2", False), (IN_FILE, "5", False)]
    first = draft.findings.get(code=HERE)
    assert first.message.startswith("“Ana Rossi” looks like “Anna Rossi”, which is here already (")
    assert "Phone: the same" in first.message
    assert "row 4 of the file" in draft.findings.get(code=IN_FILE).message

    assert written(draft, members, now).created_count == 5
    assert found(draft) == [(HERE, "2", False), (IN_FILE, "5", False)]


def test_one_is_updated_another_left_out_and_undoing_gives_back_what_was(draft, members, now):
    actions.decide(record=draft, field=ALIKE, value="2", choice=Choice(Do.UPDATE), now=now)
    actions.decide(record=draft, field=ALIKE, value=ALL, choice=Choice(Do.SKIP), now=now)
    assert check_import(draft, by=members["owner"], at=now).updated == 1
    record = written(draft, members, now)

    assert (record.created_count, record.updated_count, record.rejected_count) == (3, 1, 1)
    anna = Contact.objects.get(last_name="Rossi")
    assert (anna.first_name, anna.job_title, len(anna.emails)) == ("Ana", "CEO", 2)

    from triptych.core_crm.imports.undoing import undo_import

    record = actions.begin_undo(record=record, by=members["owner"], now=now, as_job=False)
    undo_import(record, by=members["owner"], at=now, watcher=Console(io.StringIO()))
    anna = Contact.objects.get()
    assert (anna.first_name, anna.job_title, len(anna.emails)) == ("Anna", "", 1)


def test_who_says_that_all_are_new_hears_no_more_of_it(draft, members, now):
    actions.decide(record=draft, field=ALIKE, value=ALL, choice=Choice(Do.KEEP), now=now)

    assert check_import(draft, by=members["owner"], at=now).created == 5
    assert found(draft) == []


def test_the_choice_stands_on_the_page(draft, cast):
    page = cast["owner"].get(f"/import/{draft.pk}/check/").content.decode()
    assert "Looks like one that is here" in page
    assert "Update the one that is here" in page

    choice = {"field": ALIKE, "value": "2", "do": "update"}
    page = cast["owner"].post(f"/import/{draft.pk}/decide/", choice, headers={"HX-Request": "true"}).content.decode()

    assert "will be updated" in page
    assert "Row 2 Update the one that is here" in page
