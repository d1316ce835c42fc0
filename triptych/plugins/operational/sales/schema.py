"""What Sales adds to the API: products, price books, and the lines of deals. Thin doors to `access` and `actions`."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.deals import access as deal_access
from triptych.core_crm.deals.schema.deals import deal_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    BooleanFilter,
    DateTimeFilter,
    DecimalFilter,
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
    fields_of,
    key_of,
    mutation,
    record_chosen,
    sent,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.platform import search
from triptych.platform.plugins import GraphQLExtension
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales import access, actions, models


@strawberry_django.type(models.Product, name="Product", description="Something that is sold.")
class Product(Record):
    name: str
    sku: str
    category: str
    unit: str
    unit_price: Decimal
    cost: Decimal | None
    currency: str = strawberry_django.field(description="ISO 4217 code.")
    is_active: bool = strawberry_django.field(description="Whether it is sold.")
    description: str


product_list = Listing(
    node=Product,
    model=models.Product,
    visible_to=access.products_visible_to,
    filter=filter_input(
        "ProductFilter",
        models.Product,
        {
            "id": Where(IdFilter, "pk", of="Product"),
            "name": Where(TextFilter, "name"),
            "sku": Where(TextFilter, "sku"),
            "category": Where(TextFilter, "category"),
            "unit_price": Where(DecimalFilter, "unit_price"),
            "is_active": Where(BooleanFilter, "is_active"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
        },
    ),
    order=ordering_input(
        "ProductOrder",
        {"NAME": By("sort_key"), "UNIT_PRICE": By("unit_price"), "UPDATED_AT": By("updated_at")},
    ),
    default_order=(By("sort_key"),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("product", words).values("pk")),
)


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


@strawberry_django.type(models.DealLine, name="DealLine", description="Something that a deal sells.")
class DealLine(Record):
    product: Product | None = link("product", "What is sold; null for something that is only described.")
    description: str
    quantity: Decimal
    unit_price: Decimal | None = strawberry_django.field(
        description="In the currency of the deal; null while the line waits for its price."
    )
    discount: Decimal = strawberry_django.field(description="Per cent.")
    total: Decimal | None = strawberry_django.field(description="Quantity times price less the discount.")
    position: int


line_list = Listing(
    node=DealLine,
    model=models.DealLine,
    visible_to=access.lines_visible_to,
    filter=filter_input(
        "DealLineFilter",
        models.DealLine,
        {"deal": Where(IdFilter, "deal", of="Deal"), "product": Where(IdFilter, "product", of="Product")},
    ),
    order=ordering_input("DealLineOrder", {"POSITION": By("position"), "TOTAL": By("total")}),
    default_order=(By("position"),),
)


@strawberry.type
class DealFields:
    lines = line_list.all_of("What the deal sells, in order; its amount is their total.", via="deal", among=Q())


@strawberry.type
class Queries:
    product = product_list.singular("A product by id.")
    products = product_list.plural("Products by name.")
    price_book = price_book_list.singular("A price book by id.")
    price_books = price_book_list.plural("Price books by name.")


@strawberry.input
class ProductFields:
    name: str | None = UNSET
    sku: str | None = UNSET
    category: str | None = UNSET
    unit: str | None = UNSET
    unit_price: Decimal | None = UNSET
    cost: Decimal | None = UNSET
    currency: str | None = strawberry.field(default=UNSET, description="At first the workspace's own.")
    is_active: bool | None = UNSET
    description: str | None = UNSET


@strawberry.input
class CreateProductInput(ProductFields):
    name: str


@strawberry.input(description="Only the given fields change. Lines that sold it keep their price.")
class UpdateProductInput(ProductFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteProductInput(IdInput):
    pass


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


@strawberry.input
class LineFields:
    product: relay.GlobalID | None = UNSET
    description: str | None = UNSET
    quantity: Decimal | None = UNSET
    unit_price: Decimal | None = strawberry.field(
        default=UNSET, description="Without it the line takes the price that applies to its product."
    )
    discount: Decimal | None = strawberry.field(default=UNSET, description="Per cent, 0 to 100.")


@strawberry.input(description="A line needs a product or a description.")
class AddDealLineInput(LineFields):
    deal: relay.GlobalID


@strawberry.input(description="Only the given fields change.")
class UpdateDealLineInput(LineFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class RemoveDealLineInput(IdInput):
    pass


@strawberry.type
class ProductPayload(Answer):
    product = answered("product", product_list)


@strawberry.type
class PriceBookPayload(Answer):
    price_book = answered("price_book", price_book_list)


@strawberry.type
class DealLinePayload(Answer):
    line = answered("line", line_list)
    deal = answered("deal", deal_list)


@strawberry.type
class Mutations:
    @mutation
    def create_product(self, info: ApiInfo, input: CreateProductInput) -> ProductPayload:
        """Keep a new product."""
        return ProductPayload.of(product=actions.create_product(**acting(info), **_product_fields(info, input)))

    @mutation
    def update_product(self, info: ApiInfo, input: UpdateProductInput) -> ProductPayload:
        """Change the given fields of a product."""
        product = access.product_to_change(info.context.member, key_of(input.id, product_list))
        fields = _product_fields(info, input)
        product = actions.update_product(product=product, version=version_of(input), **acting(info), **fields)
        return ProductPayload.of(product=product)

    @mutation
    def delete_product(self, info: ApiInfo, input: DeleteProductInput) -> ProductPayload:
        """Put a product into the bin. Lines that sold it stay."""
        product = access.product_to_change(info.context.member, key_of(input.id, product_list))
        return ProductPayload.of(product=actions.delete_product(product=product, **acting(info)))

    @mutation
    def create_price_book(self, info: ApiInfo, input: CreatePriceBookInput) -> PriceBookPayload:
        """Keep a new price book."""
        access.must_set_prices(info.context.member)
        fields = _given(sent(input))
        return PriceBookPayload.of(price_book=actions.save_price_book(price_book=None, **acting(info), **fields))

    @mutation
    def update_price_book(self, info: ApiInfo, input: UpdatePriceBookInput) -> PriceBookPayload:
        """Change the given fields of a price book."""
        book = access.price_book_to_change(info.context.member, key_of(input.id, price_book_list))
        fields = {"price_book": book, "version": version_of(input), **_given(sent(input), "valid_from", "valid_until")}
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

    @mutation
    def add_deal_line(self, info: ApiInfo, input: AddDealLineInput) -> DealLinePayload:
        """Add a line to a deal, whose amount becomes the total of its lines."""
        deal = deal_access.deal_to_change(info.context.member, key_of(input.deal, deal_list))
        fields = _line_fields(info, input)
        fields.pop("deal")
        line = actions.add_line(deal=deal, **acting(info), **fields)
        return DealLinePayload.of(line=line, deal=line.deal)

    @mutation
    def update_deal_line(self, info: ApiInfo, input: UpdateDealLineInput) -> DealLinePayload:
        """Change a line, and with it the amount of its deal."""
        line = access.line_to_change(info.context.member, key_of(input.id, line_list))
        fields = _line_fields(info, input)
        line = actions.update_line(line=line, version=version_of(input), **acting(info), **fields)
        return DealLinePayload.of(line=line, deal=line.deal)

    @mutation
    def remove_deal_line(self, info: ApiInfo, input: RemoveDealLineInput) -> DealLinePayload:
        """Take a line off its deal. After the last one the amount can be set again."""
        line = access.line_to_change(info.context.member, key_of(input.id, line_list))
        return DealLinePayload.of(line=line, deal=actions.remove_line(line=line, **acting(info)))


def _product_fields(info: ApiInfo, input: ProductFields) -> dict[str, Any]:
    return _given(fields_of(info, input, models.Product), "cost")


def _line_fields(info: ApiInfo, input: LineFields) -> dict[str, Any]:
    return _given(fields_of(info, input, models.DealLine), "product", "deal")


def _given(fields: dict[str, Any], *may_be_null: str) -> dict[str, Any]:
    """The fields without the nulls that mean nothing."""
    return {name: value for name, value in fields.items() if value is not None or name in may_be_null}


extensions: list[GraphQLExtension] = [
    GraphQLExtension(on="Deal", fields=DealFields),
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
