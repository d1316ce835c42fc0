"""Moving deals through their pipeline: what a stage sets, what is refused, what is told."""

from datetime import timedelta
from decimal import Decimal

import pytest

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Deal, Pipeline, Stage, StageChange
from triptych.platform.refusals import Conflict, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


def stage(name):
    return Stage.objects.get(name=name, pipeline__is_default=True)


@pytest.fixture
def deal(members, now):
    return actions.create_deal(name="Forge", amount=Decimal("1200.50"), by=members["member"], now=now)


def test_a_new_tenant_sells_in_six_stages():
    assert list(Stage.objects.in_order().values_list("name", "probability", "status", "is_closed", "is_won")) == [
        ("Qualification", 10, "qualification", False, False),
        ("Meeting", 25, "engagement", False, False),
        ("Proposal", 50, "proposal", False, False),
        ("Negotiation", 75, "negotiation", False, False),
        ("Won", 100, "won", True, True),
        ("Lost", 0, "lost", True, False),
    ]


def test_a_deal_takes_on_what_its_stage_sets(deal, members, now):
    later = now + timedelta(days=3)

    moved = actions.move_deal(deal=deal, to=stage("Proposal"), by=members["member"], now=later)

    moved.refresh_from_db()
    assert (moved.stage.name, moved.probability, moved.forecast_category, moved.entered_stage_at, moved.closed_at) == (
        "Proposal",
        50,
        "best_case",
        later,
        None,
    )
    assert moved.weighted_amount == Decimal("600.25")
    assert moved.version == deal.version + 1
    history = StageChange.objects.filter(deal=deal).order_by("at")
    assert list(history.values_list("from_stage__name", "to_stage__name", "by__name", "time_in_stage")) == [
        (None, "Qualification", members["member"].name, None),
        ("Qualification", "Proposal", members["member"].name, timedelta(days=3)),
    ]


def test_winning_closes_a_deal_and_reopening_brings_it_back_to_where_it_was(deal, members, now):
    by = members["member"]
    actions.move_deal(deal=deal, to=stage("Negotiation"), by=by, now=now)

    won = actions.move_deal(deal=deal, to=stage("Won"), by=by, now=now)
    assert (won.closed_at, won.probability, won.is_won) == (now, 100, True)

    reopened = actions.reopen_deal(deal=deal, by=by, now=now)
    assert (reopened.closed_at, reopened.stage.name, reopened.probability) == (None, "Negotiation", 75)


def test_losing_asks_for_a_reason_and_keeps_it(deal, members, now):
    with pytest.raises(actions.MoveRefused) as refused:
        actions.move_deal(deal=deal, to=stage("Lost"), by=members["member"], now=now)
    assert (refused.value.code, refused.value.field) == ("REASON_NEEDED", "lost_reason")

    lost = actions.move_deal(deal=deal, to=stage("Lost"), by=members["member"], now=now, lost_reason=" Price ")
    assert (lost.lost_reason, lost.probability, lost.closed_at) == ("Price", 0, now)


def test_what_a_move_may_not_do(deal, members, now):
    by = members["member"]
    other = actions.create_pipeline(name="Renewals", by=by, now=now)
    elsewhere = other.stages.get(name="Won")
    with pytest.raises(actions.MoveRefused, match="another pipeline"):
        actions.move_deal(deal=deal, to=elsewhere, by=by, now=now)
    with pytest.raises(Conflict, match="“Qualification”"):
        actions.move_deal(deal=deal, to=stage("Won"), seen_in=stage("Meeting"), by=by, now=now)
    actions.move_deal(deal=deal, to=stage("Won"), by=by, now=now)
    with pytest.raises(actions.MoveRefused, match="closed"):
        actions.move_deal(deal=deal, to=stage("Meeting"), by=by, now=now)
    with pytest.raises(actions.MoveRefused, match="open stage"):
        actions.reopen_deal(deal=deal, to=stage("Lost"), by=by, now=now)

    deal.refresh_from_db()
    assert deal.stage.name == "Won"
    assert StageChange.objects.filter(deal=deal).count() == 2


def test_moving_to_the_same_stage_changes_nothing(deal, members, now):
    actions.move_deal(deal=deal, to=stage("Qualification"), by=members["member"], now=now)

    deal.refresh_from_db()
    assert (deal.version, deal.stage_changes.count()) == (1, 1)


def test_a_pipeline_needs_each_sort_of_stage(members, now):
    with pytest.raises(Refused, match="an open stage, a won one and a lost one"):
        actions.create_pipeline(
            name="Half", by=members["owner"], now=now, stages=[actions.NewStage("Go", Stage.Status.PROPOSAL, 10)]
        )
    assert not Pipeline.objects.filter(name="Half").exists()
    with pytest.raises(Refused, match="Add another one first"):
        actions.remove_stage(stage=stage("Won"), by=members["owner"], now=now)


def test_a_stage_with_deals_stays_one_with_history_is_retired_and_an_unused_one_goes(deal, members, now):
    by = members["owner"]
    with pytest.raises(Refused, match="1 deal stands in"):
        actions.remove_stage(stage=stage("Qualification"), by=by, now=now)
    actions.move_deal(deal=deal, to=stage("Meeting"), by=by, now=now)

    actions.remove_stage(stage=stage("Qualification"), by=by, now=now)
    actions.remove_stage(stage=stage("Proposal"), by=by, now=now)

    assert stage("Qualification").is_active is False
    assert not Stage.objects.filter(name="Proposal").exists()


def test_bulk_deals_keep_the_rules_and_their_past(members, now):
    opened, closed = now - timedelta(days=90), now - timedelta(days=10)
    rows = [
        actions.NewDeal(name="Old", stage=stage("Won"), amount=Decimal(10), opened_at=opened, closed_at=closed),
        actions.NewDeal(name="Young", stage=stage("Meeting"), opened_at=opened, currency="usd"),
    ]

    old, young = actions.create_deals_in_bulk(rows, by=members["owner"], now=now)

    assert (old.closed_at, old.opened_at, old.probability, old.currency) == (closed, opened, 100, "EUR")
    assert (young.closed_at, young.entered_stage_at, young.probability, young.currency) == (None, opened, 25, "USD")
    assert list(old.stage_changes.values_list("to_stage__name", "at")) == [("Won", closed)]
    assert actions.delete_deals_in_bulk([old.pk, young.pk], by=members["owner"], now=now) == 2
    assert Deal.objects.alive().count() == 0
