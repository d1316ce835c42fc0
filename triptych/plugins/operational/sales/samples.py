"""Products for the sample pack, and the lines of three of its deals."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.deals.models import Deal
from triptych.core_crm.samples.models import SampleRecord
from triptych.platform import search
from triptych.plugins.operational.sales.actions import add_line, create_product
from triptych.plugins.operational.sales.models import DealLine, Product
from triptych.tenants.members.models import Member

PRODUCTS = (
    (_("Spindle moulder"), "SM-400", _("Machines"), pgettext_lazy("unit", "piece"), 11_400, 7_900),
    (_("Workbench"), "WB-160", _("Workshop"), pgettext_lazy("unit", "piece"), 985, 540),
    (_("Dust extraction unit"), "DX-12", _("Machines"), pgettext_lazy("unit", "piece"), 4_100, 2_650),
    (_("Tooling service"), "TS-M", _("Service"), pgettext_lazy("unit", "month"), 3_000, 1_900),
    (_("Delivery and setting up"), "DEL", _("Service"), pgettext_lazy("unit", "job"), 3_000, 1_450),
)
LINES: dict[tuple[str, Decimal | None], tuple[tuple[str, int], ...]] = {
    ("Nordlicht Werkstätten", Decimal(48_600)): (("SM-400", 4), ("DEL", 1)),
    ("Lindqvist Möbler", Decimal(36_000)): (("TS-M", 12),),
    ("Greenhill School Trust", Decimal(64_000)): (("WB-160", 40), ("DX-12", 6)),
}
"""Of which sample deals, by company and amount: their names are in the language of the workspace."""


def add_samples(*, by: Member, now: datetime) -> None:
    """Add five products, and lines that make up what three sample deals are worth."""
    products = {
        sku: create_product(
            name=str(name),
            sku=sku,
            category=str(category),
            unit=str(unit),
            unit_price=Decimal(price),
            cost=Decimal(cost),
            by=by,
            now=now,
        )
        for name, sku, category, unit, price, cost in PRODUCTS
    }
    for deal in Deal.objects.filter(pk__in=_samples("deal")).select_related("company"):
        for sku, quantity in LINES.get((str(deal.company), deal.amount), ()):
            add_line(deal=deal, product=products[sku], quantity=Decimal(quantity), by=by, now=now)
    SampleRecord.objects.bulk_create([SampleRecord(kind="product", object_id=made.pk) for made in products.values()])


def remove_samples() -> None:
    """Remove those products and lines. Lines of one's own that name such a product keep their words and price."""
    DealLine.objects.filter(deal_id__in=_samples("deal")).delete()
    products = Product.objects.filter(pk__in=_samples("product"))
    search.remove_many(kind="product", ids=list(products.values_list("pk", flat=True)))
    products.delete()


def _samples(kind: str) -> list[UUID]:
    """The ids of the sample records of a kind."""
    return list(SampleRecord.objects.filter(kind=kind).values_list("object_id", flat=True))
