"""The gates of stages: what a deal must have to enter, and how it is asked for."""

from datetime import date

import pytest

from triptych.core_crm.activities.actions import create_task
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Deal, DealContact, Requirement, Stage, StageChange
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

BOARD = {"HX-Request": "true", "HX-Current-URL": "http://acme.localhost/deals/"}


@pytest.fixture
def move(tenant, members, now, stages):
    def move(deal, to, **more):
        with entered(tenant):
            return actions.move_deal(deal=deal, to=Stage.objects.get(name=to), by=members["member"], now=now, **more)

    return move


def test_a_stage_names_everything_that_a_deal_lacks(make_deal, again, asks, move):
    asks("Proposal", "amount", "close_date", "next_step")
    deal = make_deal()

    with pytest.raises(actions.FieldsNeeded) as refused:
        move(deal, "Proposal")

    assert refused.value.message == (
        "“Proposal” needs this first: Expected close and Next step. Fill it in, then move the deal."
    )
    assert (refused.value.code, refused.value.field) == ("FIELDS_NEEDED", "close_date")
    assert again(deal).stage.name == "Qualification"


def test_what_is_needed_can_come_along_and_stays_away_with_a_move_that_is_refused(make_deal, again, asks, move):
    asks("Proposal", "close_date", "next_step")
    deal = make_deal()

    with pytest.raises(actions.FieldsNeeded):
        move(deal, "Proposal", fields={"next_step": "Call"})
    assert again(deal).next_step == ""

    move(deal, "Proposal", fields={"next_step": "Call", "close_date": date(2026, 5, 1)})
    assert (again(deal).stage.name, again(deal).next_step) == ("Proposal", "Call")


@pytest.mark.parametrize("requirement", Requirement.values)
def test_each_requirement_is_asked_and_can_be_met(tenant, members, now, make_deal, asks, move, requirement):
    asks("Meeting", requirement)
    deal = make_deal(amount=None, owner=None)
    with pytest.raises(actions.FieldsNeeded):
        move(deal, "Meeting")

    with entered(tenant):
        contact = create_contact(last_name="Bell", by=members["member"], now=now)
        company = create_company(name="Rossi", by=members["member"], now=now)
    meets = {
        "amount": {"amount": 0},
        "close_date": {"close_date": date(2026, 5, 1)},
        "company": {"company": company},
        "contact": {"primary_contact": contact},
        "decision_maker": {"contacts": [actions.BuyingRole(contact, DealContact.Role.DECISION_MAKER)]},
        "owner": {"owner": members["member"]},
        "type": {"type": "renewal"},
    }
    move(deal, "Meeting", fields=meets.get(requirement, {requirement: "Something"}))


def test_an_open_activity_is_a_next_step(tenant, members, now, make_deal, asks, move):
    asks("Meeting", "next_step")
    deal = make_deal()
    with entered(tenant):
        create_task(subject="Call", records=[RecordRef.of(deal)], by=members["member"], now=now)

    assert move(deal, "Meeting").stage.name == "Meeting"


def test_a_new_deal_passes_the_gate_of_its_stage_too(tenant, make_deal, stages, asks):
    asks("Proposal", "close_date")

    with pytest.raises(actions.FieldsNeeded):
        make_deal(stage=asks("Proposal", "close_date"))
    with entered(tenant):
        assert not Deal.objects.exists()


def test_a_deal_goes_back_to_where_it_was_closed_without_a_gate(tenant, members, now, make_deal, asks, move):
    deal = make_deal()
    move(deal, "Won")
    asks("Qualification", "campaign")
    asks("Meeting", "campaign")

    with entered(tenant):
        by = members["member"]
        with pytest.raises(actions.FieldsNeeded):
            actions.reopen_deal(deal=deal, to=Stage.objects.get(name="Meeting"), by=by, now=now)
        opened = actions.reopen_deal(deal=deal, reason="They called again", by=by, now=now)
        assert (opened.stage.name, opened.closed_at) == ("Qualification", None)
        assert StageChange.objects.filter(deal=deal).newest_first().first().note == "They called again"


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"required_fields": ["shoe_size"]}, "required_fields"), ({"stale_after_days": 0}, "stale_after_days")],
)
def test_a_stage_asks_for_nothing_that_nobody_knows(tenant, members, now, stages, fields, field):
    with entered(tenant), pytest.raises(Refused) as refused:
        actions.update_stage(stage=stages["Proposal"], by=members["owner"], now=now, **fields)
    assert refused.value.field == field


def test_the_settings_of_a_stage_are_a_form_and_a_line(cast, tenant, stages):
    form = {"name": "Offer", "status": "proposal", "probability": 50, "forecast_category": "commit",
            "required_fields": ["amount", "next_step"], "stale_after_days": "10"}  # fmt: skip
    address = f"/settings/pipelines/stages/{stages['Proposal'].pk}/"

    assert cast["member"].post(address, form).status_code == 403
    assert cast["admin"].post(address, form).status_code == 302

    page = cast["member"].get("/settings/pipelines/").content.decode()
    assert "Needs Amount and Next step" in page
    assert "Stale after 10 days" in page
    assert cast["admin"].post(address, {**form, "required_fields": "shoe_size"}).status_code == 422


def test_the_board_asks_in_a_dialog_and_moves_with_the_answer(cast, make_deal, stages, again, asks):
    asks("Proposal", "close_date", "next_step")
    deal = make_deal()
    url, given = f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}

    asked = cast["member"].post(url, given, headers=BOARD)
    page = asked.content.decode()
    assert (asked.status_code, asked["HX-Retarget"]) == (200, "#dialog")
    assert "“Proposal” needs a little more" in page
    assert 'name="close_date"' in page
    assert 'name="next_step_date"' in page
    assert 'name="campaign"' not in page

    halfway = cast["member"].post(url, {**given, "completing": "1", "next_step": "Call"}, headers=BOARD)
    assert (halfway.status_code, again(deal).next_step) == (422, "")
    whole = {**given, "completing": "1", "next_step": "Call", "close_date": "2026-05-01"}
    assert cast["member"].post(url, whole, headers=BOARD)["HX-Retarget"] == "#board"
    assert (again(deal).stage.name, again(deal).next_step) == ("Proposal", "Call")


def test_the_page_of_a_deal_asks_for_a_decision_maker(cast, tenant, members, now, make_deal, stages, again, asks):
    asks("Won", "decision_maker", "company")
    deal = make_deal()
    with entered(tenant):
        contact = create_contact(last_name="Bell", by=members["member"], now=now)

    given = {"stage": stages["Won"].pk, "completing": "1", "decision_maker": str(contact.pk), "company": "New Forge"}
    asked = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Won"].pk})
    assert "Mark as won" in asked.content.decode()
    assert cast["member"].post(f"/deals/{deal.pk}/move/", given).status_code == 302

    won = again(deal)
    with entered(tenant):
        assert (won.stage.name, won.company.name) == ("Won", "New Forge")
        assert [(one.contact.last_name, one.role) for one in won.deal_contacts.all()] == [("Bell", "decision_maker")]


def test_a_reader_is_not_even_asked(cast, make_deal, stages, again, asks):
    asks("Proposal", "close_date")
    deal = make_deal()

    response = cast["reader"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}, headers=BOARD)
    assert (response.status_code, again(deal).stage.name) == (403, "Qualification")
