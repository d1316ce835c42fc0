"""Pipelines and stages through the API: by owners and admins, and by the rules of the actions."""

import pytest

from triptych.core_crm.deals.models import Pipeline, Stage
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

CREATE = """mutation($input: CreatePipelineInput!) { createPipeline(input: $input) {
    pipeline { id name isDefault isActive stages { name status } } problems { code field message } } }"""
UPDATE = """mutation($input: UpdatePipelineInput!) { updatePipeline(input: $input) {
    pipeline { name isDefault isActive version } problems { code field message } } }"""
CREATE_STAGE = """mutation($input: CreateStageInput!) { createStage(input: $input) {
    stage { id name status probability forecastCategory isClosed pipeline { name } } problems { code field } } }"""
UPDATE_STAGE = """mutation($input: UpdateStageInput!) { updateStage(input: $input) {
    stage { name probability isActive version } problems { code field } } }"""
REMOVE_STAGE = """mutation($input: RemoveStageInput!) { removeStage(input: $input) {
    pipeline { stages { name isActive } } isRetired problems { code field } } }"""
DELETE = """mutation($input: DeletePipelineInput!) { deletePipeline(input: $input) {
    pipeline { id name } problems { code field message } } }"""
REORDER = """mutation($input: ReorderPipelinesInput!) { reorderPipelines(input: $input) {
    pipelines { name stages { name } } problems { code field } } }"""
REORDER_STAGES = """mutation($input: ReorderStagesInput!) { reorderStages(input: $input) {
    pipeline { stages { name } } problems { code field } } }"""
OPEN = {"name": "Talk", "status": "ENGAGEMENT", "probability": 20, "forecastCategory": "PIPELINE"}
WON = {"name": "Signed", "status": "WON", "probability": 100, "forecastCategory": "CLOSED"}
LOST = {"name": "Gone", "status": "LOST", "probability": 0, "forecastCategory": "OMITTED"}


def answer(caller, document, **input) -> dict:
    (payload,) = caller.data(document, {"input": input}).values()
    return payload


def codes(payload) -> list[tuple]:
    return [(problem["code"], problem["field"]) for problem in payload["problems"]]


@pytest.fixture
def sales(crm) -> Pipeline:
    """The default pipeline of Acme Tools."""
    with entered(crm.tenant):
        return Pipeline.objects.get(is_default=True)


@pytest.fixture
def stage(crm):
    def named(name) -> Stage:
        with entered(crm.tenant):
            return Stage.objects.get(name=name)

    return named


def state(crm) -> list:
    with entered(crm.tenant):
        return [*Pipeline.objects.order_by("pk").values(), *Stage.objects.order_by("pk").values()]


def test_a_pipeline_is_created_with_the_usual_stages_or_with_its_own(api, crm):
    usual = answer(api["owner"], CREATE, name=" Partners ")
    own = answer(api["admin"], CREATE, name="Renewals", stages=[OPEN, WON, LOST])

    assert (usual["problems"], usual["pipeline"]["name"], len(usual["pipeline"]["stages"])) == ([], "Partners", 6)
    assert own["pipeline"]["isDefault"] is False
    names = [(each["name"], each["status"]) for each in own["pipeline"]["stages"]]
    assert names == [("Talk", "ENGAGEMENT"), ("Signed", "WON"), ("Gone", "LOST")]


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({"name": "  "}, ("REFUSED", "name")),
        ({"name": "x" * 81}, ("REFUSED", "name")),
        ({"name": "Renewals", "stages": []}, ("REFUSED", "stages")),
        ({"name": "Renewals", "stages": [OPEN, WON]}, ("REFUSED", "stages")),
        ({"name": "Renewals", "stages": [OPEN] * 51}, ("REFUSED", "stages")),
        ({"name": "Renewals", "stages": [{**OPEN, "probability": 101}, WON, LOST]}, ("REFUSED", "probability")),
        ({"name": "Renewals", "stages": [OPEN, OPEN, WON, LOST]}, ("REFUSED", "name")),
    ],
)
def test_a_pipeline_that_cannot_be_is_a_problem_and_nothing_is_kept(api, crm, input, problem):
    before = state(crm)

    assert codes(answer(api["owner"], CREATE, **input)) == [problem]
    assert state(crm) == before


def test_a_pipeline_is_renamed_made_the_default_and_retired(api, crm, gid, sales):
    other = answer(api["owner"], CREATE, name="Partners")["pipeline"]["id"]

    renamed = answer(api["owner"], UPDATE, id=gid(sales), name="Direct", version=sales.version)
    assert (renamed["problems"], renamed["pipeline"]["name"]) == ([], "Direct")
    assert codes(answer(api["owner"], UPDATE, id=gid(sales), name="Late", version=sales.version)) == [
        ("CONFLICT", None)
    ]
    assert codes(answer(api["owner"], UPDATE, id=gid(sales), isActive=False)) == [("REFUSED", "isActive")]
    assert answer(api["owner"], UPDATE, id=other, isDefault=True)["pipeline"]["isDefault"] is True
    retired = answer(api["owner"], UPDATE, id=gid(sales), isActive=False)["pipeline"]
    assert (retired["isActive"], retired["isDefault"]) == (False, False)


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"name": None}, "name"), ({"name": " "}, "name"), ({"isActive": None}, "isActive")],
)
def test_a_pipeline_is_not_emptied(api, crm, gid, fields, field):
    other = answer(api["owner"], CREATE, name="Partners")["pipeline"]["id"]

    assert codes(answer(api["owner"], UPDATE, id=other, **fields)) == [("REFUSED", field)]


def test_a_stage_is_created_changed_and_removed(api, crm, gid, sales):
    made = answer(api["owner"], CREATE_STAGE, pipeline=gid(sales), **OPEN)
    assert made["problems"] == []
    assert {**made["stage"], "id": ""} == {**OPEN, "id": "", "isClosed": False, "pipeline": {"name": sales.name}}

    changed = answer(api["owner"], UPDATE_STAGE, id=made["stage"]["id"], name="Demo", probability=30, version=1)
    assert changed["stage"] == {"name": "Demo", "probability": 30, "isActive": True, "version": 2}

    removed = answer(api["owner"], REMOVE_STAGE, id=made["stage"]["id"])
    assert (removed["problems"], removed["isRetired"]) == ([], False)
    assert "Demo" not in [each["name"] for each in removed["pipeline"]["stages"]]
    assert codes(answer(api["owner"], REMOVE_STAGE, id=made["stage"]["id"])) == [("NOT_FOUND", "id")]


def test_a_stage_with_deals_stays_and_one_with_history_is_retired(api, crm, gid, stage):
    deal = crm.deal(name="Lenses", stage=stage("Proposal"))
    refused = answer(api["owner"], REMOVE_STAGE, id=gid(stage("Proposal")))
    assert (codes(refused), refused["isRetired"], refused["pipeline"]) == ([("REFUSED", None)], None, None)

    move = "mutation($id: ID!, $to: ID!) { moveDeal(input: {id: $id, stage: $to}) { problems { code } } }"
    api["owner"].data(move, {"id": gid(deal), "to": gid(stage("Meeting"))})
    removed = answer(api["owner"], REMOVE_STAGE, id=gid(stage("Proposal")))

    assert removed["isRetired"] is True
    assert {"name": "Proposal", "isActive": False} in removed["pipeline"]["stages"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Meeting"}, "name"),
        ({"name": " "}, "name"),
        ({"probability": -1}, "probability"),
        ({"probability": None}, "probability"),
        ({"status": None}, "status"),
        ({"forecastCategory": None}, "forecastCategory"),
    ],
)
def test_a_stage_that_cannot_be_is_a_problem(api, crm, gid, stage, fields, field):
    before = state(crm)

    assert codes(answer(api["owner"], UPDATE_STAGE, id=gid(stage("Proposal")), **fields)) == [("REFUSED", field)]
    assert state(crm) == before


def test_a_pipeline_without_deals_is_deleted_and_no_other(api, crm, gid, sales, stage):
    crm.deal(name="Lenses", stage=stage("Proposal"))
    made = answer(api["admin"], CREATE, name="Partners")["pipeline"]

    assert answer(api["admin"], DELETE, id=made["id"]) == {
        "pipeline": {"id": made["id"], "name": "Partners"}, "problems": [],
    }  # fmt: skip
    assert codes(answer(api["admin"], DELETE, id=made["id"])) == [("NOT_FOUND", "id")]
    (problem,) = answer(api["admin"], DELETE, id=gid(sales))["problems"]
    assert problem["message"] == "This is the default pipeline. Make another one the default first."


def test_a_pipeline_with_deals_is_not_deleted(api, crm, gid, sales, stage):
    crm.deal(name="Lenses", stage=stage("Proposal"))
    other = answer(api["owner"], CREATE, name="Partners")["pipeline"]["id"]
    answer(api["owner"], UPDATE, id=other, isDefault=True)

    (problem,) = answer(api["owner"], DELETE, id=gid(sales))["problems"]

    assert problem["message"] == "This pipeline has deals. Retire it instead: it keeps them and takes no new ones."
    with entered(crm.tenant):
        assert Pipeline.objects.filter(pk=sales.pk).exists()


@pytest.mark.parametrize("who", ["member", "reader", "program"])
def test_others_delete_no_pipeline(api, crm, gid, who):
    made = answer(api["owner"], CREATE, name="Partners")["pipeline"]["id"]

    assert codes(answer(api[who], DELETE, id=made)) == [("FORBIDDEN", None)]
    with entered(crm.tenant):
        assert Pipeline.objects.filter(name="Partners").exists()


def test_pipelines_and_stages_are_put_into_order(api, crm, gid, sales, stage):
    other = answer(api["owner"], CREATE, name="Partners")["pipeline"]["id"]
    ordered = answer(api["owner"], REORDER, pipelines=[other])
    assert [each["name"] for each in ordered["pipelines"]] == ["Partners", sales.name]
    assert len(ordered["pipelines"][0]["stages"]) == 6
    answer(api["owner"], DELETE, id=other)

    moved = answer(
        api["owner"], REORDER_STAGES, pipeline=gid(sales), stages=[gid(stage("Lost")), gid(stage("Meeting"))]
    )
    names = [each["name"] for each in moved["pipeline"]["stages"]]
    assert names == ["Meeting", "Qualification", "Proposal", "Negotiation", "Won", "Lost"]


def test_an_order_that_names_something_twice_or_something_else_is_a_problem(api, crm, gid, sales, stage):
    before = state(crm)
    meeting = gid(stage("Meeting"))

    for stages in ([meeting, meeting], [gid(sales)], [meeting.replace("=", "") + "x"]):
        problems = api["owner"](REORDER_STAGES, {"input": {"pipeline": gid(sales), "stages": stages}})
        assert problems.get("errors") or codes(problems["data"]["reorderStages"])[0][1] == "stages"
    assert codes(answer(api["owner"], REORDER, pipelines=[meeting])) == [("NOT_FOUND", "pipelines")]
    assert state(crm) == before


def every_change(caller, pipeline, stage) -> list[dict]:
    """One of each, on that pipeline and stage."""
    return [
        caller(CREATE, {"input": {"name": "Partners"}}),
        caller(UPDATE, {"input": {"id": pipeline, "name": "Direct"}}),
        caller(CREATE_STAGE, {"input": {"pipeline": pipeline, **OPEN}}),
        caller(UPDATE_STAGE, {"input": {"id": stage, "name": "Offer"}}),
        caller(REORDER, {"input": {"pipelines": [pipeline]}}),
        caller(REORDER_STAGES, {"input": {"pipeline": pipeline, "stages": [stage]}}),
        caller(REMOVE_STAGE, {"input": {"id": stage}}),
    ]


def problems_of(answers) -> list[list[str]]:
    payloads = [payload for each in answers for payload in each["data"].values()]
    return [[problem["code"] for problem in payload["problems"]] for payload in payloads]


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_owners_and_admins_change_pipelines(api, gid, sales, stage, who):
    assert problems_of(every_change(api[who], gid(sales), gid(stage("Proposal")))) == [[]] * 7


@pytest.mark.parametrize("who", ["member", "reader", "program", "read-only program", "reader's program"])
def test_others_change_none(api, crm, gid, sales, stage, who):
    before = state(crm)

    assert problems_of(every_change(api[who], gid(sales), gid(stage("Proposal")))) == [["FORBIDDEN"]] * 7
    assert state(crm) == before


def test_a_token_of_an_owner_that_only_reads_changes_none(api, crm, gid, sales, stage, token_for):
    caller = type(api["owner"])(api["stranger"].client, Authorization=f"Bearer {token_for('owner', scopes=['read'])}")
    before = state(crm)

    assert problems_of(every_change(caller, gid(sales), gid(stage("Proposal")))) == [["FORBIDDEN"]] * 7
    assert state(crm) == before


@pytest.mark.parametrize("who", ["outsider", "stranger", "expired program", "foreign program"])
def test_who_is_no_member_changes_none(api, crm, gid, sales, stage, who):
    before = state(crm)
    answers = every_change(api[who], gid(sales), gid(stage("Proposal")))

    assert {each["errors"][0]["extensions"]["code"] for each in answers} == {"UNAUTHENTICATED"}
    assert state(crm) == before


def test_ids_of_another_tenant_lead_nowhere(api, crm, gid, other_tenant):
    with entered(other_tenant):
        assert Member.objects.exists()
        pipeline = Pipeline.objects.first()
        stage = Stage.objects.first()

    answers = every_change(api["owner"], gid(pipeline), gid(stage))[1:]
    deletion = api["owner"](DELETE, {"input": {"id": gid(pipeline)}})

    assert problems_of([*answers, deletion]) == [
        ["NOT_FOUND"], ["NOT_FOUND"], ["NOT_FOUND"], ["REFUSED"], ["NOT_FOUND"], ["NOT_FOUND"], ["NOT_FOUND"],
    ]  # fmt: skip
