"""Writes to exchange rates, and to the rate that a closed deal keeps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, OuterRef, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from triptych.core_crm.deals.models import Deal, ExchangeRate
from triptych.core_crm.deals.rates import rates_for
from triptych.core_crm.money import clean_currency, own_currency
from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST = 20_000
"""How many rates are set at once."""


@dataclass(frozen=True)
class NewRate:
    """From `effective_date` on, one unit of `currency` is worth `rate` of the tenant's own currency."""

    currency: str
    effective_date: date
    rate: Decimal


@transaction.atomic
def set_rates(*, rates: Sequence[NewRate], by: Member | None, now: datetime) -> int:
    """Keep these rates, in place of those of the same day; of two for the same day the last one counts. How many.

    Deals that closed without a known rate get the one of the day on which they closed; those that have one keep it.
    Announces `exchange_rates.set`.

    Raises:
        Refused: there are none or too many, or a value breaks a rule; it names the field. None is kept then.
    """
    if not rates:
        raise Refused(_("There is no rate in this. Give a currency and what it is worth."), field="rate")
    if len(rates) > MOST:
        message = _("These are %(count)d rates. Send at most %(most)d at once, for example those of the last year.")
        raise Refused(message % {"count": len(rates), "most": MOST}, field="file")
    kept = {(rate.currency, rate.effective_date): rate for rate in (_checked(rate, now) for rate in rates)}
    ExchangeRate.objects.bulk_create(
        kept.values(),
        update_conflicts=True,
        unique_fields=["base", "currency", "effective_date"],
        update_fields=["rate", "set_at"],
        batch_size=1_000,
    )
    currencies = sorted({currency for currency, _day in kept})
    fix_closed_deals(currencies)
    events.announce("exchange_rates.set", None, by=by, at=now, count=len(kept), currencies=currencies)
    return len(kept)


@transaction.atomic
def delete_rate(*, rate: ExchangeRate, by: Member | None, now: datetime) -> None:
    """Forget a rate; the one before it counts again. Closed deals keep theirs. Announces `exchange_rate.deleted`."""
    day = rate.effective_date.isoformat()
    events.announce("exchange_rate.deleted", None, by=by, at=now, currency=rate.currency, effective_date=day)
    ExchangeRate.objects.filter(pk=rate.pk).delete()


def fix_closed_deals(currencies: Collection[str]) -> None:
    """Give closed deals in these currencies that have no rate the one of the day on which they closed, where known."""
    day = TruncDate(ExpressionWrapper(OuterRef("closed_at"), DateTimeField()))
    rates = ExchangeRate.objects.into(own_currency()).filter(currency=OuterRef("currency"), effective_date__lte=day)
    found = Subquery(rates.order_by("-effective_date").values("rate")[:1])
    Deal.objects.closed().filter(currency__in=currencies, closing_rate=None).update(closing_rate=found)


def closing_rate_of(deal: Deal) -> Decimal | None:
    """What a deal is to keep as its rate: that of the day on which it closed; nothing while it is open."""
    if deal.closed_at is None or deal.currency == own_currency():
        return None
    return rates_for([deal.currency], day=timezone.localdate(deal.closed_at)).of(deal.currency)


def _checked(rate: NewRate, now: datetime) -> ExchangeRate:
    if not rate.currency.strip():
        raise Refused(_("Say which currency, with its three letters, e.g. USD."), field="currency")
    currency, base = clean_currency(rate.currency), own_currency()
    if currency == base:
        message = _("%(base)s is the workspace's own currency: it needs no rate. Choose another one.")
        raise Refused(message % {"base": base}, field="currency")
    made = ExchangeRate(base=base, currency=currency, effective_date=rate.effective_date, rate=rate.rate, set_at=now)
    check_fields(made, only=("rate", "effective_date"))
    return made
