"""Moving deals through the API: gates, reasons, reopening."""

import pytest

from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

MOVE = """mutation($input: MoveDealInput!) { moveDeal(input: $input) {
    deal { stage { name } nextStep lostReason lostDetails } problems { code field message } } }"""
REOPEN = """mutation($input: ReopenDealInput!) { reopenDeal(input: $input) {
    deal { stage { name } lostReason stageChanges { toStage { name } note } } problems { code field } } }"""
STAGE = """mutation($input: UpdateStageInput!) { updateStage(input: $input) {
    stage { requiredFields staleAfterDays } problems { code field } } }"""


@pytest.fixture
def stage(crm):
    with entered(crm.tenant):
        return {stage.name: stage for stage in Stage.objects.select_related("pipeline")}


def answer(caller, document, **input) -> dict:
    (payload,) = caller.data(document, {"input": input}).values()
    return payload


def codes(payload) -> list[tuple]:
    return [(problem["code"], problem["field"]) for problem in payload["problems"]]


@pytest.fixture
def gated(api, gid, stage):
    """Proposal asks for an expected close and a next step."""
    return answer(
        api["admin"], STAGE, id=gid(stage["Proposal"]), requiredFields=["CLOSE_DATE", "NEXT_STEP"], staleAfterDays=9
    )


def test_a_stage_says_what_it_asks_for(api, gated):
    assert gated["stage"] == {"requiredFields": ["CLOSE_DATE", "NEXT_STEP"], "staleAfterDays": 9}
    read = api["reader"].data("{ pipelines { edges { node { stages { requiredFields staleAfterDays } } } } }")
    assert gated["stage"] in read["pipelines"]["edges"][0]["node"]["stages"]


@pytest.mark.parametrize("who", ["member", "reader", "program"])
def test_only_who_administers_sets_gates(api, gid, stage, who):
    assert codes(answer(api[who], STAGE, id=gid(stage["Proposal"]), requiredFields=[])) == [("FORBIDDEN", None)]


def test_a_move_says_what_is_missing_and_takes_it_along(api, crm, gid, stage, gated):
    deal, to = gid(crm.deal(name="Lenses")), gid(stage["Proposal"])

    (problem,) = answer(api["program"], MOVE, id=deal, stage=to)["problems"]
    assert problem == {
        "code": "FIELDS_NEEDED",
        "field": "closeDate",
        "message": "“Proposal” needs this first: Expected close and Next step. Fill it in, then move the deal.",
    }
    half = answer(api["program"], MOVE, id=deal, stage=to, fields={"nextStep": "Call"})
    assert codes(half) == [("FIELDS_NEEDED", "closeDate")]
    with entered(crm.tenant):
        assert not Deal.objects.exclude(next_step="").exists()

    whole = answer(api["program"], MOVE, id=deal, stage=to, fields={"nextStep": "Call", "closeDate": "2026-05-01"})
    assert (whole["deal"]["stage"]["name"], whole["deal"]["nextStep"]) == ("Proposal", "Call")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"nextStep": "x" * 201, "closeDate": "2026-05-01"}, ("REFUSED", "nextStep")),
        ({"nextStep": "Call", "closeDate": "2026-05-01", "amount": "-1"}, ("REFUSED", "amount")),
        ({"nextStep": "Call", "closeDate": "2026-05-01", "currency": "XX"}, ("REFUSED", "currency")),
    ],
)
def test_what_comes_along_is_checked(api, crm, gid, stage, gated, fields, problem):
    deal = gid(crm.deal(name="Lenses"))

    assert codes(answer(api["member"], MOVE, id=deal, stage=gid(stage["Proposal"]), fields=fields)) == [problem]


def test_a_lost_deal_has_a_reason_and_details_and_its_history_keeps_both_ends(api, crm, gid, stage):
    deal = gid(crm.deal(name="Lenses"))
    assert codes(answer(api["member"], MOVE, id=deal, stage=gid(stage["Lost"]))) == [("REASON_NEEDED", "lostReason")]
    lost = answer(
        api["member"], MOVE, id=deal, stage=gid(stage["Lost"]), lostReason="Price", lostDetails="Half of ours"
    )["deal"]
    assert (lost["lostReason"], lost["lostDetails"]) == ("Price", "Half of ours")

    opened = answer(api["member"], REOPEN, id=deal, reason="They called again")["deal"]

    assert (opened["stage"]["name"], opened["lostReason"]) == ("Qualification", "")
    assert [(each["toStage"]["name"], each["note"]) for each in opened["stageChanges"]] == [
        ("Qualification", "They called again"),
        ("Lost", "Price"),
        ("Qualification", ""),
    ]
    assert codes(answer(api["member"], REOPEN, id=deal)) == [("MOVE_REFUSED", None)]


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({"lostReason": "x" * 201}, ("REFUSED", "lostReason")),
        ({"lostReason": "Price", "lostDetails": "x" * 2001}, ("REFUSED", "lostDetails")),
    ],
)
def test_a_reason_that_cannot_be_kept_is_a_problem(api, crm, gid, stage, input, problem):
    deal = gid(crm.deal(name="Lenses"))

    assert codes(answer(api["member"], MOVE, id=deal, stage=gid(stage["Lost"]), **input)) == [problem]
