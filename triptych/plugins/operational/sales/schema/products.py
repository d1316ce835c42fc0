"""Products in the API."""

from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from strawberry import UNSET, relay

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
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    fields_of,
    key_of,
    mutation,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.platform import search
from triptych.platform.plugins import GraphQLExtension
from triptych.plugins.operational.sales import access, actions, models
from triptych.plugins.operational.sales.schema.given import given


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


@strawberry.type
class Queries:
    product = product_list.singular("A product by id.")
    products = product_list.plural("Products by name.")


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
class RestoreProductInput(IdInput):
    pass


@strawberry.type
class ProductPayload(Answer):
    product = answered("product", product_list)


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
    def restore_product(self, info: ApiInfo, input: RestoreProductInput) -> ProductPayload:
        """Take a product out of the bin."""
        product = access.product_to_restore(info.context.member, key_of(input.id, product_list))
        return ProductPayload.of(product=actions.restore_product(product=product, **acting(info)))


def _product_fields(info: ApiInfo, input: ProductFields) -> dict[str, Any]:
    return given(fields_of(info, input, models.Product), "cost")


extensions: list[GraphQLExtension] = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
