"""Which price applies: by price book, quantity, day and currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from triptych.plugins.operational.sales.models import PriceBook, PriceBookEntry, Product


def price_of(product: Product, *, quantity: Decimal, currency: str, on: date) -> Decimal:
    """The unit price of a product: the entry with the greatest quantity not above the wanted one, in the price books
    that hold on that day and are in that currency, special ones before the default one; else the product's own price.

    A product priced in another currency and in no price book of this one costs nothing yet: 0.
    """
    for book in PriceBook.objects.valid(on=on, currency=currency):
        entries = PriceBookEntry.objects.filter(price_book=book, product=product, min_quantity__lte=quantity)
        entry = entries.order_by("-min_quantity", "pk").first()
        if entry is not None:
            return entry.price
    return product.unit_price if product.currency == currency else Decimal(0)
