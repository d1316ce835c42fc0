"""What Sales adds to the import: products, and lines on imported deals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.actions import set_amounts_from_lines_in_bulk
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, ExtraColumns, Field, Importer, Kind, Row, Writing
from triptych.platform import search
from triptych.plugins.operational.sales import actions
from triptych.plugins.operational.sales.actions.products import search_entry
from triptych.plugins.operational.sales.models import DealLine, Product

PRODUCT, LINE, DEAL = "sales.product", "sales.dealline", "deals.deal"


class ProductImporter(Importer):
    name = "products"
    home = "/x/sales/products/"
    label = _("Products")
    icon = "package"
    model = Product
    search_kind = "product"
    reference_synonyms = ("product id", "item number", "article number")

    def fields(self) -> tuple[Field, ...]:
        zero = Decimal(0)
        return (
            Field("name", _("Name"), synonyms=("product", "product name", "item", "article"), required=True),
            Field("sku", _("SKU"), synonyms=("product code", "item code", "part number"), max_length=60),
            Field("category", _("Category"), synonyms=("series", "family", "product group", "line"), max_length=100),
            Field("unit_price", _("Unit price"), Kind.NUMBER, ("sales price", "price", "list price"), minimum=zero),
            Field("cost", _("Cost"), Kind.NUMBER, ("unit cost", "purchase price"), minimum=zero),
            Field("currency", _("Currency"), synonyms=("currency code",), max_length=3),
            Field("unit", _("Unit"), synonyms=("unit of measure", "uom"), max_length=30),
            Field("is_active", _("Sold"), Kind.BOOLEAN, ("active", "enabled", "available")),
            Field("description", _("Description"), Kind.LONG_TEXT, ("notes", "comment"), max_length=20_000),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        return Product.objects.alive().order_by("created_at", "pk").values_list("pk", "name")

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        existing = Product.objects.in_bulk([row.existing for row in rows if row.existing])
        changes = []
        for row in rows:
            fields: dict[str, Any] = {name: value for name, value in row.values.items() if name != "reference"}
            product = existing.get(row.existing) if row.existing else None
            if product is None:
                fields.setdefault("currency", writing.currency)
                row.existing = actions.create_product(by=writing.by, now=writing.at, **fields).pk
                changes.append(Change(row.number, PRODUCT, row.existing))
            else:
                before = image_of(product)
                actions.update_product(product=product, by=writing.by, now=writing.at, **fields)
                changes.append(Change(row.number, PRODUCT, product.pk, before))
        return changes

    def search_entries(self, records: Sequence[Product]) -> Iterable[search.Entry]:
        return (search_entry(product) for product in records)


def line_columns() -> ExtraColumns:
    """The columns of a deal's one line. What the deal is worth is the line's price, so that what was won still adds
    up to what the file says."""
    return ExtraColumns(
        fields=(
            Field("product", _("Product"), Kind.LINK, ("product name", "item", "article"), link="products"),
            Field("quantity", _("Quantity"), Kind.NUMBER, ("qty", "units", "pieces"), minimum=Decimal("0.01")),
        ),
        write=write_lines,
    )


def write_lines(rows: Sequence[Row], writing: Writing) -> list[Change]:
    """Give each imported deal that names a product a line for it. Deals that have lines already keep those.

    Where a row does not say what the deal is worth, the line waits for its price: an import invents no amounts.
    """
    rows = [row for row in rows if "product" in row.values and row.existing]
    known = Deal.objects.in_bulk([row.existing for row in rows if not row.is_new])
    with_lines = set(DealLine.objects.filter(deal__in=known).values_list("deal_id", flat=True))
    lines = [_line(row, writing) for row in rows if row.existing not in with_lines]
    changes = [
        Change(row.number, DEAL, pk, image_of(known[pk])) for row in rows if (pk := row.existing) and pk in known
    ]
    numbers = {row.existing: row.number for row in rows}
    changes += [Change(numbers[line.deal_id], LINE, line.pk) for line in lines]
    DealLine.objects.bulk_create(lines)
    totals = {line.deal_id: line.total for line in lines if line.total is not None}
    set_amounts_from_lines_in_bulk(totals, by=writing.by, now=writing.at)
    return changes


def _line(row: Row, writing: Writing) -> DealLine:
    amount, quantity = row.values.get("amount"), row.values.get("quantity", Decimal(1))
    line = DealLine(
        created_at=writing.at,
        updated_at=writing.at,
        product_id=row.values["product"],
        quantity=quantity,
        unit_price=None if amount is None else (amount / quantity).quantize(Decimal("0.01")),
    )
    line.deal_id = row.existing  # type: ignore[assignment]
    line.add_up()
    if line.total != amount:  # a price in cents does not always divide: then the whole is one piece
        line.quantity, line.unit_price = Decimal(1), amount
    return actions.checked_line(line)
