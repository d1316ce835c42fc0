"""Writes to products."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import apply_changes, check_fields, told
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales.actions.cleaning import cleaned
from triptych.plugins.operational.sales.models import Product
from triptych.tenants.members.models import Member


class ProductFields(TypedDict, total=False):
    """What can be set on a product."""

    name: str
    sku: str
    category: str
    unit: str
    unit_price: Decimal
    cost: Decimal | None
    currency: str
    is_active: bool
    description: str


@transaction.atomic
def create_product(*, by: Member | None, now: datetime, **fields: Unpack[ProductFields]) -> Product:
    """Keep a new product; without a currency it is priced in the tenant's own. Announces `product.created`.

    Raises:
        Refused: the name is missing, the SKU is taken, or a value breaks a rule; it names the field.
    """
    product = Product(created_at=now, updated_at=now)
    apply_changes(product, cleaned({"currency": "", **fields}))
    _check_product(product)
    must(by, CREATE, product)
    product.save(force_insert=True)
    search.index(search_entry(product))
    events.announce("product.created", product, by=by, at=now)
    return product


@transaction.atomic
def update_product(
    *, product: Product, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[ProductFields]
) -> Product:
    """Change the given fields; lines that were sold keep their price. Announces `product.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: as `create_product`.
    """
    product = Product.objects.select_for_update().get(pk=product.pk)
    must(by, CHANGE, product)
    product.expect_version(version)
    changes = apply_changes(product, cleaned(dict(fields)))
    must_set(by, product, changes)
    if not changes:
        return product
    _check_product(product)
    product.save_fields(*changes, "sort_key", at=now)
    search.index(search_entry(product))
    events.announce("product.updated", product, by=by, at=now, changes=told(changes))
    return product


@transaction.atomic
def delete_product(*, product: Product, by: Member | None, now: datetime) -> Product:
    """Put a product into the bin; lines that sold it stay. Announces `product.deleted`."""
    return _bin(product, deleted_at=now, by=by, now=now)


@transaction.atomic
def restore_product(*, product: Product, by: Member | None, now: datetime) -> Product:
    """Take a product out of the bin. Announces `product.restored`.

    Raises:
        Refused: another product has its SKU by now.
    """
    _refuse_taken_sku(product)
    return _bin(product, deleted_at=None, by=by, now=now)


def _bin(product: Product, *, deleted_at: datetime | None, by: Member | None, now: datetime) -> Product:
    product = Product.objects.select_for_update().get(pk=product.pk)
    must(by, DELETE, product)
    if bool(product.deleted_at) == bool(deleted_at):
        return product
    product.deleted_at = deleted_at
    product.save_fields("deleted_at", at=now)
    if deleted_at:
        search.remove(kind="product", id=product.pk)
    else:
        search.index(search_entry(product))
    events.announce("product.deleted" if deleted_at else "product.restored", product, by=by, at=now)
    return product


def _check_product(product: Product) -> None:
    check_fields(product)
    _refuse_taken_sku(product)


def _refuse_taken_sku(product: Product) -> None:
    others = Product.objects.alive().filter(sku__iexact=product.sku).exclude(pk=product.pk)
    if product.sku and others.exists():
        raise Refused(_("Another product has the SKU “{sku}”.").format(sku=product.sku), field="sku")


def search_entry(product: Product) -> search.Entry:
    """What the search knows of a product: the name first; SKU and category beside it."""
    return search.Entry(
        kind="product",
        id=product.pk,
        title=product.name,
        subtitle=" · ".join(filter(None, (product.sku, product.category))),
        url=product.get_absolute_url(),
        updated_at=product.updated_at,
    )
