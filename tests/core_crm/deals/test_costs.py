"""What the pages of deals cost in statements, when there are many deals in several currencies."""

from datetime import date
from decimal import Decimal

import pytest

from triptych.core_crm.deals import actions
from triptych.platform.scope import entered

CURRENCIES = ("EUR", "USD", "EUR", "JPY")

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(tenant, members, now, stages):
    """Two thousand deals over all stages, half of them in another currency, and rates and competitors by the dozen."""
    who = {"by": members["owner"], "now": now}
    names = list(stages)
    rows = [
        actions.NewDeal(
            name=f"Deal {n}",
            stage=stages[names[n % 6]],
            amount=Decimal(n),
            currency=CURRENCIES[n % 4],
        )
        for n in range(2_000)
    ]
    with entered(tenant):
        actions.create_deals_in_bulk(rows, **who)
        days = [actions.NewRate("USD", date(2020, 1, day), Decimal("0.9")) for day in range(1, 31)]
        actions.set_rates(rates=days, **who)
        for n in range(12):
            actions.create_competitor(name=f"Rival {n}", **who)


def test_many_deals_cost_what_a_few_do(agreed_costs, cast, many):
    counted = agreed_costs(
        {
            "deals board in several currencies": "/deals/",
            "exchange rates": "/settings/exchange-rates/",
            "competitors": "/deals/competitors/",
            "lost reasons": "/settings/lost-reasons/",
        }
    )

    assert counted["deals board in several currencies"] <= 9
    page = cast["member"].get("/deals/").content.decode()
    assert page.count('class="board-card ') <= 120
    assert "There is no exchange rate for JPY." in page
