"""Pipelines and their stages in the API."""

from typing import Any

import strawberry
import strawberry_django

from triptych.core_crm.deals import access, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import BooleanFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record

strawberry.enum(models.ForecastCategory, name="ForecastCategory")
strawberry.enum(
    models.Stage.Status, name="StageStatus", description="What a stage means, whatever its name in this workspace."
)


@strawberry_django.type(models.Stage, name="Stage", description="A step of a pipeline; it sets what it says here.")
class Stage(Record):
    name: str
    position: int
    status: models.Stage.Status
    probability: int = strawberry_django.field(description="Per cent.")
    forecast_category: models.ForecastCategory
    is_closed: bool
    is_won: bool
    is_active: bool = strawberry_django.field(description="Whether deals may still enter it.")
    pipeline: "Pipeline"

    @classmethod
    def order(cls, queryset: Any) -> Any:
        """As a deal passes them."""
        return queryset.alive().in_order()


@strawberry_django.type(models.Pipeline, name="Pipeline", description="A way in which the workspace sells.")
class Pipeline(Record):
    name: str
    position: int
    is_active: bool = strawberry_django.field(description="Whether new deals may be put into it.")
    is_default: bool

    @strawberry_django.field(
        description="Its steps, as a deal passes them.", prefetch_related=[lambda info: _stages_in_order(info)]
    )
    def stages(self) -> list[Stage]:
        return self.stages.all()  # type: ignore[attr-defined, no-any-return]
