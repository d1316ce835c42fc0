"""What amounts are worth in the tenant's own currency: an open deal by the rate of the day, a closed one by the rate of
the day on which it closed. A rate that nobody has entered is never taken for one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, DecimalField, F, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round
from django.utils import timezone

from triptych.core_crm.deals.models import Deal, DealQuerySet, ExchangeRate
from triptych.core_crm.money import own_currency
from triptych.platform import clock

CENTS = Decimal("0.01")
MONEY = DecimalField(max_digits=18, decimal_places=2)


@dataclass(frozen=True)
class Rates:
    """The rates of one day into `base`, by currency."""

    base: str
    by_currency: Mapping[str, Decimal]

    def of(self, currency: str) -> Decimal | None:
        """What one unit is worth in the base currency; None if nobody has said."""
        return Decimal(1) if currency == self.base else self.by_currency.get(currency)

    def of_deal(self, deal: Deal) -> Decimal | None:
        """The rate that counts for a deal: that of its closing, else that of the day."""
        if deal.currency == self.base:
            return Decimal(1)
        return deal.closing_rate if deal.closing_rate is not None else self.of(deal.currency)

    def worth(self, deal: Deal) -> Decimal | None:
        """The amount of a deal in the base currency, to the cent; None without an amount or a rate."""
        rate = self.of_deal(deal)
        return None if deal.amount is None or rate is None else (deal.amount * rate).quantize(CENTS)


def rates_for(currencies: Collection[str], *, day: date | None = None) -> Rates:
    """The rates in force on a day, today if none is given; without any statement if no currency is foreign."""
    base = own_currency()
    foreign = set(currencies) - {base, ""}
    if not foreign:
        return Rates(base, {})
    known = ExchangeRate.objects.into(base).as_of(day or today()).filter(currency__in=foreign)
    return Rates(base, dict(known.values_list("currency", "rate")))


def currencies_without_rate(deals: DealQuerySet) -> list[str]:
    """The currencies of deals with an amount that nobody can exchange, in order."""
    used = set(deals.filter(amount__isnull=False, closing_rate=None).values_list("currency", flat=True).distinct())
    rates = rates_for(used)
    return sorted(currency for currency in used if rates.of(currency) is None)


def today() -> date:
    """The day it is where the tenant is."""
    return timezone.localdate(clock.now())


def base_amount() -> Case:
    """The amount of a deal in the tenant's own currency as an expression; empty without an amount or a rate."""
    return in_base(F("amount"))


def in_base(amount: Combinable) -> Case:
    """An amount of a deal in the tenant's own currency, as an expression."""
    base = own_currency()
    known = ExchangeRate.objects.into(base).filter(currency=OuterRef("currency"), effective_date__lte=today())
    rate = Coalesce(F("closing_rate"), Subquery(known.order_by("-effective_date").values("rate")[:1]))
    exchanged = Round(amount * rate, precision=2)
    return Case(When(currency=Value(base), then=amount), default=exchanged, output_field=MONEY)
