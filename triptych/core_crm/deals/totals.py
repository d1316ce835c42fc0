"""What many deals are worth together, in the tenant's own currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from triptych.core_crm.deals.models import DealQuerySet
from triptych.core_crm.deals.rates import Rates, rates_for
from triptych.core_crm.money import own_currency
from triptych.platform.web.templatetags.parts import money


@dataclass
class Totals:
    """How many deals, and what they are worth in `base`: in full, and times their probability.

    Amounts in a currency without a rate are in `unknown` and `unknown_weighted` instead, by currency.
    """

    base: str = field(default_factory=own_currency)
    count: int = 0
    value: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    unknown: dict[str, Decimal] = field(default_factory=dict)
    unknown_weighted: dict[str, Decimal] = field(default_factory=dict)
    has_amounts: bool = False

    @classmethod
    def of(cls, parts: Iterable[Totals]) -> Totals:
        """The totals of several together."""
        whole = cls()
        for part in parts:
            whole.count += part.count
            whole.value += part.value
            whole.weighted += part.weighted
            whole.has_amounts |= part.has_amounts
            for currency, amount in part.unknown.items():
                whole.add_unknown(currency, amount, part.unknown_weighted[currency])
        return whole

    def withhold(self) -> None:
        """Forget what they are worth: it is not for whoever looks."""
        self.value = self.weighted = Decimal(0)
        self.unknown, self.unknown_weighted, self.has_amounts = {}, {}, False

    def add_unknown(self, currency: str, value: Decimal, weighted: Decimal) -> None:
        """Add an amount that nobody can exchange."""
        self.unknown[currency] = self.unknown.get(currency, Decimal(0)) + value
        self.unknown_weighted[currency] = self.unknown_weighted.get(currency, Decimal(0)) + weighted

    @property
    def value_text(self) -> SafeString:
        """The value as people read it, what has no rate behind it in its own currency; nothing without amounts."""
        return self._text(self.value, self.unknown)

    @property
    def weighted_text(self) -> SafeString:
        """The same, times the probability."""
        return self._text(self.weighted, self.unknown_weighted)

    def _text(self, known: Decimal, unknown: dict[str, Decimal]) -> SafeString:
        sums = [(known, self.base)] if known or not unknown else []
        sums += [(amount, currency) for currency, amount in sorted(unknown.items())]
        texts = ((money(round(amount), currency),) for amount, currency in sums)
        return format_html_join(" + ", "{}", texts) if self.has_amounts else SafeString("")


def totals_by(deals: DealQuerySet, key: str) -> dict[Any, Totals]:
    """The totals of deals by a column, in one statement, and one more if amounts in other currencies are among them."""
    weighted = F("amount") * F("probability") / 100
    fixed, floating = Q(closing_rate__isnull=False), Q(closing_rate=None)
    rows = list(
        deals.values(key, "currency")
        .annotate(
            count=Count("pk"),
            value=Sum("amount", filter=floating),
            weighted=Sum(_number(weighted), filter=floating),
            fixed=Sum(_number(F("amount") * F("closing_rate")), filter=fixed),
            fixed_weighted=Sum(_number(weighted * F("closing_rate")), filter=fixed),
        )
        .order_by(key, "currency")
    )
    rates = rates_for({row["currency"] for row in rows if row["value"] is not None})
    found: dict[Any, Totals] = defaultdict(Totals)
    for row in rows:
        _add(found[row[key]], row, rates)
    return found


def _add(totals: Totals, row: dict[str, Any], rates: Rates) -> None:
    totals.count += row["count"]
    if row["fixed"] is not None:
        totals.value += row["fixed"]
        totals.weighted += row["fixed_weighted"]
        totals.has_amounts = True
    if row["value"] is None:
        return
    totals.has_amounts = True
    rate = rates.of(row["currency"])
    if rate is None:
        totals.add_unknown(row["currency"], row["value"], row["weighted"])
    else:
        totals.value += row["value"] * rate
        totals.weighted += row["weighted"] * rate


def _number(expression: Any) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(expression, output_field=DecimalField(max_digits=30, decimal_places=10))
