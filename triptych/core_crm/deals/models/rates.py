"""Exchange rates: what one unit of another currency is worth in the tenant's own, from a day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from triptych.platform.ids import new_id

SMALLEST = Decimal("0.0000000001")


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def into(self, base: str) -> Self:
        """Rates into that currency."""
        return self.filter(base=base)

    def as_of(self, day: date) -> Self:
        """The rate in force on that day of each currency."""
        return self.filter(effective_date__lte=day).order_by("currency", "-effective_date").distinct("currency")

    def newest_first(self) -> Self:
        return self.order_by("-effective_date", "currency", "pk")


class ExchangeRate(models.Model):
    """From `effective_date` on, one unit of `currency` is worth `rate` of `base`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    base = models.CharField(max_length=3, help_text="ISO 4217. The tenant's own currency when it was set.")
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217.")
    effective_date = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10, validators=[MinValueValidator(SMALLEST)])
    set_at = models.DateTimeField()

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("base", "currency", "effective_date", name="exchange_rate_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]
        indexes = [models.Index(fields=["base", "-effective_date", "currency"], name="exchange_rate_list")]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.base}"
