"""The types of competitors in the API."""

from typing import Any

import strawberry
import strawberry_django

from triptych.core_crm.contacts.schema.companies import Company
from triptych.core_crm.deals import access, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import IdFilter, TextFilter, Where, filter_input
from triptych.graphql.listings import Listing, link
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record

strawberry.enum(models.DealCompetitor.State, name="CompetitorState")


@strawberry_django.type(models.Competitor, name="Competitor", description="Somebody who sells to the same customers.")
class Competitor(Record):
    name: str
    website: str
    strengths: str
    weaknesses: str
    company: Company | None = link("company", "Their record, if they are one of the companies.")


competitor_list = Listing(
    node=Competitor,
    model=models.Competitor,
    visible_to=access.competitors_visible_to,
    filter=filter_input(
        "CompetitorFilter",
        models.Competitor,
        {"id": Where(IdFilter, "pk", of="Competitor"), "name": Where(TextFilter, "name")},
    ),
    order=ordering_input("CompetitorOrder", {"NAME": By("sort_key"), "CREATED_AT": By("created_at")}),
    default_order=(By("sort_key"),),
)


@strawberry_django.type(models.DealCompetitor, name="DealCompetitor", description="That somebody competes for a deal.")
class DealCompetitor:
    competitor: Competitor
    state: models.DealCompetitor.State

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.order_by("pk")
