"""The list of products, and what the page of a product shows of it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import django_filters as filters
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.editing.pages import Fact
from triptych.core_crm.lists.cells import link_to, moment_column
from triptych.core_crm.lists.changing import Editing
from triptych.core_crm.lists.fields import field_of
from triptych.core_crm.lists.spec import Column, ListSpec
from triptych.platform.web.templatetags import parts
from triptych.plugins.operational.sales import access, actions
from triptych.plugins.operational.sales.forms import ProductForm
from triptych.plugins.operational.sales.models import Product


class ProductFilters(filters.FilterSet):
    category = filters.CharFilter(lookup_expr="icontains", label=_("Category contains"))
    is_active = filters.BooleanFilter(label=_("Sold"))
    price_from = filters.NumberFilter("unit_price", "gte", label=_("Price from"))
    price_until = filters.NumberFilter("unit_price", "lte", label=_("Price until"))


def state_of(product: Product) -> Any:
    """Whether the product is sold, in words."""
    return _("Sold") if product.is_active else _("Not sold")


def state_tag(product: Product) -> SafeString:
    """Whether the product is sold, in its colour."""
    return parts.tag(state_of(product), "green" if product.is_active else "", "dot")


def price_of(product: Product) -> SafeString:
    return parts.money(product.unit_price, product.currency)


def cost_of(product: Product) -> SafeString | str:
    return "" if product.cost is None else parts.money(product.cost, product.currency)


PRODUCTS = ListSpec(
    kind="product",
    home="/x/sales/products/",
    model=Product,
    records=access.products_visible_to,
    label=_("Products"),
    icon="package",
    what=_("What you sell, with its price. A deal made of products says what its amount is made of."),
    new=_("New product"),
    columns=(
        Column("name", _("Name"), text=str, cell=link_to, order=("sort_key",), css="cell-main"),
        Column("sku", _("SKU"), text=attrgetter("sku"), order=("sku", "sort_key")),
        Column("category", _("Category"), text=attrgetter("category"), order=("category", "sort_key"), css="cell-sub"),
        Column("price", _("Unit price"), attrgetter("unit_price"), price_of, order=("unit_price",), css="number"),
        Column("cost", _("Cost"), attrgetter("cost"), cost_of, css="number", shown=False),
        Column("unit", _("Unit"), text=attrgetter("unit")),
        Column("currency", _("Currency"), text=attrgetter("currency"), shown=False),
        Column(
            "state", _("State"), attrgetter("is_active"), state_tag, order=("is_active", "sort_key"), css="cell-side"
        ),
        moment_column("updated_at", _("Changed"), shown=False),
    ),
    filters=ProductFilters,
    sort="name",
    fields=(
        field_of(Product, "name"),
        field_of(Product, "sku", _("SKU")),
        field_of(Product, "category", can_group=True),
        field_of(Product, "unit", can_group=True),
        field_of(Product, "unit_price"),
        field_of(Product, "currency", can_group=True),
        field_of(Product, "is_active", _("Sold")),
        field_of(Product, "created_at", _("Created"), as_name="created"),
        field_of(Product, "updated_at", _("Changed"), as_name="updated"),
    ),
    editing=Editing(
        noun="product",
        form=ProductForm,
        fields=("category", "unit", "unit_price", "cost", "currency", "is_active", "description"),
        to_change=access.product_to_change,
        to_restore=access.product_to_restore,
        update=actions.update_product,
        delete=actions.delete_product,
        restore=actions.restore_product,
    ),
)


def plain(name: str, label: Any, **more: Any) -> Fact:
    """A field shown as it is."""
    return Fact(name, label, attrgetter(name), **more)


FACTS = (
    plain("name", _("Name")),
    plain("sku", _("SKU")),
    plain("category", _("Category")),
    Fact("unit_price", _("Unit price"), price_of, plain=lambda product: str(product.unit_price)),
    plain("unit", _("Unit")),
    Fact("cost", _("Cost"), cost_of, plain=lambda product: str(product.cost or "")),
    plain("currency", _("Currency")),
    Fact("is_active", _("State"), state_tag, plain=lambda product: str(state_of(product))),
    plain("description", _("Description"), heading=_("More")),
)


def head_of(product: Product, *, may_write: bool) -> dict[str, Any]:
    """What the head of a product's page says."""
    return {
        "title": product.name,
        "subtitle": " · ".join(filter(None, (product.sku, product.category))),
        "icon": "package",
        "facts": [state_tag(product), price_of(product)],
        "acts_template": "sales/product_acts.html" if may_write else "",
        "record": product,
    }
