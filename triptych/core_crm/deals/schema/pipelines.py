"""Pipelines and their stages in the API."""

from typing import cast

import strawberry
import strawberry_django

from triptych.core_crm.deals import access, models
from triptych.core_crm.deals.actions.gates import Gate, gates_of, offered_gates
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import BooleanFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record

strawberry.enum(models.ForecastCategory, name="ForecastCategory")
strawberry.enum(
    models.Requirement, name="DealRequirement", description="What a stage may ask of a deal before it lets it in."
)
strawberry.enum(
    models.Stage.Status, name="StageStatus", description="What a stage means, whatever its name in this workspace."
)


@strawberry.type(description="Something that a stage asks for before it lets a deal in.")
class StageGate:
    gate: strawberry.Private[Gate]

    @strawberry.field(
        description="What it is called in `furtherGates`, or as one of `requiredFields` in small letters."
    )
    def name(self) -> str:
        return self.gate.name

    @strawberry.field(description="As people call it.")
    def label(self, info: ApiInfo) -> str:
        return self.gate.label_for(info.context.member)

    @strawberry.field(description="How it is met, where filling in a field is not enough; empty otherwise.")
    def how(self) -> str:
        return self.gate.how

    @strawberry.field(description="False once its field was deleted or its plugin switched off: no deal is asked.")
    def is_asked(self) -> bool:
        return self.gate.is_asked


@strawberry_django.type(models.Stage, name="Stage", description="A step of a pipeline; deals that enter take on this.")
class Stage(Record):
    name: str
    position: int
    status: models.Stage.Status
    probability: int = strawberry_django.field(description="Per cent.")
    forecast_category: models.ForecastCategory
    is_closed: bool
    is_won: bool
    is_active: bool = strawberry_django.field(description="Whether deals may still enter it.")
    required_fields: list[models.Requirement] = strawberry_django.field(
        description="What a deal must have before it may enter."
    )
    stale_after_days: int | None = strawberry_django.field(
        description="After how many days in it a deal counts as stale; never if null."
    )
    pipeline: "Pipeline"

    @strawberry_django.field(
        only=["required_fields", "further_gates"],
        description="All that it asks for: `requiredFields`, then own fields and what plugins bring.",
    )
    def gates(self) -> list[StageGate]:
        return [StageGate(gate=gate) for gate in gates_of(cast(models.Stage, self))]


stage_list = Listing(
    node=Stage,
    model=models.Stage,
    visible_to=access.stages_visible_to,
    filter=filter_input("StageFilter", models.Stage, {"id": Where(IdFilter, "pk", of="Stage")}),
    order=ordering_input("StageOrder", {"POSITION": By("position")}),
    default_order=(By("is_closed"), By("is_won", descending=True), By("position")),
)


@strawberry_django.type(models.Pipeline, name="Pipeline", description="A way in which the workspace sells.")
class Pipeline(Record):
    name: str
    position: int
    is_active: bool = strawberry_django.field(description="Whether new deals may be put into it.")
    is_default: bool
    stages: list[Stage] = stage_list.all_of("Its steps, as a deal passes them.", via="pipeline")


pipeline_list = Listing(
    node=Pipeline,
    model=models.Pipeline,
    visible_to=access.pipelines_visible_to,
    filter=filter_input(
        "PipelineFilter",
        models.Pipeline,
        {
            "id": Where(IdFilter, "pk", of="Pipeline"),
            "name": Where(TextFilter, "name"),
            "is_active": Where(BooleanFilter, "is_active"),
            "stage_status": Where(choice_filter(models.Stage.Status), "stages__status", many=True),
        },
    ),
    order=ordering_input("PipelineOrder", {"POSITION": By("position"), "NAME": By("name")}),
    default_order=(By("position"),),
)


@strawberry.type
class Queries:
    stage = stage_list.singular("A stage by id.")
    pipeline = pipeline_list.singular("A pipeline by id.")
    pipelines = pipeline_list.plural("Pipelines, in the order of the workspace.")

    @strawberry.field(
        description="What a stage may ask for besides `DealRequirement`: own fields of deals, and what plugins bring."
    )
    def further_gates(self) -> list[StageGate]:
        return [StageGate(gate=gate) for gate in offered_gates()]
