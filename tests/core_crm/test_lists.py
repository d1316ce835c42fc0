"""The list engine, shown by contacts, companies and leads."""

import csv
import io
import re
from datetime import timedelta

import pytest

from triptych.core_crm.contacts import actions
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.leads import actions as lead_actions
from triptych.core_crm.lists.export import harmless
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

PER_PAGE = 50


@pytest.fixture
def contacts(tenant, members, now):
    """120 contacts called Contact 000 to Contact 119; every third one has no job title, every second one no owner."""
    with entered(tenant):
        made = [
            Contact(
                first_name="Contact",
                last_name=f"{n:03}",
                job_title="" if n % 3 == 0 else f"Title {n % 7}",
                emails=[{"email": f"c{n}@acme.example", "label": ""}],
                owner=members["owner"] if n % 2 else None,
                created_at=now + timedelta(minutes=n),
                updated_at=now,
            )
            for n in range(120)
        ]
        Contact.objects.bulk_create(made)
    return made


def names(response) -> list[str]:
    """The last names on a page, in order."""
    return re.findall(r'<a href="/contacts/[^"]+">Contact (\d+)</a>', response.content.decode())


def link(response, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
    return found[1].replace("&amp;", "&") if found else None


def walked(client, url: str) -> list[str]:
    """All pages of a list, one after the other, and back again."""
    response, forth = client.get(url), []
    pages = [names(response)]
    while forth_url := link(response, "next"):
        response = client.get(forth_url)
        pages.append(names(response))
    for page in reversed(pages[:-1]):
        response = client.get(link(response, "prev"))
        forth.append(names(response) == page)
    assert all(forth)
    return [name for page in pages for name in page]


@pytest.mark.parametrize(
    ("sort", "key", "falling"),
    [
        ("", lambda contact: contact.last_name, False),
        ("-name", lambda contact: contact.last_name, True),
        ("created", lambda contact: contact.created_at, False),
        ("-created", lambda contact: contact.created_at, True),
        ("nonsense", lambda contact: contact.last_name, False),
        ("phone", lambda contact: contact.last_name, False),
    ],
)
def test_every_record_is_on_exactly_one_page(cast, contacts, sort, key, falling):
    expected = [contact.last_name for contact in sorted(contacts, key=key, reverse=falling)]

    assert walked(cast["reader"], f"/contacts/?sort={sort}") == expected


@pytest.mark.parametrize("sort", ["job_title", "-job_title", "email", "-email"])
def test_pages_over_equal_and_empty_values_lose_and_double_nothing(cast, contacts, tenant, sort):
    with entered(tenant):
        Contact.objects.filter(last_name__startswith="0").update(emails=[])

    found = walked(cast["reader"], f"/contacts/?sort={sort}")

    assert sorted(found) == [f"{n:03}" for n in range(120)]


def test_empty_numbers_stand_last_both_ways(cast, tenant, members, now):
    with entered(tenant):
        for name, number in (("Some", 10), ("None", None), ("Many", 500), ("Nil", None)):
            actions.create_company(by=members["owner"], now=now, name=name, number_of_employees=number)

    def order(sort: str) -> list[str]:
        page = cast["owner"].get(f"/companies/?sort={sort}").content.decode()
        return re.findall(r'<a href="/companies/[0-9a-f-]+/">(\w+)</a>', page)

    assert order("employees") == ["Some", "Many", "None", "Nil"]
    assert order("-employees")[:2] == ["Many", "Some"]


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bm90IGpzb24", "%00", "WyJzb3J0X2tleSxwayIsIlx1MDAwMCIsIngiXQ", "a" * 5000, "ü"]
)
def test_a_place_that_nobody_gave_out_leads_to_the_first_page(cast, contacts, cursor):
    for name in ("after", "before"):
        assert names(cast["reader"].get(f"/contacts/?{name}={cursor}"))[0] == "000"


def test_a_place_in_another_order_leads_to_the_first_page(cast, contacts):
    after = re.search(r"after=([^&]+)", link(cast["reader"].get("/contacts/?sort=-created"), "next"))[1]

    assert names(cast["reader"].get(f"/contacts/?sort=name&after={after}"))[0] == "000"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("owner=nobody", 60),
        ("job_title=title+3", 11),
        ("created_from=2026-03-03", 0),
        ("created_until=2026-03-02", 120),
        ("owner=junk", 0),
        ("created_from=yesterday", 0),
        ("q=contact+00", 0),
    ],
)
def test_filters_narrow_the_list(cast, contacts, query, count):
    page = cast["reader"].get(f"/contacts/?{query}").content.decode()

    assert (f'<span class="count">{count}</span>' in page) == bool(count)
    assert ("Nothing fits" in page) == (not count)


def test_the_search_of_a_list_finds_the_beginnings_of_words(cast, tenant, members, now):
    with entered(tenant):
        for last_name, company in (("Rossi", "Acme"), ("Rosso", "Globex"), ("Verdi", "Acme")):
            place = Company.objects.filter(name=company).first()
            place = place or actions.create_company(by=members["owner"], now=now, name=company)
            actions.create_contact(
                by=members["owner"], now=now, last_name=last_name, companies=[actions.CompanyLink(place)]
            )

    def found(text: str) -> list[str]:
        page = cast["reader"].get("/contacts/", {"q": text}).content.decode()
        return re.findall(r'<a href="/contacts/[0-9a-f-]+/">(\w+)</a>', page)

    assert (found("ross"), found("ROSS acm"), found("acme"), found("oss"), found("\0")) == (
        ["Rossi", "Rosso"], ["Rossi"], ["Rossi", "Verdi"], [], ["Rossi", "Rosso", "Verdi"],
    )  # fmt: skip


def test_filters_read_as_words_and_come_off_one_by_one(cast, contacts, members):
    page = cast["reader"].get(f"/contacts/?owner={members['owner'].pk}&job_title=title&sort=-name").content.decode()
    removals = [url.replace("&amp;", "&") for url in re.findall(r'<a href="([^"]+)" aria-label="Remove', page)]

    assert members["owner"].name in page
    assert [re.sub(r"[0-9a-f-]{36}", "ID", url) for url in removals] == [
        "/contacts/?job_title=title&sort=-name",
        "/contacts/?owner=ID&sort=-name",
    ]


def test_columns_can_be_chosen(cast, contacts):
    page = cast["reader"].get("/contacts/?columns=updated&columns=nonsense").content.decode()
    headings = [re.sub(r"<[^>]+>|\s", "", heading) for heading in re.findall(r"<th scope=.*?</th>", page, re.S)]

    assert headings == ["Name", "Changed"]


def test_the_export_holds_what_is_seen_on_all_pages(cast, contacts, members):
    response = cast["reader"].get(f"/contacts/export/?owner={members['owner'].pk}&sort=-name&columns=email,owner")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert response.headers["Content-Disposition"].startswith('attachment; filename="contacts-')
    assert (rows[0], rows[1], len(rows)) == (
        ["Name", "Email", "Owner"],
        ["Contact 119", "c119@acme.example", members["owner"].name],
        61,
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+39 02", "'+39 02"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("Rossi", "Rossi"),
        (-5, -5),
        (None, None),
    ],
)
def test_no_cell_of_an_export_is_a_formula(value, written):
    assert harmless(value) == written


@pytest.mark.parametrize(("who", "status"), [("reader", 200), ("outsider", 302), ("stranger", 302)])
def test_who_may_export(cast, contacts, who, status):
    assert cast[who].get("/contacts/export/").status_code == status


def test_an_act_that_nobody_offers_is_not_there(cast, contacts):
    assert cast["owner"].post("/contacts/bulk/explode/", {"row": [contacts[0].pk]}).status_code == 404


def test_an_empty_list_says_what_it_is_for(cast):
    writer, reader = (cast[who].get("/contacts/").content.decode() for who in ("member", "reader"))

    assert "No contacts yet" in writer
    assert 'href="/contacts/new/"' in writer
    assert 'href="/contacts/new/"' not in reader


@pytest.fixture
def full(tenant, members, now, contacts):
    """A page of each list, with everything related filled."""
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        places = [actions.create_company(name=f"Company {n}", **who) for n in range(60)]
        for contact, place in zip(contacts[:60], places, strict=True):
            actions.link_contact(contact=contact, company=place, **who)
        leads = [lead_actions.create_lead(last_name=f"Lead {n}", **who) for n in range(60)]
    return {"contact": contacts[0], "company": places[0], "lead": leads[0]}


def test_pages_cost_the_statements_that_are_agreed(agreed_costs, full):
    urls = {
        "contacts list": "/contacts/",
        "companies list": "/companies/",
        "leads list": "/leads/",
        "contact": full["contact"].get_absolute_url(),
        "company": full["company"].get_absolute_url(),
        "lead": full["lead"].get_absolute_url(),
    }
    counted = agreed_costs(urls)

    assert max(counted[name] for name in counted if name.endswith("list")) <= 8
