"""Nested conditions: what each operator finds, what is refused, and the form that builds them."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from triptych.core_crm.contacts import actions
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def companies(tenant, members, now):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        actions.create_company(name="Acme", type="customer", industry="Steel", number_of_employees=10, **who)
        actions.create_company(name="Globex", type="partner", industry="", number_of_employees=500, **who)
        actions.create_company(name="Initech", type="customer", industry="Software", owner=members["member"], **who)


def found(client, where):
    page = client.get("/companies/", {"where": where if isinstance(where, str) else json.dumps(where)})
    return re.findall(r'<a href="/companies/[0-9a-f-]{36}/">(\w+)</a>', page.content.decode())


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({"all": [["type", "is", "customer"]]}, ["Acme", "Initech"]),
        ({"all": [["type", "is_not", "customer"]]}, ["Globex"]),
        ({"all": [["type", "is", "customer", "partner"], ["industry", "filled"]]}, ["Acme", "Initech"]),
        ({"all": [["industry", "empty"]]}, ["Globex"]),
        ({"all": [["industry", "contains", "ste"]]}, ["Acme"]),
        ({"all": [["industry", "lacks", "ste"]]}, ["Globex", "Initech"]),
        ({"all": [["name", "begins", "in"]]}, ["Initech"]),
        ({"all": [["employees", "between", "500", "5"]]}, ["Acme", "Globex"]),
        ({"all": [["employees", "above", "10"]]}, ["Globex"]),
        ({"all": [["employees", "is_not", "10"]]}, ["Globex", "Initech"]),
        ({"all": [["employees", "empty"]]}, ["Initech"]),
        ({"all": [["owner", "is", "me"]]}, ["Initech"]),
        ({"all": [["owner", "is_not", "me"]]}, ["Acme", "Globex"]),
        ({"all": [["owner", "is", "my_team"]]}, ["Initech"]),
        ({"all": [["owner", "is", "nobody"]]}, []),
        ({"all": [["created", "on", "2026-03-02"]]}, ["Acme", "Globex", "Initech"]),
        ({"all": [["created", "before", "2026-03-02"]]}, []),
        ({"all": [["created", "after", "2026-03-01"]]}, ["Acme", "Globex", "Initech"]),
        ({"any": [["industry", "is", "steel"], {"all": [["type", "is", "partner"], ["employees", "at_least", "100"]]}]},
         ["Acme", "Globex"]),
        ({"none": [["industry", "is", "steel"], ["type", "is", "partner"]]}, ["Initech"]),
        ({}, ["Acme", "Globex", "Initech"]),
    ],
)  # fmt: skip
def test_conditions_find_what_they_say(cast, companies, where, names):
    assert found(cast["member"], where) == names


@pytest.mark.parametrize(
    "where",
    [
        "{", "[]", "7", '{"some":[]}', '{"all":7}', '{"all":[["type"]]}', '{"all":[["type","explodes","x"]]}',
        '{"all":[["employees","is","many"]]}', '{"all":[["employees","is"]]}', '{"all":[["created","on","soon"]]}',
        '{"all":[["owner","is","\\u0000"]]}', '{"all":[["employees","is","1e99"]]}',
        '{"all":[["created","last_days","-1"]]}',
        '{"all":[{"all":[{"all":[{"all":[{"all":[]}]}]}]}]}',
        '{"all":[' + ",".join(['["type","is","customer"]'] * 51) + "]}",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_and_finds_nothing(cast, companies, where):
    page = cast["member"].get("/companies/", {"where": where}).content.decode()

    assert 'role="alert"' in page
    assert "Nothing fits" in page


def test_conditions_read_as_words_and_come_off_one_by_one(cast, companies):
    where = {"all": [["type", "is", "customer"], {"any": [["owner", "is", "me"], ["created", "last_days", "7"]]}]}
    page = cast["member"].get("/companies/", {"where": json.dumps(where)}).content.decode()
    removals = re.findall(r'<a href="([^"]+)" aria-label="Remove', page)

    assert "Type is Customer" in page
    assert "(Owner is me or Created in the last 7 days)" in page
    left = [json.loads(parse_qs(urlsplit(url.replace("&amp;", "&")).query)["where"][0]) for url in removals]
    assert left == [{"all": [where["all"][1]]}, {"all": [where["all"][0]]}]


def test_the_form_builds_conditions_step_by_step(cast, companies):
    url = "/views/company/conditions/?sort=-name"
    first = cast["member"].get(url, headers=HTMX).content.decode()
    assert 'name="field-0"' in first
    data = {"match-": "all", "field-0": "type", "operator-0": "is", "value-0": ["customer"], "do": "group:"}
    grown = cast["member"].post(url, data, headers=HTMX).content.decode()
    assert 'name="match-1"' in grown
    assert 'name="field-1.0"' in grown
    data |= {"match-1": "any", "field-1.0": "name", "operator-1.0": "begins", "value-1.0": "A", "do": "show",
             "field-1.1": "industry", "operator-1.1": "contains", "value-1.1": ""}  # fmt: skip
    shown = cast["member"].post(url, data, headers=HTMX).headers["HX-Redirect"]

    query = parse_qs(urlsplit(shown).query)
    assert (query["sort"], json.loads(query["where"][0])) == (
        ["-name"], {"all": [["type", "is", "customer"], {"any": [["name", "begins", "A"]]}]},
    )  # fmt: skip
    wrong = {"match-": "all", "field-0": "employees", "operator-0": "is", "value-0": "many", "do": "show"}
    assert "takes a number" in cast["member"].post(url, wrong, headers=HTMX).content.decode()


@pytest.mark.parametrize(
    "one", [["revenue", "is", "1e-999999"], ["revenue", "is", "1e999999999"], ["name", "contains", "\ud800"]]
)
def test_values_that_the_database_cannot_hold_break_no_page(cast, companies, one):
    address = "/companies/?" + urlencode({"where": json.dumps({"all": [one]})})
    assert cast["member"].get(address).status_code == 200
