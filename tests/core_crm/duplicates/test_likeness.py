"""What a form warns of while a new record is typed."""

import pytest

from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.rights.actions import create_role
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(tenant, members, now):
    act = {"by": members["owner"], "now": now}
    with entered(tenant):
        acme = create_company(name="Acme Tools", website="https://acme.example", phone="+39 02 1234 5678", **act)
        create_contact(
            first_name="Anna",
            last_name="Rossi",
            emails=["office@acme.example", "anna@acme.example"],
            phones=["+39 02 1234 5679"],
            companies=[CompanyLink(acme)],
            **act,
        )
        create_lead(first_name="Ugo", last_name="Neri", company_name="Hooli", email="ugo@hooli.example", **act)
        return acme


@pytest.mark.parametrize(
    ("kind", "typed", "name", "why"),
    [
        ("contact", {"emails-0-email": " ANNA@acme.example"}, "Anna Rossi", "Same email"),
        ("contact", {"phones-1-phone": "+39 (02) 12345679"}, "Anna Rossi", "Same phone"),
        ("contact", {"first_name": "anna ", "last_name": "ROSSI"}, "Anna Rossi", "Same name"),
        (
            "contact",
            {"first_name": "Anna", "last_name": "Rossi", "company": "acme tools"},
            "Anna Rossi",
            "Same name and company",
        ),
        ("contact", {"emails-0-email": "ugo@hooli.example"}, "Ugo Neri", "Same email"),
        ("lead", {"email": "anna@acme.example"}, "Anna Rossi", "Same email"),
        (
            "lead",
            {"first_name": "Ugo", "last_name": "Neri", "company_name": "HOOLI"},
            "Ugo Neri",
            "Same name and company",
        ),
        ("company", {"name": "ACME  tools"}, "Acme Tools", "Same name"),
        ("company", {"name": "Other", "website": "www.acme.example/it"}, "Acme Tools", "Same domain"),
        ("company", {"phone": "+390212345678"}, "Acme Tools", "Same phone"),
    ],
)
def test_who_types_it_again_is_told(cast, known, kind, typed, name, why):
    text = cast["member"].post(f"/duplicates/{kind}/alike/", typed).content.decode()

    assert "Is it one of these?" in text
    assert (name in text, why in text) == (True, True)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("contact", {}),
        ("contact", {"last_name": "Rossi"}),
        ("contact", {"first_name": "Anna", "last_name": "Rossi", "company": "Hooli"}),
        ("contact", {"emails-0-email": "anna@", "phones-0-phone": "x" * 400, "first_name": "\t", "company": "-"}),
        ("lead", {"first_name": "Ugo", "last_name": "Neri", "company_name": "Acme Tools"}),
        ("company", {"name": "Acme"}),
        ("deal", {"name": "Acme Tools"}),
    ],
)
def test_what_is_another_one_warns_of_nothing(cast, known, kind, typed):
    response = cast["member"].post(f"/duplicates/{kind}/alike/", typed)

    assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_a_chosen_company_counts_as_its_name(cast, known):
    typed = {"first_name": "Anna", "last_name": "Rossi", "company": str(known.pk)}
    assert "Same name and company" in cast["member"].post("/duplicates/contact/alike/", typed).content.decode()


@pytest.mark.parametrize(("path", "kind"), [("contacts", "contact"), ("companies", "company"), ("leads", "lead")])
def test_the_form_of_a_new_record_asks(cast, known, path, kind):
    assert f"/duplicates/{kind}/alike/" in cast["member"].get(f"/{path}/new/").content.decode()


def test_an_edited_record_is_not_compared(cast, tenant, known):
    assert "/alike/" not in cast["member"].get(f"{known.get_absolute_url()}edit/").content.decode()


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_who_may_make_none_is_not_told(cast, known, who, status):
    response = cast[who].post("/duplicates/contact/alike/", {"emails-0-email": "anna@acme.example"})
    assert (response.status_code, "Rossi" in response.content.decode()) == (status, False)


def test_nobody_is_told_of_records_they_do_not_see(cast, tenant, members, known, now):
    with entered(tenant):
        rights = {"contact": {"read": "own"}}
        members["member"].role_record = create_role(
            name="Seller", rights=rights, field_rights={}, by=members["owner"], now=now
        )
        members["member"].save()
    typed = {"emails-0-email": "anna@acme.example"}
    assert "Rossi" not in cast["member"].post("/duplicates/contact/alike/", typed).content.decode()


LIKELY = """query ($input: NewRecordInput!) { likelyDuplicates(input: $input) {
  why record { __typename ... on Contact { name } ... on Company { name } } } }"""


def test_the_api_tells_of_the_same(api, known):
    typed = {"kind": "CONTACT", "emails": ["anna@acme.example", "?"]}
    assert api(LIKELY, input=typed, who="reader")["data"]["likelyDuplicates"] == [
        {"why": "Same email", "record": {"__typename": "Contact", "name": "Anna Rossi"}}
    ]
    typed = {"kind": "COMPANY", "domain": "acme.example"}
    assert api(LIKELY, input=typed)["data"]["likelyDuplicates"][0]["record"]["name"] == "Acme Tools"
