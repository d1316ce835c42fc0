"""Products for the sample pack, and the lines of three of its deals."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from triptych.core_crm.deals.models import Deal
from triptych.core_crm.samples.models import SampleRecord
from triptych.platform import search
from triptych.plugins.operational.sales.actions import add_line, create_product
from triptych.plugins.operational.sales.models import DealLine, Product
from triptych.tenants.members.models import Member

PRODUCTS = (
    ("Spindle moulder", "SM-400", "Machines", "piece", 11_400, 7_900),
    ("Workbench", "WB-160", "Workshop", "piece", 985, 540),
    ("Dust extraction unit", "DX-12", "Machines", "piece", 4_100, 2_650),
    ("Tooling service", "TS-M", "Service", "month", 3_000, 1_900),
    ("Delivery and setting up", "DEL", "Service", "job", 3_000, 1_450),
)
LINES = {
    "Spindle moulders for the new hall": (("SM-400", 4), ("DEL", 1)),
    "Yearly tooling contract": (("TS-M", 12),),
    "Six school workshops": (("WB-160", 40), ("DX-12", 6)),
}


def add_samples(*, by: Member, now: datetime) -> None:
    """Add five products, and lines that make up what three sample deals are worth."""
    products = {
        sku: create_product(
            name=name,
            sku=sku,
            category=category,
            unit=unit,
            unit_price=Decimal(price),
            cost=Decimal(cost),
            by=by,
            now=now,
        )
        for name, sku, category, unit, price, cost in PRODUCTS
    }
    for deal in Deal.objects.filter(name__in=LINES, pk__in=_samples("deal")):
        for sku, quantity in LINES[deal.name]:
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
