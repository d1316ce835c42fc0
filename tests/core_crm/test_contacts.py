"""Contacts through their actions."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.contacts import actions
from triptych.core_crm.contacts.actions import CompanyLink
from triptych.core_crm.contacts.models import Company, Contact
from triptych.platform import search
from triptych.platform.events.models import Outbox
from triptych.platform.refusals import Conflict, Refused
from triptych.platform.scope import CELL, entered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def anna(members, now) -> Contact:
    return actions.create_contact(
        by=members["member"],
        now=now,
        first_name="Anna",
        last_name="Rossi",
        job_title="Buyer",
        emails=["Anna@Acme.example", {"email": "anna@home.example", "label": "home"}],
    )


@pytest.fixture
def acme(members, now) -> Company:
    return actions.create_company(by=members["owner"], now=now, name="Acme", website="www.acme.example/it")


def announced() -> list[str]:
    with entered(CELL):
        return list(Outbox.objects.filter(name__startswith="contact.").order_by("pk").values_list("name", flat=True))


def found(member, text: str) -> list[str]:
    return [entry.title for entry in search.find(member, text)]


def test_a_new_contact_belongs_to_whoever_makes_it(members, now):
    contact = actions.create_contact(
        by=members["member"],
        now=now,
        first_name=" Anna ",
        last_name="Rossi",
        emails=["Anna@Acme.example", "anna@acme.example"],
        phones=["+39 06 698 12345", "ext. 12"],
    )

    contact = Contact.objects.get(pk=contact.pk)
    assert (str(contact), contact.owner, contact.email, contact.phones, contact.version) == (
        "Anna Rossi",
        members["member"],
        "anna@acme.example",
        [{"phone": "+390669812345", "label": ""}, {"phone": "ext. 12", "label": ""}],
        1,
    )
    assert announced() == ["contact.created"]


def test_creating_a_contact_takes_at_most_ten_statements(members, acme, now):
    with CaptureQueriesContext(connection) as queries:
        actions.create_contact(by=members["member"], now=now, last_name="Rossi", companies=[CompanyLink(acme)])

    assert len(queries) <= 10, [query["sql"][:80] for query in queries]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "last_name"),
        ({"first_name": "  "}, "last_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"last_name": "x\0"}, "last_name"),
        ({"last_name": "x\ud800"}, "last_name"),
        ({"last_name": "x", "emails": ["no address"]}, "emails"),
        ({"last_name": "x", "emails": [{"email": "a@b.example", "label": "l" * 51}]}, "emails"),
        ({"last_name": "x", "emails": [f"a{n}@b.example" for n in range(21)]}, "emails"),
        ({"last_name": "x", "phones": ["1" * 51]}, "phones"),
        ({"last_name": "x", "addresses": [{"city": 7}]}, "addresses"),
        ({"last_name": "x", "addresses": [{"city": "\0"}]}, "addresses"),
        ({"last_name": "x", "description": "x" * 20_001}, "description"),
    ],
)
def test_a_value_that_breaks_a_rule_is_refused_and_named(members, now, fields, field):
    with pytest.raises(Refused) as refused:
        actions.create_contact(by=members["member"], now=now, **fields)

    assert refused.value.field == field
    assert refused.value.message.endswith(".")
    assert (Contact.objects.count(), announced()) == (0, [])


def test_an_update_writes_and_tells_only_what_changed(members, anna, now):
    later = now + timedelta(hours=1)
    updated = actions.update_contact(
        contact=anna, by=members["owner"], now=later, version=1, job_title="Head buyer", first_name="Anna"
    )

    assert (updated.job_title, updated.version, updated.updated_at) == ("Head buyer", 2, later)
    assert announced() == ["contact.created", "contact.updated"]
    with entered(CELL):
        assert Outbox.objects.get(name="contact.updated").facts == {"changed": ["job_title"]}


def test_an_update_that_changes_nothing_is_not_told(members, anna, now):
    actions.update_contact(contact=anna, by=members["owner"], now=now, first_name="Anna ", emails=anna.emails)

    anna.refresh_from_db()
    assert (anna.version, announced()) == (1, ["contact.created"])


def test_two_edits_of_the_same_version_conflict_and_the_first_one_stays(members, anna, now):
    actions.update_contact(contact=anna, by=members["owner"], now=now, version=1, last_name="Bianchi")
    with pytest.raises(Conflict):
        actions.update_contact(contact=anna, by=members["member"], now=now, version=1, last_name="Verdi")

    anna.refresh_from_db()
    assert (anna.last_name, anna.version) == ("Bianchi", 2)


def test_names_sort_as_a_reader_expects(members, now):
    for name in ("Zebra", "apfel", "Äpfel", "Éclair", "ёлка", "Жук"):
        actions.create_contact(by=members["member"], now=now, last_name=name)

    assert [str(contact) for contact in Contact.objects.alive().by_name()] == [
        "apfel", "Äpfel", "Éclair", "Zebra", "ёлка", "Жук",
    ]  # fmt: skip


def test_renaming_sorts_anew_and_is_found_under_the_new_name_alone(members, anna, now):
    actions.create_contact(by=members["member"], now=now, last_name="Moretti")
    actions.update_contact(contact=anna, by=members["owner"], now=now, last_name="Zanetti")

    assert [contact.last_name for contact in Contact.objects.by_name()] == ["Moretti", "Zanetti"]
    assert (found(members["owner"], "zanet"), found(members["owner"], "rossi")) == (["Anna Zanetti"], [])


def test_any_of_the_emails_leads_to_the_contact(anna):
    assert list(Contact.objects.reached_at(" ANNA@home.example")) == [anna]
    assert list(Contact.objects.reached_at("home.example")) == []


def test_a_deleted_contact_comes_back_as_it_was(members, anna, acme, now):
    actions.link_contact(contact=anna, company=acme, role="Buyer", by=members["owner"], now=now)
    actions.delete_contact(contact=anna, by=members["owner"], now=now)
    assert (list(Contact.objects.alive()), found(members["owner"], "rossi")) == ([], [])

    restored = actions.restore_contact(contact=anna, by=members["owner"], now=now)

    assert (restored.deleted_at, restored.company, found(members["owner"], "rossi")) == (None, acme, ["Anna Rossi"])
    assert announced()[-2:] == ["contact.deleted", "contact.restored"]


def test_a_contact_works_for_several_companies_of_which_one_is_primary(members, anna, acme, now):
    globex = actions.create_company(by=members["owner"], now=now, name="Globex")
    who = {"by": members["owner"], "now": now}
    actions.link_contact(contact=anna, company=acme, role="Buyer", **who)
    actions.link_contact(contact=anna, company=globex, role="Adviser", is_primary=True, **who)

    anna = Contact.objects.with_companies().get(pk=anna.pk)
    assert [(link.company.name, link.role, link.is_primary) for link in anna.current_links] == [
        ("Globex", "Adviser", True),
        ("Acme", "Buyer", False),
    ]
    assert found(members["owner"], "globex anna") == ["Anna Rossi"]

    actions.end_link(contact=anna, company=globex, on=date(2026, 3, 1), **who)
    anna = Contact.objects.with_companies().get(pk=anna.pk)
    assert (anna.company, list(Contact.objects.of_company(globex))) == (acme, [])

    actions.make_primary(contact=anna, company=globex, **who)
    actions.unlink_contact(contact=anna, company=acme, **who)
    anna = Contact.objects.with_companies().get(pk=anna.pk)
    assert [(link.company.name, link.ended_on) for link in anna.company_links.all()] == [("Globex", None)]


@pytest.mark.parametrize("twice", ["company", "primary"])
def test_a_company_is_named_once_and_one_is_primary(members, acme, now, twice):
    globex = actions.create_company(by=members["owner"], now=now, name="Globex")
    second = acme if twice == "company" else globex
    links = [CompanyLink(acme, is_primary=twice == "primary"), CompanyLink(second, is_primary=True)]

    with pytest.raises(Refused) as refused:
        actions.create_contact(by=members["owner"], now=now, last_name="Rossi", companies=links)

    assert refused.value.field == "companies"


def test_linking_twice_is_refused(members, anna, acme, now):
    actions.link_contact(contact=anna, company=acme, by=members["owner"], now=now)
    with pytest.raises(Refused, match="works there already"):
        actions.link_contact(contact=anna, company=acme, by=members["owner"], now=now)
