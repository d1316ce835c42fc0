"""Price books in the API."""

from datetime import date
from decimal import Decimal

import strawberry
import strawberry_django
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    BooleanFilter,
    IdFilter,
    TextFilter,
    Where,
    filter_input,
)
from triptych.graphql.listings import Listing, link
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    key_of,
    mutation,
    record_chosen,
    sent,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.platform.plugins import GraphQLExtension
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales import access, actions, models
from triptych.plugins.operational.sales.schema.given import given
from triptych.plugins.operational.sales.schema.products import Product, product_list


@strawberry_django.type(models.PriceBookEntry, name="PriceBookEntry", description="A price from a quantity on.")
class PriceBookEntry(Record):
    product: Product | None = link("product", "What is priced; null when it is in the bin.")
    price: Decimal
    min_quantity: Decimal


entry_list = Listing(
    node=PriceBookEntry,
    model=models.PriceBookEntry,
    visible_to=lambda member: models.PriceBookEntry.objects.filter(
        price_book__in=access.price_books_visible_to(member), product__in=access.products_visible_to(member)
    ),
    filter=filter_input(
        "PriceBookEntryFilter", models.PriceBookEntry, {"product": Where(IdFilter, "product", of="Product")}
    ),
    order=ordering_input(
        "PriceBookEntryOrder", {"PRODUCT_NAME": By("product__sort_key"), "MIN_QUANTITY": By("min_quantity")}
    ),
    default_order=(By("product__sort_key"), By("min_quantity")),
)


@strawberry_django.type(models.PriceBook, name="PriceBook", description="Prices that hold for some time.")
class PriceBook(Record):
    name: str
    currency: str = strawberry_django.field(description="ISO 4217 code.")
    is_default: bool = strawberry_django.field(description="Whether its prices apply where no other book has one.")
    is_active: bool
    valid_from: date | None
    valid_until: date | None
    entries = entry_list.nested("The prices in it.", via="price_book")


price_book_list = Listing(
    node=PriceBook,
    model=models.PriceBook,
    visible_to=access.price_books_visible_to,
    filter=filter_input(
        "PriceBookFilter",
        models.PriceBook,
        {
            "id": Where(IdFilter, "pk", of="PriceBook"),
            "name": Where(TextFilter, "name"),
            "currency": Where(TextFilter, "currency"),
            "is_default": Where(BooleanFilter, "is_default"),
            "is_active": Where(BooleanFilter, "is_active"),
        },
    ),
    order=ordering_input("PriceBookOrder", {"NAME": By("name"), "UPDATED_AT": By("updated_at")}),
    default_order=(By("name"),),
)


@strawberry.type
class Queries:
    price_book = price_book_list.singular("A price book by id.")
    price_books = price_book_list.plural("Price books by name.")


@strawberry.input
class PriceBookFields:
    name: str | None = UNSET
    currency: str | None = strawberry.field(default=UNSET, description="At first the workspace's own.")
    is_default: bool | None = UNSET
    is_active: bool | None = UNSET
    valid_from: date | None = UNSET
    valid_until: date | None = UNSET


@strawberry.input
class CreatePriceBookInput(PriceBookFields):
    name: str


@strawberry.input(description="Only the given fields change.")
class UpdatePriceBookInput(PriceBookFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeletePriceBookInput(IdInput):
    pass


@strawberry.input(description="Says what a product costs in a price book from a quantity on.")
class SetPriceInput:
    price_book: relay.GlobalID
    product: relay.GlobalID
    price: Decimal | None = strawberry.field(default=UNSET, description="Null takes the price out of the book.")
    min_quantity: Decimal = Decimal(1)


@strawberry.type
class PriceBookPayload(Answer):
    price_book = answered("price_book", price_book_list)


@strawberry.type
class Mutations:
    @mutation
    def create_price_book(self, info: ApiInfo, input: CreatePriceBookInput) -> PriceBookPayload:
        """Keep a new price book."""
        access.must_set_prices(info.context.member)
        fields = given(sent(input))
        return PriceBookPayload.of(price_book=actions.save_price_book(price_book=None, **acting(info), **fields))

    @mutation
    def update_price_book(self, info: ApiInfo, input: UpdatePriceBookInput) -> PriceBookPayload:
        """Change the given fields of a price book."""
        book = access.price_book_to_change(info.context.member, key_of(input.id, price_book_list))
        fields = {"price_book": book, "version": version_of(input), **given(sent(input), "valid_from", "valid_until")}
        return PriceBookPayload.of(price_book=actions.save_price_book(**acting(info), **fields))

    @mutation
    def delete_price_book(self, info: ApiInfo, input: DeletePriceBookInput) -> PriceBookPayload:
        """Put a price book into the bin. Its prices apply no more."""
        book = access.price_book_to_change(info.context.member, key_of(input.id, price_book_list))
        return PriceBookPayload.of(price_book=actions.delete_price_book(price_book=book, **acting(info)))

    @mutation
    def set_price(self, info: ApiInfo, input: SetPriceInput) -> PriceBookPayload:
        """Say what a product costs in a price book."""
        if input.price is UNSET:
            raise Refused(_("Give the price, or null to take it out of the book."), field="price")
        book = access.price_book_to_change(info.context.member, key_of(input.price_book, price_book_list))
        product = record_chosen(info, input.product, product_list, field="product")
        actions.set_price(
            price_book=book, product=product, price=input.price, min_quantity=input.min_quantity, **acting(info)
        )
        return PriceBookPayload.of(price_book=book)


extensions: list[GraphQLExtension] = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
