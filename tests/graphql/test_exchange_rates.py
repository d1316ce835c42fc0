"""Exchange rates and base amounts through the API."""

from datetime import date
from decimal import Decimal

import pytest

from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import ExchangeRate
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

SET = """mutation($input: SetExchangeRatesInput!) { setExchangeRates(input: $input) {
    count problems { code field } } }"""
IMPORT = """mutation($input: ImportExchangeRatesInput!) { importExchangeRates(input: $input) {
    count problems { code field message } } }"""
DELETE = """mutation($input: DeleteExchangeRateInput!) { deleteExchangeRate(input: $input) {
    deletedId problems { code } } }"""
READ = """query($filter: ExchangeRateFilter) { exchangeRates(filter: $filter) { totalCount edges { node {
    id base currency effectiveDate rate } } } }"""
WORTH = "{ deals(orderBy: [{field: BASE_AMOUNT, direction: DESC}]) { edges { node { name baseAmount closingRate } } } }"


def answer(caller, document, **input) -> dict:
    (payload,) = caller.data(document, {"input": input}).values()
    return payload


def codes(payload) -> list[str]:
    return [problem["code"] for problem in payload["problems"]]


def test_rates_are_set_imported_read_and_deleted(api):
    rates = [{"currency": "usd", "rate": "0.5", "effectiveDate": "2020-01-01"}, {"currency": "GBP", "rate": "2"}]
    assert answer(api["owner"], SET, rates=rates) == {"count": 2, "problems": []}
    assert answer(api["admin"], IMPORT, content="date,currency,rate\n2020-02-01,USD,0.6") == {
        "count": 1,
        "problems": [],
    }

    found = api["reader's program"].data(READ, {"filter": {"currency": {"eq": "USD"}}})["exchangeRates"]
    nodes = [edge["node"] for edge in found["edges"]]
    assert [(node["base"], node["effectiveDate"], Decimal(node["rate"])) for node in nodes] == [
        ("EUR", "2020-02-01", Decimal("0.6")),
        ("EUR", "2020-01-01", Decimal("0.5")),
    ]
    assert answer(api["admin"], DELETE, id=nodes[0]["id"])["deletedId"] == nodes[0]["id"]
    assert codes(answer(api["admin"], DELETE, id=nodes[0]["id"])) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    ("rates", "field"),
    [
        ([], "rate"),
        ([{"currency": "EUR", "rate": "1"}], "currency"),
        ([{"currency": "", "rate": "1"}], "currency"),
        ([{"currency": "XXQ", "rate": "1"}], "currency"),
        ([{"currency": "USD", "rate": "0"}], "rate"),
        ([{"currency": "USD", "rate": "1"}, {"currency": "GBP", "rate": "-1"}], "rate"),
        ([{"currency": "USD", "rate": "123456789012"}], "rate"),
    ],
)
def test_rates_that_cannot_be_are_problems_and_none_is_kept(api, crm, rates, field):
    assert answer(api["owner"], SET, rates=rates)["problems"] == [{"code": "REFUSED", "field": field}]
    with entered(crm.tenant):
        assert not ExchangeRate.objects.exists()


def test_a_file_that_cannot_be_read_says_its_line(api):
    (problem,) = answer(api["owner"], IMPORT, content="currency,rate\nUSD,much")["problems"]

    assert problem["code"] == "RATES_UNREAD"
    assert problem["message"] == "Line 2: “much” is no rate. Write a number above zero, e.g. 0.92."


@pytest.mark.parametrize("who", ["member", "reader", "program", "read-only program"])
def test_others_set_no_rates(api, crm, gid, who):
    with entered(crm.tenant):
        rates = [actions.NewRate("USD", date(2020, 1, 1), Decimal("0.5"))]
        actions.set_rates(rates=rates, by=crm.by, now=crm.now)
        rate = ExchangeRate.objects.get()

    assert codes(answer(api[who], SET, rates=[{"currency": "USD", "rate": "1"}])) == ["FORBIDDEN"]
    assert codes(answer(api[who], IMPORT, content="currency,rate\nUSD,1")) == ["FORBIDDEN"]
    assert codes(answer(api[who], DELETE, id=gid(rate))) == ["FORBIDDEN"]
    with entered(crm.tenant):
        assert ExchangeRate.objects.get().rate == Decimal("0.5")


def test_deals_have_a_base_amount_by_which_they_are_ordered_and_found(api, crm):
    with entered(crm.tenant):
        rates = [actions.NewRate("USD", date(2020, 1, 1), Decimal("0.5"))]
        actions.set_rates(rates=rates, by=crm.by, now=crm.now)
    crm.deal(name="Euro", amount=Decimal(70))
    crm.deal(name="Dollar", amount=Decimal(100), currency="USD")
    crm.deal(name="Yen", amount=Decimal(1000), currency="JPY")
    crm.deal(name="Nothing")

    found = [edge["node"] for edge in api["member"].data(WORTH)["deals"]["edges"]]
    assert [(node["name"], node["baseAmount"] and Decimal(node["baseAmount"])) for node in found[:2]] == [
        ("Euro", Decimal(70)),
        ("Dollar", Decimal(50)),
    ]
    assert {node["name"]: node["baseAmount"] for node in found[2:]} == {"Yen": None, "Nothing": None}
    asked = '{ deals(filter: {baseAmount: {gte: "51"}}) { edges { node { name } } } }'
    assert [edge["node"]["name"] for edge in api["member"].data(asked)["deals"]["edges"]] == ["Euro"]
