"""Stages that ask for own fields and for what plugins bring."""

import pytest
from strawberry import relay

from triptych.core_crm.custom_fields import actions as fields
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.hookspecs import DealRequirement
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.imports.actions import begin_undo
from triptych.core_crm.imports.models import Import
from triptych.platform.events.testing import drain
from triptych.platform.scope import entered
from triptych.testing.plugins import reported_failures

pytestmark = pytest.mark.django_db

BOARD = {"HX-Request": "true", "HX-Current-URL": "http://acme.localhost/deals/"}


def gid(kind, record):
    return str(relay.GlobalID(kind, str(record.pk)))


@pytest.fixture
def add_field(tenant, members, now):
    def add(kind, label, **more):
        with entered(tenant):
            return fields.create_field(object="deal", kind=kind, label=label, by=members["owner"], now=now, **more)

    return add


@pytest.fixture
def wants(tenant, members, now, stages):
    """`wants("Proposal", field)` makes a stage ask for an own field, or for what a plugin calls so."""

    def want(name, *wanted):
        names = [one if isinstance(one, str) else f"own.{one.key}" for one in wanted]
        with entered(tenant):
            by = members["owner"]
            return actions.update_stage(stage=stages[name], further_gates=names, by=by, now=now)

    return want


@pytest.fixture
def move(tenant, members, now):
    def move(deal, to, who="member", **more):
        with entered(tenant):
            return actions.move_deal(deal=deal, to=Stage.objects.get(name=to), by=members[who], now=now, **more)

    return move


def test_the_settings_offer_own_fields_and_the_dialog_of_the_move_asks_for_them(
    cast, tenant, add_field, make_deal, stages, again
):
    field, stage = add_field("date", "Contract end"), stages["Proposal"]
    form = {"name": "Proposal", "status": "proposal", "probability": 50, "forecast_category": "best_case",
            "required_fields": ["amount", f"own.{field.key}"]}  # fmt: skip
    address = f"/settings/pipelines/stages/{stage.pk}/"
    assert "Contract end" in cast["admin"].get(address).content.decode()
    assert cast["admin"].post(address, form).status_code == 302
    with entered(tenant):
        stage.refresh_from_db()
    assert (stage.required_fields, stage.further_gates) == (["amount"], [f"own.{field.key}"])
    assert "Needs Amount and Contract end" in cast["reader"].get("/settings/pipelines/").content.decode()

    deal = make_deal()
    url, given = f"/deals/{deal.pk}/move/", {"stage": stage.pk}
    asked = cast["member"].post(url, given, headers=BOARD).content.decode()
    assert 'name="custom-contractEnd"' in asked
    assert 'name="amount"' not in asked
    assert cast["member"].post(url, {**given, "completing": "1"}, headers=BOARD).status_code == 422
    whole = {**given, "completing": "1", "custom-contractEnd": "2026-12-31"}
    assert cast["member"].post(url, whole, headers=BOARD)["HX-Retarget"] == "#board"
    moved = again(deal)
    assert (moved.stage.name, moved.custom[field.key]) == ("Proposal", "2026-12-31")


def test_programs_read_and_set_gates_and_meet_them(api, add_field, make_deal, stages, again):
    field, stage = add_field("boolean", "Budget approved"), stages["Proposal"]
    offered = api("{ furtherGates { name label isAsked } }", who="reader")["data"]["furtherGates"]
    assert {"name": f"own.{field.key}", "label": "Budget approved: yes", "isAsked": True} in offered

    update = """mutation ($input: UpdateStageInput!) { updateStage(input: $input) {
        problems { code field } stage { gates { name label } } } }"""
    names = {"id": gid("Stage", stage), "furtherGates": [f"own.{field.key}"], "requiredFields": ["AMOUNT"]}
    assert api(update, who="member", input=names)["data"]["updateStage"]["stage"] is None
    assert api(update, who="admin", input=names)["data"]["updateStage"]["stage"]["gates"] == [
        {"name": "amount", "label": "Amount"},
        {"name": f"own.{field.key}", "label": "Budget approved: yes"},
    ]
    unknown = api(update, who="admin", input={**names, "furtherGates": ["own.nothing"]})["data"]["updateStage"]
    assert unknown["problems"][0]["field"] == "furtherGates"

    deal = make_deal()
    document = """mutation ($input: MoveDealInput!) { moveDeal(input: $input) {
        problems { code field message } deal { stage { name } } } }"""
    given = {"id": gid("Deal", deal), "stage": gid("Stage", stage)}
    for said in ({}, {"fields": {"custom": {"budgetApproved": False}}}):
        refused = api(document, who="member", input={**given, **said})["data"]["moveDeal"]["problems"]
        assert [(one["code"], "Budget approved: yes" in one["message"]) for one in refused] == [("FIELDS_NEEDED", True)]
    assert again(deal).custom == {}
    moved = api(document, who="member", input={**given, "fields": {"custom": {"budgetApproved": True}}})
    assert moved["data"]["moveDeal"]["deal"] == {"stage": {"name": "Proposal"}}


def test_a_deleted_field_is_not_asked_until_it_is_back(
    tenant, members, now, cast, api, add_field, wants, make_deal, move
):
    field, by = add_field("text", "Tender number"), {"by": members["owner"], "now": now}
    wants("Proposal", field)
    with entered(tenant):
        fields.delete_field(field=field, **by)

    page = cast["reader"].get("/settings/pipelines/").content.decode()
    assert "No longer asked for: Tender number" in page
    assert "Needs" not in page
    read = api("{ pipelines { edges { node { stages { gates { label isAsked } } } } } }")
    gates = [stage["gates"] for stage in read["data"]["pipelines"]["edges"][0]["node"]["stages"] if stage["gates"]]
    assert gates == [[{"label": "Tender number", "isAsked": False}]]
    assert move(make_deal(), "Proposal").stage.name == "Proposal"

    with entered(tenant):
        fields.restore_field(field=field, **by)
    with pytest.raises(actions.FieldsNeeded):
        move(make_deal(), "Proposal")


def test_a_formula_and_a_field_of_admins_are_gates_that_others_do_not_fill_in(
    cast, add_field, wants, make_deal, move, stages
):
    large = add_field("formula", "Large", expression="amount >= 5000")
    secret = add_field("text", "Credit note", seen_by="admins", changed_by="admins")
    wants("Proposal", large, secret)
    deal = make_deal()

    given = {"stage": stages["Proposal"].pk}
    asked = cast["member"].post(f"/deals/{deal.pk}/move/", given, headers=BOARD).content.decode()
    assert "Large: yes" in asked
    assert "something that your role does not show" in asked
    assert "Credit note" not in asked
    assert "Open the deal" in asked
    with pytest.raises(actions.FieldsNeeded, match="something that your role does not show") as refused:
        move(deal, "Proposal", fields={"amount": 7000})
    assert "Credit" not in refused.value.message
    given = {"amount": 7000, "custom": {secret.key: "Good"}}
    assert move(deal, "Proposal", who="admin", fields=given).stage.name == "Proposal"


def test_a_bulk_move_says_which_deals_lack_what(cast, add_field, wants, make_deal, stages, again):
    field = add_field("text", "Tender number")
    wants("Proposal", field)
    ready, bare = make_deal(name="Ready", custom={field.key: "T-1"}), make_deal(name="Bare")

    chosen = {"row": [ready.pk, bare.pk], "field": "stage", "value": stages["Proposal"].pk}
    preview = cast["member"].post("/deals/bulk/change/", {**chosen, "step": "preview"}, headers=BOARD).content.decode()
    cast["member"].post("/deals/bulk/change/", {**chosen, "step": "do", "sure": "1"}, headers=BOARD)

    assert "“Proposal” needs this first: Tender number." in preview
    assert (again(ready).stage.name, again(bare).stage.name) == ("Proposal", "Qualification")


def test_what_a_plugin_asks_is_asked_and_costs_nothing_when_it_raises(
    pretend, cast, tenant, wants, make_deal, move, stages
):
    def credit(name, is_met):
        return DealRequirement(name, "Credit check", is_met, how="Ask the bank.")

    pretend("pear", deal_requirements=lambda: [credit("pear.credit", lambda deal: deal.amount == 7)])
    wants("Proposal", "pear.credit")
    deal = make_deal()
    asked = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}, headers=BOARD)
    assert "Credit check" in asked.content.decode()
    assert "Ask the bank." in asked.content.decode()
    assert move(deal, "Proposal", fields={"amount": 7}).stage.name == "Proposal"

    pretend("plum", deal_requirements=lambda: [credit("plum.credit", lambda deal: 1 / 0)])
    wants("Meeting", "plum.credit")
    assert move(make_deal(), "Meeting").stage.name == "Meeting"
    assert reported_failures(tenant) == {("plum", "deal_requirements"): 1}


IMPORT = """mutation ($text: String!, $mode: Mode!) { importFiles(input: {
    files: [{fileName: "deals.csv", text: $text, object: "deals"}], mode: $mode, split: false
}) { problems { message } } }"""
BULK = """mutation ($ids: [ID!], $changes: JSON!) {
    bulkUpdate(input: {object: "deals", ids: $ids, changes: $changes}) { act { doneCount } problems { message } } }"""


def test_a_row_and_a_change_in_bulk_that_bring_what_a_stage_asks_for_are_let_in(
    api, tenant, add_field, make_deal, stages, wants, again
):
    field, new = add_field("text", "Tender number"), stages["Qualification"]
    wants("Proposal", field)
    api(IMPORT, text=f"deal id,deal name,stage\n1,Forge,{new}\n2,Mill,{new}\n3,Kiln,{new}\n", mode="CREATE")
    drain()
    rows = "deal id,stage,tender number\n1,Proposal,T-1\n2,Proposal,\n3,No such stage,T-3\n"
    assert api(IMPORT, text=rows, mode="UPDATE_ONLY")["data"]["importFiles"] == {"problems": []}
    drain()
    with entered(tenant):
        deals = Deal.objects.select_related("stage").order_by("name")
        forge, kiln, mill = deals
        [brought] = Import.objects.filter(mode="update_only")
    assert [(deal.stage.name, deal.custom.get(field.key)) for deal in (forge, mill, kiln)] == [
        ("Proposal", "T-1"), (new.name, None), (new.name, None)
    ]  # fmt: skip
    assert (brought.updated_count, brought.rejected_count) == (1, 2)

    changes = {"stage": gid("Stage", stages["Proposal"]), field.list_name: "T-2"}
    answer = api(BULK, who="member", ids=[gid("Deal", mill)], changes=changes)["data"]["bulkUpdate"]
    assert answer == {"act": {"doneCount": 1}, "problems": []}
    assert (again(mill).stage.name, again(mill).custom[field.key]) == ("Proposal", "T-2")
    assert not again(kiln).custom

    with entered(tenant):
        begin_undo(record=brought, by=brought.started_by, now=brought.updated_at)
    drain()
    assert (again(forge).stage.name, again(forge).custom) == (new.name, {})
