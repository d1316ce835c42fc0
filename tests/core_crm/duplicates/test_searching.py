"""Likely duplicates over all records: found with their reasons, merged, or remembered as not the same."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.actions import CompanyLink, create_company, create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.duplicates.matching import Comparable, compared
from triptych.core_crm.duplicates.models import Pair
from triptych.core_crm.duplicates.searching import search_all
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.ids import new_id
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


class Alone:
    cancel_requested = False

    def progress(self, done, total=None, note=""): ...


class Stopped(Alone):
    cancel_requested = True


@pytest.fixture
def twins(tenant, members, now):
    act = {"by": members["owner"], "now": now}
    with entered(tenant):
        anna = create_contact(first_name="Anna", last_name="Rossi", emails=["anna@acme.example"], **act)
        ann = create_contact(first_name="Ana", last_name="Rossi", emails=["anna@acme.example"], **act)
        create_contact(first_name="Ugo", last_name="Neri", emails=["ugo@acme.example"], **act)
        create_company(name="Acme Tools", **act)
        create_company(name="ACME tools.", **act)
    return anna, ann


@pytest.fixture
def found(tenant, twins, now):
    with entered(tenant):
        assert (search_all("contact", watcher=Alone(), now=now), search_all("company", watcher=Alone(), now=now)) == (
            1,
            1,
        )
        return Pair.objects.get(kind="contact")


@pytest.mark.parametrize(
    ("one", "other", "likely"),
    [
        ({"name": "anna rossi", "company": "acme"}, {"name": "anna rossi", "company": "acme"}, True),
        ({"name": "anna rossi"}, {"name": "anna rossi"}, False),
        ({"name": "rossi anna", "phones": frozenset("1")}, {"name": "anna rosi", "phones": frozenset("1")}, True),
        ({"name": "anna rossi", "emails": frozenset("a")}, {"name": "ugo neri", "emails": frozenset("a")}, False),
        ({"name": "acme", "is_company": True}, {"name": "acme", "is_company": True}, True),
        (
            {"name": "acme", "domain": "a.it", "is_company": True},
            {"name": "acme", "domain": "b.it", "is_company": True},
            False,
        ),
    ],
)
def test_agreement_speaks_for_it_and_difference_against(one, other, likely):
    match = compared(Comparable(new_id(), **one), Comparable(new_id(), **other))
    assert (match.score >= 0.5) is likely


def test_a_search_by_the_page_shows_pairs_with_their_reasons(cast, tenant, twins, drain):
    assert "Nobody has looked yet." in cast["member"].get("/duplicates/").content.decode()
    assert cast["member"].post("/duplicates/contact/search/").status_code == 302
    assert "Looking for duplicates" in cast["member"].get("/duplicates/").content.decode()
    drain()

    text = cast["member"].get("/duplicates/").content.decode()
    assert f"/duplicates/contact/{twins[0].pk}/{twins[1].pk}/" in text
    assert "Email: the same (+11.6)" in text
    assert "Ugo" not in text
    assert cast["member"].get("/duplicates/contact/progress/")["HX-Redirect"] == "/duplicates/?kind=contact"


def test_a_search_that_is_stopped_leaves_what_was_found(tenant, found, now):
    with entered(tenant):
        assert search_all("contact", watcher=Stopped(), now=now) == 0
        assert Pair.objects.filter(kind="contact").count() == 1


def test_a_cancelled_search_ends(cast, tenant, twins, drain):
    cast["member"].post("/duplicates/contact/search/")
    cast["member"].post("/duplicates/contact/cancel/")
    drain()
    with entered(tenant):
        assert not Pair.objects.exists()


def test_what_is_not_the_same_is_not_brought_up_again(cast, tenant, found, now):
    assert cast["member"].post(f"/duplicates/pairs/{found.pk}/distinct/").status_code == 302
    with entered(tenant):
        search_all("contact", watcher=Alone(), now=now)
    assert "Anna" not in cast["member"].get("/duplicates/").content.decode()


def test_a_merged_pair_is_gone(cast, found, twins):
    cast["member"].post(f"/duplicates/contact/{twins[0].pk}/{twins[1].pk}/")
    assert "Compare and merge" not in cast["member"].get("/duplicates/").content.decode()


@pytest.mark.parametrize("who", ["reader", "outsider", "stranger"])
def test_who_changes_nothing_marks_nothing(cast, tenant, found, who):
    for url in (f"/duplicates/pairs/{found.pk}/distinct/", "/duplicates/contact/search/"):
        assert cast[who].post(url).status_code == (403 if who == "reader" else 302)
    with entered(tenant):
        assert not Pair.objects.filter(is_distinct=True).exists()


@pytest.mark.parametrize("url", ["/duplicates/?kind=deal", "/duplicates/?kind=x", "/duplicates/x/progress/"])
def test_an_unknown_kind_is_not_there(cast, twins, url):
    assert cast["owner"].get(url).status_code == 404
    assert cast["owner"].get("/duplicates/?from=-1").status_code == 200


def test_the_api_searches_and_answers(api, tenant, twins, drain):
    search = "mutation { searchDuplicates(input: {kind: CONTACT}) { search { state } problems { code } } }"
    assert api(search)["data"]["searchDuplicates"] == {"search": {"state": "queued"}, "problems": []}
    drain()
    asked = "{ duplicates(kind: CONTACT) { id score why first { ... on Contact { firstName } } } }"
    (pair,) = api(asked, who="reader")["data"]["duplicates"]
    assert (pair["first"]["firstName"], pair["score"] > 0.9, len(pair["why"])) == ("Anna", True, 2)

    mark = "mutation ($id: ID!) { markDistinct(input: {id: $id}) { problems { code } } }"
    assert api(mark, id="x")["data"]["markDistinct"]["problems"] == [{"code": "NOT_FOUND"}]
    assert api(mark, id=pair["id"])["data"]["markDistinct"]["problems"] == []
    assert api(asked)["data"]["duplicates"] == []
    with entered(tenant):
        assert Contact.objects.alive().count() == 3


@pytest.mark.parametrize("theirs", ["anna@acme.example", "other@acme.example", ""])
def test_nothing_tells_whether_hidden_fields_agree(api, tenant, members, now, theirs):
    """Not the score, the order or that a pair is there; not what is found while typing; not what a merge refuses."""
    act = {"by": members["owner"], "now": now}
    with entered(tenant):
        company = create_company(name="Acme Tools", **act)
        pair = [
            create_contact(first_name="Anna", last_name="Rossi", emails=[one], companies=[CompanyLink(company)], **act)
            for one in ("anna@acme.example", theirs)
        ]
        role = create_role(
            name="Clerk", base="member", rights={}, field_rights={"contact": {"emails": "hidden"}}, **act
        )
        give_role(member=Member.objects.get(pk=members["member"].pk), role=role, **act)
        search_all("contact", watcher=Alone(), now=now)
    asked = "{ duplicates(kind: CONTACT) { score why } }"
    typed = '{ likelyDuplicates(input: {kind: CONTACT, emails: ["anna@acme.example"]}) { why } }'
    ids = {"winner": to_base64("Contact", str(pair[0].pk)), "loser": to_base64("Contact", str(pair[1].pk))}
    merge = """mutation ($winner: ID!, $loser: ID!) { mergeContacts(input: {
        winner: $winner, loser: $loser, choices: [{field: "emails", take: WINNER}]}) { problems { field } } }"""

    assert api(asked, who="member")["data"]["duplicates"] == [
        {"score": 0.9735, "why": ["Name: the same (+8.3)", "Company: the same (+5.9)"]}
    ]
    assert api(typed, who="member")["data"]["likelyDuplicates"] == []
    assert api(merge, who="member", **ids)["data"]["mergeContacts"]["problems"] == [{"field": "choices"}]


def test_the_api_stops_a_search_and_tells_of_the_last(api, tenant, twins, drain):
    asked = "{ duplicateSearch(kind: CONTACT) { state percent } }"
    stop = "mutation { cancelDuplicateSearch(input: {kind: CONTACT}) { search { state } problems { code } } }"
    assert api(asked)["data"]["duplicateSearch"] is None
    assert api(stop)["data"]["cancelDuplicateSearch"] == {"search": None, "problems": []}
    api("mutation { searchDuplicates(input: {kind: CONTACT}) { problems { code } } }")
    assert api(stop)["data"]["cancelDuplicateSearch"]["problems"] == []
    drain()
    assert api(asked)["data"]["duplicateSearch"]["state"] == "cancelled"
    assert api(asked, who="reader")["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_reasons_and_finding_by_words_tell_nothing_of_hidden_fields(cast, tenant, members, found, twins, now):
    with entered(tenant):
        by = members["owner"]
        hidden = {"contact": {"emails": "hidden"}}
        role = create_role(name="Clerk", base="member", rights={}, field_rights=hidden, by=by, now=now)
        give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)
    anna, _ann = twins
    for who, tells in (("owner", True), ("member", False)):
        page = cast[who].get("/duplicates/?kind=contact").content.decode()
        assert ("Rossi" in page, "Email: the same" in page) == (tells, tells)  # without the email nothing speaks for it
        other = cast[who].get(f"/duplicates/contact/{anna.pk}/?q=anna@acme.example").content.decode()
        assert ("Ana Rossi" in other) is tells
