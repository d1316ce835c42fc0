"""Products, price books and lines: what a deal is worth once it says what it sells."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.core_crm.deals.actions import create_deal, update_deal
from triptych.platform.refusals import Conflict, Refused
from triptych.plugins.operational.sales import actions
from triptych.plugins.operational.sales.models import DealLine, PriceBook, Product
from triptych.plugins.operational.sales.prices import price_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_tenant")]


@pytest.fixture
def owner(members):
    return members["owner"]


@pytest.fixture
def product(owner, now):
    return actions.create_product(name="GTX Pro", sku="G-1", unit_price=Decimal(4821), by=owner, now=now)


@pytest.fixture
def deal(owner, now):
    return create_deal(name="Big one", amount=Decimal(10), by=owner, now=now)


def fresh(deal):
    deal.refresh_from_db()
    return deal


def test_a_product_is_priced_in_the_tenants_currency(product):
    assert (product.currency, product.is_active, product.category) == ("EUR", True, "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"unit_price": Decimal(-1)}, "unit_price"),
        ({"unit_price": Decimal("1.234")}, "unit_price"),
        ({"currency": "XXQ"}, "currency"),
        ({"sku": "g-1"}, "sku"),
        ({"name": "x" * 201}, "name"),
        ({"description": "a\0b"}, "description"),
    ],
)
def test_a_wrong_product_is_refused_by_field(product, owner, now, fields, field):
    with pytest.raises(Refused) as raised:
        actions.create_product(**{"name": "Other", **fields}, by=owner, now=now)

    assert raised.value.field == field
    assert Product.objects.count() == 1


def test_two_editors_of_a_product_meet(product, owner, now):
    actions.update_product(product=product, version=1, by=owner, now=now, name="GTX Pro 2")

    with pytest.raises(Conflict):
        actions.update_product(product=product, version=1, by=owner, now=now, name="GTX Pro 3")
    assert Product.objects.get().name == "GTX Pro 2"


def test_a_deleted_product_comes_back_unless_its_sku_was_taken(product, owner, now):
    actions.delete_product(product=product, by=owner, now=now)
    other = actions.create_product(name="Other", sku="G-1", by=owner, now=now)
    with pytest.raises(Refused):
        actions.restore_product(product=product, by=owner, now=now)

    actions.update_product(product=other, by=owner, now=now, sku="G-2")
    assert actions.restore_product(product=product, by=owner, now=now).deleted_at is None


def test_lines_make_the_amount(deal, product, owner, now):
    line = actions.add_line(deal=deal, product=product, quantity=Decimal(2), by=owner, now=now)
    assert (line.unit_price, line.total) == (Decimal(4821), Decimal(9642))
    assert (fresh(deal).amount, deal.amount_is_total) == (Decimal(9642), True)

    service = actions.add_line(
        deal=deal, description="Set-up", unit_price=Decimal("99.99"), discount=Decimal(10), by=owner, now=now
    )
    assert (service.total, fresh(deal).amount) == (Decimal("89.99"), Decimal("9731.99"))
    with pytest.raises(Refused) as raised:
        update_deal(deal=deal, by=owner, now=now, amount=Decimal(1))
    assert raised.value.field == "amount"

    actions.update_line(line=line, by=owner, now=now, quantity=Decimal(1))
    assert fresh(deal).amount == Decimal("4910.99")
    actions.remove_line(line=line, by=owner, now=now)
    assert fresh(deal).amount == Decimal("89.99")
    actions.remove_line(line=service, by=owner, now=now)
    assert (fresh(deal).amount, deal.amount_is_total) == (Decimal("89.99"), False)
    update_deal(deal=deal, by=owner, now=now, amount=Decimal(1))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"description": " "}, "product"),
        ({"unit_price": None}, "unit_price"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"discount": Decimal(101)}, "discount"),
        ({"unit_price": Decimal(-1)}, "unit_price"),
        ({"unit_price": Decimal(10) ** 15, "quantity": Decimal(10) ** 9}, "total"),
    ],
)
def test_a_wrong_line_is_refused_and_leaves_the_amount(deal, owner, now, fields, field):
    with pytest.raises(Refused) as raised:
        actions.add_line(deal=deal, **{"description": "X", "unit_price": Decimal(1), **fields}, by=owner, now=now)

    assert raised.value.field == field
    assert (fresh(deal).amount, DealLine.objects.count()) == (Decimal(10), 0)


def test_a_line_without_a_price_gets_one_when_it_is_next_touched(deal, product, owner, now):
    line = DealLine(created_at=now, updated_at=now, deal=deal, product=product)
    line.add_up()
    line.save(force_insert=True)

    line = actions.update_line(line=line, by=owner, now=now, quantity=Decimal(3))
    assert (line.total, fresh(deal).amount) == (Decimal(14463), Decimal(14463))


@pytest.mark.parametrize(
    ("quantity", "currency", "on", "price"),
    [
        (1, "EUR", date(2026, 3, 2), 4821),
        (10, "EUR", date(2026, 3, 2), 4000),
        (100, "EUR", date(2026, 3, 2), 3500),
        (10, "EUR", date(2026, 7, 1), 3900),
        (10, "USD", date(2026, 3, 2), 0),
        (10, "PLN", date(2026, 3, 2), 17000),
    ],
)
def test_price_books_by_quantity_day_and_currency(product, owner, now, quantity, currency, on, price):
    def book(name, **fields):
        return actions.save_price_book(price_book=None, name=name, by=owner, now=now, **fields)

    def put(into, amount, from_quantity):
        actions.set_price(
            price_book=into,
            product=product,
            price=Decimal(amount),
            min_quantity=Decimal(from_quantity),
            by=owner,
            now=now,
        )

    standard = book("Standard", is_default=True)
    put(standard, 4000, 10)
    put(standard, 3500, 100)
    put(book("Summer", valid_from=date(2026, 6, 1), valid_until=date(2026, 8, 31)), 3900, 1)
    put(book("Poland", currency="PLN"), 17000, 1)
    put(book("Retired", is_active=False), 1, 1)

    assert price_of(product, quantity=Decimal(quantity), currency=currency, on=on) == price


def test_one_price_book_is_the_default_of_its_currency(owner, now):
    first = actions.save_price_book(price_book=None, name="A", is_default=True, by=owner, now=now)
    actions.save_price_book(price_book=None, name="B", is_default=True, by=owner, now=now)
    first.refresh_from_db()
    assert not first.is_default

    with pytest.raises(Refused) as raised:
        actions.save_price_book(price_book=None, name="a", by=owner, now=now)
    assert raised.value.field == "name"
    with pytest.raises(Refused) as raised:
        actions.save_price_book(
            price_book=first, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1), by=owner, now=now
        )
    assert raised.value.field == "valid_until"


def test_a_price_can_be_taken_out_again(product, owner, now):
    book = actions.save_price_book(price_book=None, name="A", by=owner, now=now)
    for price in (Decimal(5), Decimal(6), None):
        actions.set_price(price_book=book, product=product, price=price, by=owner, now=now)

    assert PriceBook.objects.get().entries.count() == 0


money = st.decimals(min_value=0, max_value=10**6, places=2)


@given(lines=st.lists(st.tuples(st.decimals(min_value="0.01", max_value=1000, places=2), money, st.integers(0, 100))))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_amount_is_always_the_sum_of_the_lines(owner, now, lines):
    deal = create_deal(name="Any", by=owner, now=now)
    for quantity, price, discount in lines:
        actions.add_line(
            deal=deal,
            description="X",
            quantity=quantity,
            unit_price=price,
            discount=Decimal(discount),
            by=owner,
            now=now,
        )

    totals = [line.total for line in DealLine.objects.of(deal)]
    assert fresh(deal).amount == (sum(totals) if totals else None)
    assert [line.position for line in DealLine.objects.of(deal)] == list(range(len(lines)))
