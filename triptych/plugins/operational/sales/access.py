"""Who may see or change products, price books and lines: the one way to fetch them for somebody.

Roles decide about products, in `rights.access`; price books are changed by owners and admins. A line may be
seen and changed by whoever may its deal and its amount: the lines add up to it.
"""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.deals import access as deals
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.rights.access import CHANGE, DELETE, hidden_fields, must, must_set, visible
from triptych.platform.refusals import Forbidden
from triptych.plugins.operational.sales.models import (
    DealLine,
    DealLineQuerySet,
    PriceBook,
    PriceBookQuerySet,
    Product,
    ProductQuerySet,
)
from triptych.tenants.members.models import Member


def products_visible_to(member: Member) -> ProductQuerySet:
    """The products that the member may see, without those in the bin."""
    return visible(member, Product.objects.alive())


def price_books_visible_to(member: Member) -> PriceBookQuerySet:
    """The price books that the member may see, without those in the bin."""
    return PriceBook.objects.alive()


def lines_visible_to(member: Member) -> DealLineQuerySet:
    """The lines of the deals that the member may see, none for those from whom amounts are hidden."""
    if not may_see_lines(member):
        return DealLine.objects.none()
    return DealLine.objects.filter(deal__in=deals.deals_visible_to(member))


def may_see_lines(member: Member) -> bool:
    """Whether the member may know what deals are made of: whoever may know their amount."""
    return "amount" not in hidden_fields(member, "deal")


def deal_to_sell(member: Member, pk: UUID) -> Deal:
    """A deal whose lines the member may change.

    Raises Http404 for one that is not there, Forbidden if they may change neither it nor its amount.
    """
    deal = deals.deal_to_change(member, pk)
    must_set(member, deal, ["amount"])
    return deal


def product_to_see(member: Member, pk: UUID) -> Product:
    """Raises Http404 for a product that is not there for this member."""
    product: Product = get_object_or_404(products_visible_to(member), pk=pk)
    return product


def product_to_change(member: Member, pk: UUID) -> Product:
    """Raises Http404 for a product that is not there, Forbidden for whoever only may read."""
    product = product_to_see(member, pk)
    must(member, CHANGE, product)
    return product


def product_to_restore(member: Member, pk: UUID) -> Product:
    """A product in the bin or out of it again; Http404 if there is none, Forbidden for whoever only may read."""
    product: Product = get_object_or_404(visible(member, Product.objects.all()), pk=pk)
    must(member, DELETE, product)
    return product


def price_book_to_see(member: Member, pk: UUID) -> PriceBook:
    """Raises Http404 for a price book that is not there for this member."""
    book: PriceBook = get_object_or_404(price_books_visible_to(member), pk=pk)
    return book


def price_book_to_change(member: Member, pk: UUID) -> PriceBook:
    """Raises Http404 for a price book that is not there, Forbidden for whoever does not administer."""
    book = price_book_to_see(member, pk)
    must_set_prices(member)
    return book


def must_set_prices(member: Member) -> None:
    """Raises Forbidden for whoever does not administer."""
    if not member.may_administer:
        raise Forbidden(_("Only owners and admins change price books. Ask one of them."))


def line_to_change(member: Member, pk: UUID) -> DealLine:
    """Raises Http404 for a line that is not there for this member, Forbidden if they may not change its deal."""
    line: DealLine = get_object_or_404(lines_visible_to(member).select_related("product", "deal"), pk=pk)
    line.deal = deal_to_sell(member, line.deal_id)
    return line
