"""Writes to price books and the prices in them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields, told
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales.actions.cleaning import cleaned
from triptych.plugins.operational.sales.models import PriceBook, PriceBookEntry, Product
from triptych.tenants.members.models import Member


class PriceBookFields(TypedDict, total=False):
    """What can be set on a price book."""

    name: str
    currency: str
    is_default: bool
    is_active: bool
    valid_from: date | None
    valid_until: date | None


@transaction.atomic
def save_price_book(
    *,
    price_book: PriceBook | None,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    **fields: Unpack[PriceBookFields],
) -> PriceBook:
    """Keep a new price book, or change one. Making it the default of its currency unmakes the former one.

    Announces `price_book.created` or `price_book.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: the name is missing or taken, or it would end before it begins; it names the field.
    """
    is_new = price_book is None
    book = PriceBook(created_at=now, updated_at=now) if price_book is None else _locked_book(price_book)
    book.expect_version(version)
    changes = apply_changes(book, cleaned({"currency": "", **fields} if is_new else dict(fields)))
    _check_book(book)
    if book.is_default:
        others = PriceBook.objects.alive().filter(is_default=True, currency=book.currency)
        others.exclude(pk=book.pk).update(is_default=False)
    if is_new:
        book.save(force_insert=True)
        events.announce("price_book.created", book, by=by, at=now)
    elif changes:
        book.save_fields(*changes, at=now)
        events.announce("price_book.updated", book, by=by, at=now, changes=told(changes))
    return book


@transaction.atomic
def delete_price_book(*, price_book: PriceBook, by: Member | None, now: datetime) -> PriceBook:
    """Put a price book into the bin; its prices apply no more. Announces `price_book.deleted`."""
    book = _locked_book(price_book)
    if not book.deleted_at:
        book.deleted_at = now
        book.is_default = False
        book.save_fields("deleted_at", "is_default", at=now)
        events.announce("price_book.deleted", book, by=by, at=now)
    return book


@transaction.atomic
def set_price(
    *, price_book: PriceBook, product: Product, price: Decimal | None, by: Member | None, now: datetime,
    min_quantity: Decimal = Decimal(1),
) -> PriceBookEntry | None:  # fmt: skip
    """Say what a product costs in a price book from a quantity on; None takes the price out of it.

    Announces `price_book.updated`.

    Raises:
        Refused: price or quantity breaks a rule; it names the field.
    """
    book = _locked_book(price_book)
    entries = PriceBookEntry.objects.filter(price_book=book, product=product, min_quantity=min_quantity)
    entry = entries.select_for_update().first()
    events.announce("price_book.updated", book, by=by, at=now, product=str(product.pk))
    if price is None:
        entries.delete()
        return None
    if entry is None:
        entry = PriceBookEntry(
            created_at=now, updated_at=now, price_book=book, product=product, min_quantity=min_quantity, price=price
        )
        check_fields(entry)
        entry.save(force_insert=True)
    elif apply_changes(entry, {"price": price}):
        entry.save_fields("price", at=now)
    return entry


def _locked_book(price_book: PriceBook) -> PriceBook:
    book: PriceBook = PriceBook.objects.select_for_update().get(pk=price_book.pk)
    return book


def _check_book(book: PriceBook) -> None:
    check_fields(book)
    if book.valid_from and book.valid_until and book.valid_until < book.valid_from:
        raise Refused(_("It would end before it begins."), field="valid_until")
    if PriceBook.objects.alive().filter(name__iexact=book.name).exclude(pk=book.pk).exists():
        raise Refused(_("There is a price book called “{name}” already.").format(name=book.name), field="name")
