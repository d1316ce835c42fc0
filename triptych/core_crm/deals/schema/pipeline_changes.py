"""Changes to pipelines and their stages in the API, for owners and admins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.deals import access, actions, models
from triptych.core_crm.deals.schema.pipelines import Pipeline, pipeline_list, stage_list
from triptych.graphql.context import ApiInfo, group_as_peers
from triptych.graphql.ids import chosen
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
from triptych.graphql.optimizing import optimized
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering

MOST_STAGES = 50
"""With which a pipeline can be created."""


@strawberry.input(description="A step of a pipeline to be.")
class NewStageInput:
    name: str
    status: models.Stage.Status
    probability: int = strawberry.field(description="Per cent, from 0 to 100.")
    forecast_category: models.ForecastCategory
    required_fields: list[models.Requirement] = strawberry.field(
        default_factory=list, description="What a deal must have before it may enter."
    )
    further_gates: list[str] = strawberry.field(
        default_factory=list, description="Names out of `Query.furtherGates` that it asks for as well."
    )
    stale_after_days: int | None = strawberry.field(
        default=None, description="After how many days in it a deal counts as stale; never if left out."
    )


@strawberry.input
class CreatePipelineInput:
    name: str
    stages: list[NewStageInput] | None = strawberry.field(
        default=None, description="An open one, a won one and a lost one at least; the usual ones if left out."
    )


@strawberry.input(description="Only the given fields change.")
class UpdatePipelineInput:
    id: relay.GlobalID
    name: str | None = UNSET
    is_active: bool | None = strawberry.field(default=UNSET, description="False retires it: it takes no new deals.")
    is_default: bool | None = strawberry.field(
        default=UNSET, description="True makes it the default one in place of the one that was."
    )
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class CreateStageInput(NewStageInput):
    pipeline: relay.GlobalID


@strawberry.input(description="Only the given fields change.")
class UpdateStageInput:
    id: relay.GlobalID
    name: str | None = UNSET
    status: models.Stage.Status | None = UNSET
    probability: int | None = strawberry.field(default=UNSET, description="Per cent, from 0 to 100.")
    forecast_category: models.ForecastCategory | None = UNSET
    is_active: bool | None = strawberry.field(default=UNSET, description="False retires it: no deal enters it.")
    required_fields: list[models.Requirement] | None = strawberry.field(
        default=UNSET, description="What a deal must have before it may enter, instead of what was asked so far."
    )
    further_gates: list[str] | None = strawberry.field(
        default=UNSET, description="Names out of `Query.furtherGates`, instead of those asked for so far."
    )
    stale_after_days: int | None = strawberry.field(
        default=UNSET, description="After how many days in it a deal counts as stale; never with null."
    )
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class RemoveStageInput(IdInput):
    pass


@strawberry.input
class DeletePipelineInput(IdInput):
    pass


@strawberry.input
class ReorderPipelinesInput:
    pipelines: list[relay.GlobalID] = strawberry.field(description="In their new order; others come after them.")


@strawberry.input
class ReorderStagesInput:
    pipeline: relay.GlobalID
    stages: list[relay.GlobalID] = strawberry.field(
        description="In their new order; others come after them. Won and lost ones always stand last."
    )


@strawberry.type
class PipelinePayload(Answer):
    pipeline = answered("pipeline", pipeline_list)


@strawberry.type
class ReorderPipelinesPayload(Answer):
    @strawberry.field(description="All of them in their new order. Null when there is a problem.")
    def pipelines(self, info: ApiInfo) -> list[Pipeline] | None:
        if self.problems:
            return None
        seen = access.pipelines_visible_to(info.context.member).in_order()
        found = list(optimized(seen, info))
        group_as_peers(found)
        return found


@strawberry.type
class StagePayload(Answer):
    stage = answered("stage", stage_list)


@strawberry.type
class RemoveStagePayload(Answer):
    pipeline = answered("pipeline", pipeline_list)

    @strawberry.field(description="Whether it is kept because deals were in it. Null when there is a problem.")
    def is_retired(self) -> bool | None:
        return self.records.get("is_retired")


@strawberry.type
class Mutations:
    @mutation
    def create_pipeline(self, info: ApiInfo, input: CreatePipelineInput) -> PipelinePayload:
        """Keep a new pipeline with its stages, after the others. For owners and admins."""
        administering(info.context.member)
        fields = sent(input)
        if fields["stages"] is None:
            return PipelinePayload.of(pipeline=actions.create_pipeline(name=input.name, **acting(info)))
        if len(fields["stages"]) > MOST_STAGES:
            raise Refused(_("A pipeline is created with %d stages at most.") % MOST_STAGES, field="stages")
        stages = [actions.NewStage(**stage) for stage in fields["stages"]]
        return PipelinePayload.of(pipeline=actions.create_pipeline(name=input.name, stages=stages, **acting(info)))

    @mutation
    def update_pipeline(self, info: ApiInfo, input: UpdatePipelineInput) -> PipelinePayload:
        """Rename a pipeline, retire it or take it back, or make it the default one. For owners and admins."""
        pipeline = access.pipeline_to_change(info.context.member, key_of(input.id, pipeline_list))
        fields = fields_of(info, input, models.Pipeline)
        pipeline = actions.update_pipeline(pipeline=pipeline, version=version_of(input), **acting(info), **fields)
        return PipelinePayload.of(pipeline=pipeline)

    @mutation
    def delete_pipeline(self, info: ApiInfo, input: DeletePipelineInput) -> PipelinePayload:
        """Delete a pipeline that no deal was ever in; one with deals can be retired. For owners and admins."""
        pipeline = access.pipeline_to_change(info.context.member, key_of(input.id, pipeline_list))
        actions.delete_pipeline(pipeline=pipeline, **acting(info))
        return PipelinePayload.of(pipeline=pipeline)

    @mutation
    def reorder_pipelines(self, info: ApiInfo, input: ReorderPipelinesInput) -> ReorderPipelinesPayload:
        """Put the pipelines into an order. For owners and admins."""
        administering(info.context.member)
        seen = access.pipelines_visible_to(info.context.member)
        order = _known(input.pipelines, seen, of=pipeline_list.name, field="pipelines")
        actions.reorder_pipelines(order=order, **acting(info))
        return ReorderPipelinesPayload.of()

    @mutation
    def reorder_stages(self, info: ApiInfo, input: ReorderStagesInput) -> PipelinePayload:
        """Put the stages of a pipeline into an order. For owners and admins."""
        administering(info.context.member)
        pipeline = record_chosen(info, input.pipeline, pipeline_list, field="pipeline")
        seen = access.stages_visible_to(info.context.member).filter(pipeline=pipeline)
        order = _known(input.stages, seen, of=stage_list.name, field="stages")
        actions.reorder_stages(pipeline=pipeline, order=order, **acting(info))
        return PipelinePayload.of(pipeline=pipeline)

    @mutation
    def create_stage(self, info: ApiInfo, input: CreateStageInput) -> StagePayload:
        """Keep a new stage, after the others of its pipeline. For owners and admins."""
        administering(info.context.member)
        pipeline = record_chosen(info, input.pipeline, pipeline_list, field="pipeline")
        fields = {name: value for name, value in sent(input).items() if name != "pipeline"}
        stage = actions.create_stage(pipeline=pipeline, stage=actions.NewStage(**fields), **acting(info))
        return StagePayload.of(stage=stage)

    @mutation
    def update_stage(self, info: ApiInfo, input: UpdateStageInput) -> StagePayload:
        """Change the given fields of a stage; deals that stand in it keep what they have. For owners and admins."""
        stage = access.stage_to_change(info.context.member, key_of(input.id, stage_list))
        fields = fields_of(info, input, models.Stage)
        stage = actions.update_stage(stage=stage, version=version_of(input), **acting(info), **fields)
        return StagePayload.of(stage=stage)

    @mutation
    def remove_stage(self, info: ApiInfo, input: RemoveStageInput) -> RemoveStagePayload:
        """Delete a stage that no deal was ever in; one with a history is retired. For owners and admins."""
        stage = access.stage_to_change(info.context.member, key_of(input.id, stage_list))
        actions.remove_stage(stage=stage, **acting(info))
        kept = models.Stage.objects.filter(pk=stage.pk).exists()
        return RemoveStagePayload.of(pipeline=stage.pipeline, is_retired=kept)


def _known(given: Sequence[relay.GlobalID], seen: QuerySet[Any], *, of: str, field: str) -> list[UUID]:
    """The keys of the records named, in that order.

    Raises:
        Refused: one is named twice, or is not among those `seen`.
    """
    keys = [chosen(one, of=of, field=field) for one in given]
    if len(set(keys)) < len(keys):
        raise Refused(_("Name each of them once."), field=field)
    if not set(keys) <= set(seen.values_list("pk", flat=True)):
        raise Refused(_("One of these is not there. Read them again, then put them into order."), field=field)
    return keys
