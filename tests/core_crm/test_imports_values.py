"""From cells to values: what people write in several countries, and what they mean by it."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.core_crm.imports.values import (
    Convention,
    DateOrder,
    Unfit,
    convention_of,
    folded,
    is_two_ways,
    parse_boolean,
    parse_date,
    parse_datetime,
    parse_integer,
    parse_number,
)

ROME = ZoneInfo("Europe/Rome")
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("10/20/2016", None, date(2016, 10, 20)),
        ("3/1/2017", DateOrder.MONTH_FIRST, date(2017, 3, 1)),
        ("3/1/2017", DateOrder.DAY_FIRST, date(2017, 1, 3)),
        ("3.1.2017", DateOrder.MONTH_FIRST, date(2017, 1, 3)),
        ("2016-10-20", DateOrder.DAY_FIRST, date(2016, 10, 20)),
        ("2016/1/5", None, date(2016, 1, 5)),
        ("20161020", None, date(2016, 10, 20)),
        ("1.2.69", None, date(2069, 2, 1)),
        ("1.2.70", None, date(1970, 2, 1)),
        ("Oct 20, 2016", None, date(2016, 10, 20)),
        ("20-Oct-16", None, date(2016, 10, 20)),
        ("1. März 2020", None, date(2020, 3, 1)),
        ("20 октября 2016", None, date(2016, 10, 20)),
        ("5 maja 2020", None, date(2020, 5, 5)),
        ("3 de mayo", None, None),
        ("31/02/2017", None, None),
        ("20/20/2016", None, None),
        ("1/1/0001", None, None),
        ("tomorrow", None, None),
        ("", None, None),
    ],
)
def test_days(text, order, day):
    if day is None:
        with pytest.raises(Unfit):
            parse_date(text, order)
    else:
        assert parse_date(text, order) == day


def test_a_day_counted_by_a_spreadsheet_is_suggested_not_taken():
    with pytest.raises(Unfit) as raised:
        parse_date("42663")

    assert raised.value.suggestion == "2016-10-20"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10/20/2016", datetime(2016, 10, 20, 12, tzinfo=ROME)),
        ("10/20/2016 3:05 PM", datetime(2016, 10, 20, 15, 5, tzinfo=ROME)),
        ("2016-10-20T10:20:00Z", datetime.fromisoformat("2016-10-20T10:20:00+00:00")),
        ("2016-10-20 10:20", datetime(2016, 10, 20, 10, 20, tzinfo=ROME)),
        ("2016-10-20 25:00", None),
    ],
)
def test_moments(text, moment):
    if moment is None:
        with pytest.raises(Unfit):
            parse_datetime(text, zone=ROME)
    else:
        assert parse_datetime(text, zone=ROME) == moment


@pytest.mark.parametrize(
    ("texts", "convention"),
    [
        (["3/1/2017", "10/20/2016"], Convention(DateOrder.MONTH_FIRST)),
        (["3/1/2017", "20/10/2016"], Convention(DateOrder.DAY_FIRST)),
        (["3.1.2017"], Convention(DateOrder.DAY_FIRST)),
        (["3/1/2017", "2/2/2017"], Convention()),
        (["20/10/2016", "10/20/2016", "10/21/2016"], Convention(DateOrder.MONTH_FIRST, mixed=True)),
        (["1,5", "2,25"], Convention(decimal_comma=True)),
        (["1,500", "12.5"], Convention()),
    ],
)
def test_a_column_tells_what_a_cell_cannot(texts, convention):
    assert convention_of(texts) == convention


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1,234.56", False, "1234.56"),
        ("1.234,56", False, "1234.56"),
        ("1 234,56", False, "1234.56"),
        ("1\u202f234,56", False, "1234.56"),
        ("1'234.50", False, "1234.50"),
        ("1.234", True, "1234"),
        ("1.234", False, "1.234"),
        ("1,500", False, "1500"),
        ("1,500", True, "1.500"),
        ("0,750", False, "0.750"),
        ("$1,234", False, "1234"),
        ("-$5", False, "-5"),
        ("€ 12", False, "12"),
        ("5 zł", False, "5"),
        ("USD 5", False, "5"),
        ("(100)", False, "-100"),
        ("5-", False, "-5"),
        ("12 %", False, "12"),
        ("1e5", False, "100000"),
        ("٣٤", False, "34"),
        ("1,2,3", False, None),
        ("1.2.3", False, None),
        ("NaN", False, None),
        ("Infinity", False, None),
        ("1e400", False, None),
        ("9" * 40, False, None),
        ("-", False, None),
        ("twelve", False, None),
    ],
)
def test_numbers(text, comma, number):
    if number is None:
        with pytest.raises(Unfit):
            parse_number(text, decimal_comma=comma)
    else:
        assert parse_number(text, decimal_comma=comma) == Decimal(number)


def test_half_a_person_is_no_whole_number():
    with pytest.raises(Unfit) as raised:
        parse_integer("2.5")

    assert raised.value.suggestion == "2"


@pytest.mark.parametrize(("text", "answer"), [("Yes", True), ("нет", False), ("TRUE", True), ("0", False)])
def test_yes_and_no(text, answer):
    assert parse_boolean(text) is answer


def test_case_accents_spacing_and_punctuation_fold_away():
    assert folded("GTX Pro") == folded("gtx-pro") == folded("GTXPro") == "gtxpro"
    assert folded("Ægir ÉCLAIR") == folded("ægir eclair")


@given(st.text(max_size=60))
def test_no_text_breaks_a_parser(text):
    for parse in (parse_date, parse_datetime, parse_number, parse_integer, parse_boolean):
        with suppress(Unfit):
            parse(text)
    convention_of([text])
    is_two_ways(text)


@given(DAYS)
def test_every_day_is_read_back_in_each_order(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.month}/{day.day}/{day.year}", DateOrder.MONTH_FIRST) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}", DateOrder.DAY_FIRST) == day
    assert parse_date(f"{day.day:02}.{day.month:02}.{day.year}") == day


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_is_read_back_in_both_styles(amount):
    assert parse_number(f"{amount:,.2f}") == amount
    european = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_number(european, decimal_comma=True) == amount
    assert parse_number(f"€ {amount:.2f}") == amount


@given(st.lists(DAYS, min_size=1))
def test_a_column_of_dates_is_read_whole_or_said_to_be_doubtful(days):
    texts = [f"{day.month}/{day.day}/{day.year}" for day in days]
    order = convention_of(texts).date_order

    doubtful = order is None and any(is_two_ways(text) for text in texts)
    assert doubtful or [parse_date(text, order) for text in texts] == days
