"""The pages of price books."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.editing.forms import edits_shown
from triptych.core_crm.editing.pages import form_page
from triptych.platform import clock
from triptych.platform.refusals import refusals_shown
from triptych.platform.web import toasts
from triptych.plugins.operational.sales import access, actions
from triptych.plugins.operational.sales.forms import PriceBookForm, PriceForm
from triptych.plugins.operational.sales.models import PriceBook, PriceBookEntry
from triptych.tenants.routing import TenantRequest

MOST_BOOKS, MOST_PRICES = 200, 500


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """All price books, the default ones first."""
    books = access.price_books_visible_to(request.member).annotate(price_count=Count("entries")).in_order()
    return render(request, "sales/price_books.html", {"books": books[:MOST_BOOKS]})


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    access.must_set_prices(request.member)
    form = PriceBookForm(request.POST or None, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            book = actions.save_price_book(price_book=None, by=request.member, now=clock.now(), **form.given())
            toasts.show(request, _("%(book)s is added. Now put prices into it.") % {"book": book})
            return redirect(book)
    return form_page(request, form, "sales/price_book_form.html")


@require_http_methods(["GET", "POST"])
def edit(request: TenantRequest, pk: UUID) -> HttpResponse:
    book = access.price_book_to_change(request.member, pk)
    form = PriceBookForm(request.POST or None, record=book, member=request.member)
    if form.is_valid():
        with edits_shown(form):
            actions.save_price_book(
                price_book=book, by=request.member, now=clock.now(), version=form.seen_version, **form.given()
            )
            return redirect(book)
    return form_page(request, form, "sales/price_book_form.html", record=book)


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A price book with its prices, and a form to add one."""
    return _page(request, access.price_book_to_see(request.member, pk), PriceForm(member=request.member))


def _page(request: TenantRequest, book: PriceBook, form: PriceForm) -> HttpResponse:
    entries = PriceBookEntry.objects.filter(price_book=book, product__deleted_at=None).select_related("product")
    context = {
        "book": book,
        "entries": entries.order_by("product__sort_key", "product", "min_quantity")[:MOST_PRICES],
        "form": form,
    }
    return render(request, "sales/price_book.html", context, status=422 if form.is_bound else 200)


@require_POST
def set_price(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Say what a product costs in the book."""
    book = access.price_book_to_change(request.member, pk)
    form = PriceForm(request.POST, member=request.member)
    if form.is_valid():
        with refusals_shown(form):
            actions.set_price(price_book=book, by=request.member, now=clock.now(), **form.cleaned_data)
            return redirect(book)
    return _page(request, book, form)


@require_POST
def take_out(request: TenantRequest, pk: UUID, entry: UUID) -> HttpResponse:
    """Take a price out of the book."""
    book = access.price_book_to_change(request.member, pk)
    found = PriceBookEntry.objects.filter(price_book=book, pk=entry).select_related("product").first()
    if found is None:
        raise Http404
    quantity: Decimal = found.min_quantity
    actions.set_price(
        price_book=book, product=found.product, price=None, min_quantity=quantity, by=request.member, now=clock.now()
    )
    return redirect(book)


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    book = access.price_book_to_change(request.member, pk)
    actions.delete_price_book(price_book=book, by=request.member, now=clock.now())
    toasts.show(request, _("%(book)s is deleted. Its prices apply no more.") % {"book": book})
    return redirect("sales:price_books")
