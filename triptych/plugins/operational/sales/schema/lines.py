"""The lines of deals in the API."""

from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import UNSET, relay

from triptych.core_crm.deals.schema.deals import deal_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    IdFilter,
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
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.platform.plugins import GraphQLExtension
from triptych.plugins.operational.sales import access, actions, models
from triptych.plugins.operational.sales.schema.given import given
from triptych.plugins.operational.sales.schema.products import Product


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
class DealLinePayload(Answer):
    line = answered("line", line_list)
    deal = answered("deal", deal_list)


@strawberry.type
class Mutations:
    @mutation
    def add_deal_line(self, info: ApiInfo, input: AddDealLineInput) -> DealLinePayload:
        """Add a line to a deal, whose amount becomes the total of its lines."""
        deal = access.deal_to_sell(info.context.member, key_of(input.deal, deal_list))
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


def _line_fields(info: ApiInfo, input: LineFields) -> dict[str, Any]:
    return given(fields_of(info, input, models.DealLine), "product", "deal")


extensions: list[GraphQLExtension] = [
    GraphQLExtension(on="Deal", fields=DealFields),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
