"""The pages of products."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.custom_fields.facts import fact_named
from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import fact_page, fact_saved, facts_of, form_page
from triptych.core_crm.editing.picking import picked
from triptych.core_crm.lists.export import csv_of
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.pages import bulk_page, list_page
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock, search
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.platform.web.templatetags.parts import money, money_text
from triptych.plugins.operational.sales import access, actions
from triptych.plugins.operational.sales.forms import ProductForm
from triptych.plugins.operational.sales.listing import FACTS, PRODUCTS, head_of
from triptych.plugins.operational.sales.models import DealLine, PriceBookEntry, Product
from triptych.tenants.routing import TenantRequest

HOME = "/x/sales/products/"
SHOWN_DEALS = 8


def _listing(request: TenantRequest) -> Listing:
    return Listing(PRODUCTS, access.products_visible_to(request.member), request, home=HOME)


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    return list_page(request, _listing(request))


@require_GET
def export(request: TenantRequest) -> HttpResponseBase:
    return csv_of(_listing(request), name="products")


@require_POST
def bulk(request: TenantRequest, act: str) -> HttpResponse:
    return bulk_page(request, _listing(request), act)


@require_GET
def pick(request: TenantRequest) -> JsonResponse:
    return picked(request, access.products_visible_to(request.member).active(), "product", _price_words)


def _price_words(product: Product) -> str:
    return money_text(product.unit_price, product.currency)


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    product = access.product_to_see(request.member, pk)
    search.note_seen(request.member, kind="product", id=product.pk, at=clock.now())
    lines = access.lines_visible_to(request.member).filter(product=product).select_related("deal")
    entries = PriceBookEntry.objects.filter(product=product, price_book__deleted_at=None).select_related("price_book")
    context = {
        "product": product,
        "head": head_of(product, may_write=request.member.may_write),
        "facts": facts_of(FACTS, product, may_write=request.member.may_write),
        "deals": [_sold(line) for line in lines.order_by("-created_at", "-pk")[:SHOWN_DEALS]],
        "deal_count": lines.values("deal").distinct().count(),
        "prices": [
            _priced(entry) for entry in entries.select_related("price_book").order_by("price_book", "min_quantity")
        ],
    }
    return render(request, "sales/product.html", context)


def _sold(line: DealLine) -> dict[str, Any]:
    deal = line.deal
    return {
        "url": deal.get_absolute_url(),
        "title": deal.name,
        "icon": "layout-kanban",
        "side": "" if line.total is None else money(line.total, deal.currency),
    }


def _priced(entry: PriceBookEntry) -> dict[str, Any]:
    book = entry.price_book
    note = _("from %(quantity)s") % {"quantity": f"{entry.min_quantity:g}"} if entry.min_quantity != 1 else ""
    return {
        "url": book.get_absolute_url(),
        "title": book.name,
        "note": note,
        "icon": "tags",
        "side": money(entry.price, book.currency),
    }


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    must_be_writer(request.member)
    form = ProductForm(request.POST or None, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            product = actions.create_product(by=request.member, now=clock.now(), **form.given())
            toasts.show(
                request, _("%(product)s is added.") % {"product": product}, undo=f"{product.get_absolute_url()}delete/"
            )
            return redirect(product)
    return form_page(request, form, "sales/product_form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    product = access.product_to_change(request.member, pk)
    form = ProductForm(request.POST or None, record=product, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            _update(request, product, form)
            return redirect(product)
    return form_page(request, form, "sales/product_form.html", record=product)


def _update(request: TenantRequest, product: Product, form: ProductForm) -> Product:
    return actions.update_product(
        product=product, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
    )


@require_http_methods(["GET", "POST"])
def fact(request: TenantRequest, pk: UUID, name: str) -> HttpResponse:
    """One field, edited in place."""
    product = access.product_to_change(request.member, pk)
    form = ProductForm(request.POST or None, record=product, member=request.member, only=name)
    shown = fact_named(FACTS, name, form)
    if form.is_valid():
        with edits_shown(form):
            product = _update(request, product, form)
            return fact_saved(request, shown, product, head_of(product, may_write=True))
    return fact_page(request, form, shown, record=product)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    product = access.product_to_change(request.member, pk)
    actions.delete_product(product=product, by=request.member, now=clock.now())
    undo = f"{product.get_absolute_url()}restore/"
    toasts.show(request, _("%(product)s is deleted.") % {"product": product}, undo=undo)
    return redirect(HOME)


@require_POST
def restore(request: TenantRequest, pk: UUID) -> HttpResponse:
    product = access.product_to_restore(request.member, pk)
    try:
        actions.restore_product(product=product, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect(HOME)
    return redirect(product)
