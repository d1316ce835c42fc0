"""Products, price books, and the lines of deals."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.models import Deal
from triptych.platform.collation import CollationKeyField
from triptych.platform.records import Record, RecordQuerySet
from triptych.platform.web.addresses import address_of

CENT = Decimal("0.01")
NOT_NEGATIVE = MinValueValidator(Decimal(0))


class ProductQuerySet(RecordQuerySet):
    def active(self) -> Self:
        """Products that may be sold."""
        return self.alive().filter(is_active=True)

    def by_name(self) -> Self:
        return self.order_by("sort_key", "pk")


class Product(Record):
    name = models.CharField(_("name"), max_length=200)
    sort_key = CollationKeyField("name")
    sku = models.CharField(_("SKU"), max_length=60, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True, help_text=_("For example: piece, hour, month."))
    unit_price = models.DecimalField(
        _("unit price"), max_digits=18, decimal_places=2, default=Decimal(0), validators=[NOT_NEGATIVE]
    )
    cost = models.DecimalField(
        _("cost"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE]
    )
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217.")
    is_active = models.BooleanField(_("sold"), default=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("sort_key", "id", name="product_by_name", condition=Q(deleted_at=None))]
        constraints = [
            models.UniqueConstraint(Lower("sku"), name="product_sku_once", condition=Q(deleted_at=None) & ~Q(sku="")),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="product_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("sales:product", self.pk)


class PriceBookQuerySet(RecordQuerySet):
    def in_order(self) -> Self:
        """The default one first."""
        return self.order_by("-is_default", Lower("name"), "pk")

    def valid(self, *, on: date, currency: str) -> Self:
        """Price books that hold on a day, in a currency; the default one last, since a special one wins."""
        since = Q(valid_from=None) | Q(valid_from__lte=on)
        until = Q(valid_until=None) | Q(valid_until__gte=on)
        return self.alive().filter(since, until, is_active=True, currency=currency).order_by("is_default", "-pk")


class PriceBook(Record):
    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3, help_text="ISO 4217.")
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = PriceBookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="price_book_name_once", condition=Q(deleted_at=None)),
            models.UniqueConstraint(
                "currency", name="price_book_one_default", condition=Q(is_default=True, deleted_at=None)
            ),
            models.CheckConstraint(
                name="price_book_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("sales:price_book", self.pk)


class PriceBookEntry(Record):
    """What a product costs in a price book, from a quantity on."""

    price_book = models.ForeignKey(PriceBook, models.CASCADE, related_name="entries")
    product = models.ForeignKey(Product, models.CASCADE, related_name="entries", verbose_name=_("product"))
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=2, validators=[NOT_NEGATIVE])
    min_quantity = models.DecimalField(
        _("from quantity"), max_digits=12, decimal_places=2, default=Decimal(1), validators=[NOT_NEGATIVE]
    )

    audited_with = "price_book_id"

    class Meta:
        verbose_name_plural = "price book entries"
        constraints = [
            models.UniqueConstraint(fields=["price_book", "product", "min_quantity"], name="price_book_entry_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_book_entry_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.price}"


class DealLineQuerySet(RecordQuerySet):
    def of(self, deal: Deal) -> Self:
        """The lines of a deal in their order."""
        return self.filter(deal=deal).select_related("product").order_by("position", "pk")


class DealLine(Record):
    """Something that a deal sells. Its `total` is in the currency of the deal and kept for sums.

    A line without `unit_price` waits for one: it has no total and counts for nothing.
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="sales_lines")
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="deal_lines", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=12, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(CENT)]
    )
    unit_price = models.DecimalField(
        _("unit price"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE]
    )
    discount = models.DecimalField(
        _("discount"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(100))],
        help_text="Per cent.",
    )
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=2, null=True, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = DealLineQuerySet.as_manager()
    audited_with = "deal_id"

    class Meta:
        verbose_name = _("line of a deal")
        indexes = [models.Index("deal", "position", "id", name="deal_line_of_deal")]
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=0), name="deal_line_total_not_negative"),
            models.CheckConstraint(
                name="deal_line_total_with_price",
                condition=Q(total__isnull=True, unit_price__isnull=True)
                | Q(total__isnull=False, unit_price__isnull=False),
            ),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="deal_line_discount_percent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What is sold: the product's name, or the description where there is none."""
        return self.product.name if self.product else self.description

    def add_up(self) -> None:
        """Set the total, on the object only: quantity times price less the discount, rounded half up to cents."""
        if self.unit_price is None:
            self.total = None
            return
        full = self.quantity * self.unit_price * (100 - self.discount) / 100
        self.total = full.quantize(CENT, ROUND_HALF_UP)
