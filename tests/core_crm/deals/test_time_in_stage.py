"""How long deals stand in their stages, and which of them want somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from triptych.core_crm.activities.actions import create_task
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.board import MOST
from triptych.core_crm.deals.models import Deal
from triptych.platform import clock
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


def card(client, deal):
    page = client.get("/deals/").content.decode()
    before, _id, after = page.partition(f'id="{deal.pk}"')
    return before.rpartition("<li")[2], after.partition("</li>")[0]


def test_a_deal_that_stands_too_long_is_marked_where_it_is_seen(cast, tenant, make_deal):
    old = make_deal("Old", now=clock.now() - timedelta(days=15))
    young = make_deal("Young", now=clock.now() - timedelta(days=13))

    with entered(tenant):
        assert list(Deal.objects.stale(clock.now())) == [old]
    assert "Stale" in card(cast["reader"], old)[1]
    assert "15 days" in card(cast["reader"], old)[1]
    assert "Stale" not in card(cast["reader"], young)[1]
    page = cast["reader"].get(old.get_absolute_url()).content.decode()
    assert "Stale" in page
    assert "2 weeks in this stage" in page


def test_a_stage_without_a_limit_and_a_closed_deal_are_never_stale(tenant, members, stages, make_deal):
    long_ago = clock.now() - timedelta(days=400)
    waiting, won = make_deal("Waiting", now=long_ago), make_deal("Won", now=long_ago, stage=stages["Won"])
    with entered(tenant):
        first = actions.update_stage(
            stage=stages["Qualification"], stale_after_days=None, by=members["owner"], now=clock.now()
        )
        assert first.stale_after_days is None
        assert not Deal.objects.stale(clock.now()).exists()
        assert not won.is_stale(now=clock.now())
        waiting.refresh_from_db()
        assert not waiting.is_stale(now=clock.now())


def test_cards_are_coloured_by_what_comes_next(cast, tenant, members, make_deal):
    now = clock.now()
    tasks = {"overdue": now - timedelta(hours=1), "later": now + timedelta(days=3), "none": None}
    deals = {name: make_deal(name) for name in (*tasks, "today", "undated")}
    with entered(tenant):
        for name, due_at in tasks.items():
            if due_at:
                ref = RecordRef.of(deals[name])
                create_task(subject="Call", due_at=due_at, records=[ref], by=members["owner"], now=now)
        who = {"by": members["owner"], "now": now}
        actions.update_deal(deal=deals["today"], next_step="Call", next_step_date=timezone.localdate(now), **who)
        actions.update_deal(deal=deals["undated"], next_step="Call", **who)

    found = {name: card(cast["member"], deal)[0] for name, deal in deals.items()}

    assert {name: css.split("due-")[1].split('"')[0] for name, css in found.items()} == {
        "overdue": "overdue", "later": "later", "none": "none", "today": "today", "undated": "later",
    }  # fmt: skip


def test_a_column_shows_more_and_keeps_what_others_show(cast, tenant, members, now, stages):
    with entered(tenant):
        rows = [actions.NewDeal(name=f"Deal {number}", stage=stages["Meeting"]) for number in range(45)]
        actions.create_deals_in_bulk(rows, by=members["owner"], now=now)
    meeting, other = stages["Meeting"].pk, stages["Proposal"].pk

    def cards(query):
        response = cast["member"].get(f"/deals/{query}", headers={"HX-Request": "true"})
        return response.content.decode().count('class="board-card '), response.content.decode()

    count, page = cards(f"?more={other}:60")
    assert (count, f"more={other}:60&amp;more={meeting}:40" in page) == (20, True)
    count, page = cards(f"?more={meeting}:40")
    assert (count, f"more={meeting}:60" in page, "<html" in page) == (40, True, False)
    count, page = cards(f"?more={meeting}:{10 * MOST}")
    assert (count, "Show more" in page) == (45, False)


def test_the_table_shows_finds_and_orders_by_time_in_stage(cast, make_deal):
    make_deal("Old", now=clock.now() - timedelta(days=20))
    make_deal("Young", now=clock.now())

    page = cast["reader"].get("/deals/?view=table&columns=in_stage&sort=-in_stage").content.decode()
    assert page.index("Old</a>") < page.index("Young</a>")
    assert "3 weeks" in page
    stale = cast["reader"].get("/deals/?view=table&stale=yes").content.decode()
    assert ("Old</a>" in stale, "Young</a>" in stale) == (True, False)
