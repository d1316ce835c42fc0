"""Amounts in any currency, and what they are worth in the tenant's own."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Deal, ExchangeRate, Stage
from triptych.core_crm.deals.rates import base_amount, rates_for
from triptych.core_crm.deals.rates_file import rates_in
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

RATES = "/settings/exchange-rates/"
EARLY, LATE = date(2020, 1, 1), date(2020, 6, 1)


@pytest.fixture
def rate(tenant, members, now):
    """Keep a rate: `rate("USD", "0.5")` from 2020 on."""

    def keep(currency, worth, day=EARLY):
        with entered(tenant):
            rates = [actions.NewRate(currency, day, Decimal(worth))]
            return actions.set_rates(rates=rates, by=members["owner"], now=now)

    return keep


@pytest.fixture
def close(tenant, members):
    def close(deal, to="Won", at=datetime(2020, 3, 1, tzinfo=UTC)):
        with entered(tenant):
            return actions.move_deal(
                deal=deal, to=Stage.objects.get(name=to), by=members["member"], now=at, lost_reason="Price"
            )

    return close


def test_an_open_deal_follows_the_rate_of_the_day_and_a_closed_one_keeps_its_own(
    tenant, members, now, make_deal, again, rate, close
):
    rate("USD", "0.5")
    open_deal, won = make_deal("Open", currency="USD"), close(make_deal("Won", currency="USD"))
    rate("USD", "0.25", LATE)

    with entered(tenant):
        worth = dict(Deal.objects.annotate(worth=base_amount()).values_list("name", "worth"))
        assert worth == {"Open": Decimal("300.00"), "Won": Decimal("600.00")}
        assert again(won).closing_rate == Decimal("0.5")
        rates = rates_for(["USD"])
        assert (rates.worth(again(open_deal)), rates.worth(again(won))) == (Decimal(300), Decimal(600))
        actions.reopen_deal(deal=won, by=members["member"], now=now)
        assert again(won).closing_rate is None


def test_a_rate_that_comes_later_reaches_deals_that_closed_without_one(make_deal, again, rate, close):
    early = close(make_deal("Early", currency="USD"))
    assert again(early).closing_rate is None

    rate("USD", "0.25", LATE)
    assert again(early).closing_rate is None
    rate("USD", "0.5")
    assert again(early).closing_rate == Decimal("0.5")
    rate("USD", "0.7")
    assert again(early).closing_rate == Decimal("0.5")


def test_bulk_and_changed_currencies_get_the_rate_of_their_closing(tenant, members, now, stages, rate, again):
    rate("USD", "0.5")
    rate("GBP", "2")
    closed = datetime(2020, 3, 1, tzinfo=UTC)
    row = actions.NewDeal(name="Old", stage=stages["Won"], amount=Decimal(10), closed_at=closed, currency="USD")
    with entered(tenant):
        (deal,) = actions.create_deals_in_bulk([row], by=members["owner"], now=now)
        assert again(deal).closing_rate == Decimal("0.5")
        actions.update_deal(deal=deal, currency="GBP", by=members["owner"], now=now)
        assert again(deal).closing_rate == Decimal(2)
        actions.update_deal(deal=deal, currency="EUR", by=members["owner"], now=now)
        assert again(deal).closing_rate is None


def test_the_board_adds_up_in_the_own_currency_and_says_what_it_cannot(cast, make_deal, rate):
    make_deal("Here")
    make_deal("There", currency="USD")
    page = cast["member"].get("/deals/").content.decode()
    assert "There is no exchange rate for USD." in page
    assert "€1,200</span> + <span" in page.replace("\xa0", "")
    assert "An owner or admin can add one." in page

    rate("USD", "0.5")

    page = cast["member"].get("/deals/").content.decode()
    assert "There is no exchange rate" not in page
    assert "€1,800" in page
    assert "€180" in page
    assert "2 open deals" in page
    assert "€180" in cast["member"].get("/").content.decode()


def test_the_page_of_a_deal_says_its_worth_and_how(cast, make_deal, rate, close):
    deal = make_deal(currency="USD")
    assert "No rate for USD" in cast["reader"].get(deal.get_absolute_url()).content.decode()
    rate("USD", "0.5")
    assert "1 USD = 0.5 EUR" in cast["reader"].get(deal.get_absolute_url()).content.decode()
    close(deal)
    assert "fixed when it closed" in cast["reader"].get(deal.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("who", "status"), [("owner", 302), ("admin", 302), ("member", 403), ("reader", 403)])
def test_who_sets_rates(cast, tenant, who, status):
    form = {"currency": "usd", "rate": "0.92", "effective_date": "2026-01-02"}

    assert cast[who].post(RATES, form).status_code == status
    assert "Exchange rates" in cast[who].get(RATES).content.decode()
    with entered(tenant):
        assert ExchangeRate.objects.filter(currency="USD", rate=Decimal("0.92")).exists() == (status == 302)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("currency", "", "Say which currency"),
        ("currency", "XXQ", "is no currency"),
        ("currency", "EUR", "own currency: it needs no rate"),
        ("rate", "", "Say what one unit is worth"),
        ("rate", "0", "greater than or equal"),
        ("rate", "-1", "greater than or equal"),
        ("rate", "NaN", "Enter a number"),
        ("rate", "1e30", "no more than"),
        ("effective_date", "31/31/2026", "valid date"),
    ],
)
def test_what_cannot_be_a_rate_is_said_beside_the_field(cast, tenant, field, value, said):
    form = {"currency": "USD", "rate": "0.92", "effective_date": "2026-01-02", field: value}

    response = cast["owner"].post(RATES, form)

    assert (response.status_code, said in response.content.decode()) == (422, True)
    with entered(tenant):
        assert not ExchangeRate.objects.exists()


def test_a_file_of_rates_is_kept_whole_or_not_at_all(cast, tenant):
    def send(text):
        file = SimpleUploadedFile("rates.csv", text.encode())
        return cast["owner"].post(RATES, {"effective_date": "2026-01-02", "file": file})

    bad = send("date,currency,rate\n2026-01-01,USD,0.92\n2026-01-01,USD,much\n")
    assert "Line 3: “much” is no rate." in bad.content.decode()
    with entered(tenant):
        assert not ExchangeRate.objects.exists()

    good = send("Date, USD, JPY, XYZ, GBP, \n20 November 2026, 1.25, 160, 3, N/A, \n2026-11-19, 1.6, 200, 3, 0.8,\n")
    assert good.status_code == 302
    with entered(tenant):
        found = ExchangeRate.objects.newest_first().values_list("effective_date", "currency", "rate")
        assert list(found) == [
            (date(2026, 11, 20), "JPY", Decimal("0.00625")),
            (date(2026, 11, 20), "USD", Decimal("0.8")),
            (date(2026, 11, 19), "GBP", Decimal("1.25")),
            (date(2026, 11, 19), "JPY", Decimal("0.005")),
            (date(2026, 11, 19), "USD", Decimal("0.625")),
        ]
        rate = ExchangeRate.objects.newest_first().first()
    assert "0.00625" in cast["member"].get(RATES).content.decode()
    assert cast["member"].post(f"{RATES}{rate.pk}/delete/").status_code == 403
    assert cast["owner"].post(f"{RATES}{rate.pk}/delete/").status_code == 302
    assert cast["owner"].post(f"{RATES}{rate.pk}/delete/").status_code == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("a,b\n1,2", "Begin with the line"),
        ("currency,rate\nusd,", "Line 2"),
        ("currency,rate\n,1", "is no currency"),
        ("date,currency,rate\n2026-13-01,USD,1", "is no date"),
        ("date,usd\n2026-01-01,0", "is no rate"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("currency,rate\nUSD,1e400", "is no rate"),
        ('currency,rate\n"USD', "is no rate"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(in_tenant, text, said):
    with pytest.raises(Refused, match=said):
        rates_in(text, day=EARLY)


def test_other_ways_to_write_a_file(in_tenant):
    wanted = [actions.NewRate("USD", EARLY, Decimal("0.92"))]

    for text in (
        "\ufeffCurrency;Rate\nusd;0,92\n",
        "rate\tcurrency\tdate\n0.92\tUSD\t01.01.2020",
        "currency,rate\r\nUSD,0.92\r\n",
    ):
        assert rates_in(text, day=EARLY) == wanted
