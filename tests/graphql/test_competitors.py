"""Competitors, buying roles and lost reasons through the API."""

import pytest

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Competitor, Stage
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

CREATE = """mutation($input: CreateCompetitorInput!) { createCompetitor(input: $input) {
    competitor { id name website company { name } version } problems { code field } } }"""
UPDATE = """mutation($input: UpdateCompetitorInput!) { updateCompetitor(input: $input) {
    competitor { name strengths } problems { code field } } }"""
DELETE = "mutation($input: DeleteCompetitorInput!) { deleteCompetitor(input: $input) { problems { code } } }"
SET = """mutation($input: SetDealCompetitorInput!) { setDealCompetitor(input: $input) {
    deal { competitors { state competitor { name } } } problems { code field } } }"""
REMOVE = """mutation($input: RemoveDealCompetitorInput!) { removeDealCompetitor(input: $input) {
    deal { competitors { state } } problems { code field } } }"""
ROLE = """mutation($input: SetDealContactInput!) { setDealContact(input: $input) {
    deal { contacts { role contact { name } } } problems { code field } } }"""
NO_ROLE = """mutation($input: RemoveDealContactInput!) { removeDealContact(input: $input) {
    deal { contacts { role } } problems { code field } } }"""
REASONS = "mutation($input: SetLostReasonsInput!) { setLostReasons(input: $input) { reasons problems { code field } } }"
MOVE = """mutation($input: MoveDealInput!) { moveDeal(input: $input) {
    deal { competitors { state competitor { name } } } problems { code field } } }"""


def answer(caller, document, **input) -> dict:
    (payload,) = caller.data(document, {"input": input}).values()
    return payload


def codes(payload) -> list[tuple]:
    return [(problem["code"], problem.get("field")) for problem in payload["problems"]]


@pytest.fixture
def rival(crm):
    with entered(crm.tenant):
        return actions.create_competitor(name="Hammer", by=crm.by, now=crm.now)


def test_competitors_are_kept_changed_read_and_deleted(api, crm, gid):
    company = crm.company(name="Hammer Ltd")
    made = answer(api["program"], CREATE, name="Hammer", website="https://hammer.example", company=gid(company))
    one = made["competitor"]
    assert (made["problems"], one["company"], one["version"]) == ([], {"name": "Hammer Ltd"}, 1)
    assert (
        answer(api["member"], UPDATE, id=one["id"], strengths="Price", version=1)["competitor"]["strengths"] == "Price"
    )
    assert codes(answer(api["member"], UPDATE, id=one["id"], strengths="x", version=1)) == [("CONFLICT", None)]
    read = api["reader"].data('{ competitors(filter: {name: {startsWith: "ham"}}) { edges { node { name } } } }')
    assert read["competitors"]["edges"] == [{"node": {"name": "Hammer"}}]
    assert answer(api["member"], DELETE, id=one["id"])["problems"] == []
    assert codes(answer(api["member"], DELETE, id=one["id"])) == [("NOT_FOUND", None)]


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({"name": " "}, ("REFUSED", "name")),
        ({"name": "hammer"}, ("REFUSED", "name")),
        ({"name": "A", "website": "javascript:alert(1)"}, ("REFUSED", "website")),
        ({"name": "A", "strengths": "x" * 5001}, ("REFUSED", "strengths")),
    ],
)
def test_a_competitor_that_cannot_be_is_a_problem(api, crm, rival, input, problem):
    assert codes(answer(api["member"], CREATE, **input)) == [problem]
    with entered(crm.tenant):
        assert Competitor.objects.count() == 1


@pytest.mark.parametrize("who", ["reader", "read-only program"])
def test_readers_write_none(api, crm, gid, rival, who):
    deal = gid(crm.deal(name="Lenses"))
    pair = {"deal": deal, "competitor": gid(rival)}

    for document, input in (
        (CREATE, {"name": "B"}), (UPDATE, {"id": gid(rival), "name": "B"}), (DELETE, {"id": gid(rival)}),
        (SET, pair), (REMOVE, pair), (REASONS, {"reasons": ["B"]}),
    ):  # fmt: skip
        assert codes(answer(api[who], document, **input))[0][0] == "FORBIDDEN"


def test_who_competes_and_to_whom_a_deal_is_lost(api, crm, gid, rival):
    deal = gid(crm.deal(name="Lenses"))
    with entered(crm.tenant):
        lost = gid(Stage.objects.get(name="Lost"))
    pair = {"deal": deal, "competitor": gid(rival)}
    assert codes(answer(api["member"], SET, **pair, state="LOST_TO")) == [("REFUSED", "state")]
    assert answer(api["member"], SET, **pair)["deal"]["competitors"][0]["state"] == "IN_PLAY"

    moved = answer(api["member"], MOVE, id=deal, stage=lost, lostReason="Price", lostTo=gid(rival))
    assert moved["deal"]["competitors"] == [{"state": "LOST_TO", "competitor": {"name": "Hammer"}}]
    assert answer(api["member"], REMOVE, **pair)["deal"]["competitors"] == []
    assert codes(answer(api["member"], SET, deal=gid(rival), competitor=gid(rival))) == [("NOT_FOUND", "deal")]


def test_buying_roles_are_set_one_by_one(api, crm, gid):
    deal, ann, bob = crm.deal(name="Lenses"), crm.contact(last_name="Ann"), crm.contact(last_name="Bob")
    answer(api["member"], ROLE, deal=gid(deal), contact=gid(ann), role="CHAMPION")
    answer(api["member"], ROLE, deal=gid(deal), contact=gid(bob), role="BLOCKER")
    people = answer(api["member"], ROLE, deal=gid(deal), contact=gid(ann), role="DECISION_MAKER")["deal"]["contacts"]

    assert sorted((one["contact"]["name"], one["role"]) for one in people) == [
        ("Ann", "DECISION_MAKER"),
        ("Bob", "BLOCKER"),
    ]
    left = answer(api["member"], NO_ROLE, deal=gid(deal), contact=gid(ann))["deal"]["contacts"]
    assert left == [{"role": "BLOCKER"}]
    assert codes(answer(api["reader"], ROLE, deal=gid(deal), contact=gid(ann), role="USER"))[0][0] == "FORBIDDEN"


def test_lost_reasons_are_read_by_all_and_set_by_who_administers(api):
    assert api["reader"].data("{ lostReasons }")["lostReasons"][0] == "Price"
    assert codes(answer(api["member"], REASONS, reasons=["A"]))[0][0] == "FORBIDDEN"
    assert answer(api["admin"], REASONS, reasons=["Too dear", " Too late "])["reasons"] == ["Too dear", "Too late"]
    assert codes(answer(api["admin"], REASONS, reasons=["A", "a"])) == [("REFUSED", "reasons")]
