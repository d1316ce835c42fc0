"""Writes to pipelines and stages. What has deals or history is retired, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.deals.actions.gates import check_gate_names
from triptych.core_crm.deals.models import Deal, ForecastCategory, Pipeline, Stage, StageChange
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class NewStage:
    """A stage to be. `status` is one of `Stage.Status` and says whether it is open, won or lost."""

    name: StrOrPromise
    status: str
    probability: int
    forecast_category: str = ForecastCategory.PIPELINE
    required_fields: Sequence[str] = ()
    further_gates: Sequence[str] = ()
    stale_after_days: int | None = None


USUAL_STAGES = (
    NewStage(gettext_lazy("Qualification"), Stage.Status.QUALIFICATION, 10, stale_after_days=14),
    NewStage(gettext_lazy("Meeting"), Stage.Status.ENGAGEMENT, 25, stale_after_days=14),
    NewStage(gettext_lazy("Proposal"), Stage.Status.PROPOSAL, 50, ForecastCategory.BEST_CASE, stale_after_days=21),
    NewStage(gettext_lazy("Negotiation"), Stage.Status.NEGOTIATION, 75, ForecastCategory.COMMIT, stale_after_days=21),
    NewStage(gettext_lazy("Won"), Stage.Status.WON, 100, ForecastCategory.CLOSED),
    NewStage(gettext_lazy("Lost"), Stage.Status.LOST, 0, ForecastCategory.OMITTED),
)


class PipelineFields(TypedDict, total=False):
    """What can be set on a pipeline."""

    name: str
    is_active: bool
    is_default: bool


class StageFields(TypedDict, total=False):
    """What can be set on a stage. A stage with deals keeps its being open, won or lost."""

    name: str
    status: str
    probability: int
    forecast_category: str
    is_active: bool
    required_fields: Sequence[str]
    further_gates: Sequence[str]
    stale_after_days: int | None


@transaction.atomic
def create_pipeline(
    *, name: str, by: Member | None, now: datetime, stages: Sequence[NewStage] = USUAL_STAGES
) -> Pipeline:
    """Keep a new pipeline with its stages, after the others; the first one ever is the default.

    Announces `pipeline.created`.

    Raises:
        Refused: the name is taken or empty, or the stages lack an open, a won or a lost one.
    """
    meanings = [stage.status for stage in stages]
    if not {Stage.Status.WON, Stage.Status.LOST} <= set(meanings) or len(set(meanings)) < 3:
        raise Refused(_("A pipeline needs an open stage, a won one and a lost one."), field="stages")
    pipeline = Pipeline(created_at=now, updated_at=now, name=name.strip(), position=_after(Pipeline.objects.all()))
    pipeline.is_default = not Pipeline.objects.filter(is_default=True).exists()
    check_fields(pipeline)
    _refuse_taken_name(Pipeline.objects.active(), pipeline)
    pipeline.save(force_insert=True)
    for stage in stages:
        create_stage(pipeline=pipeline, stage=stage, by=by, now=now)
    events.announce("pipeline.created", pipeline, by=by, at=now)
    return pipeline


@transaction.atomic
def update_pipeline(
    *,
    pipeline: Pipeline,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    **fields: Unpack[PipelineFields],
) -> Pipeline:
    """Rename a pipeline, retire it or take it back, or make it the default one. Announces `pipeline.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: the name is taken or empty, or the default pipeline would be retired or unmade; it names the field.
    """
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    pipeline.expect_version(version)
    was_default = pipeline.is_default
    changes = apply_changes(pipeline, _trimmed(fields))
    if not changes:
        return pipeline
    if was_default and not (pipeline.is_default and pipeline.is_active):
        raise Refused(_("This is the default pipeline. Make another one the default first."), field=min(changes))
    if pipeline.is_default and not pipeline.is_active:
        raise Refused(_("A retired pipeline cannot be the default one. Take it back first."), field="is_default")
    _refuse_taken_name(Pipeline.objects.active(), pipeline)
    if "is_default" in changes:
        Pipeline.objects.filter(is_default=True).update(is_default=False)
    pipeline.save_fields(*changes, at=now)
    events.announce("pipeline.updated", pipeline, by=by, at=now, changed=sorted(changes))
    return pipeline


@transaction.atomic
def reorder_pipelines(*, order: Sequence[UUID], by: Member | None, now: datetime) -> None:
    """Put the pipelines into this order; those not named come after them. Announces `pipelines.reordered`."""
    _renumber(Pipeline.objects.select_for_update().in_order(), order)
    events.announce("pipelines.reordered", None, by=by, at=now)


@transaction.atomic
def delete_pipeline(*, pipeline: Pipeline, by: Member | None, now: datetime) -> None:
    """Delete a pipeline that no deal was ever in. Announces `pipeline.deleted`.

    Raises:
        Refused: it has deals, or it is the default one.
    """
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if pipeline.is_default:
        raise Refused(_("This is the default pipeline. Make another one the default first."))
    touched = Deal.objects.filter(pipeline=pipeline).exists() or _has_history(Stage.objects.filter(pipeline=pipeline))
    if touched:
        raise Refused(_("This pipeline has deals. Retire it instead: it keeps them and takes no new ones."))
    events.announce("pipeline.deleted", pipeline, by=by, at=now, label=pipeline.name)
    pipeline.delete()


@transaction.atomic
def create_stage(*, pipeline: Pipeline, stage: NewStage, by: Member | None, now: datetime) -> Stage:
    """Keep a new stage, after the others of its pipeline. Announces `stage.created`.

    Raises:
        Refused: the name is taken or empty, the probability does not fit, or nobody brings one of the gates; it names
            the field.
    """
    made = Stage(
        created_at=now,
        updated_at=now,
        pipeline=pipeline,
        name=str(stage.name).strip(),
        probability=stage.probability,
        forecast_category=stage.forecast_category,
        required_fields=list(dict.fromkeys(stage.required_fields)),
        further_gates=check_gate_names(stage.further_gates),
        stale_after_days=stage.stale_after_days,
        position=_after(Stage.objects.filter(pipeline=pipeline)),
    )
    _mean(made, stage.status)
    check_fields(made)
    _refuse_taken_name(Stage.objects.active().filter(pipeline=pipeline), made)
    made.save(force_insert=True)
    events.announce("stage.created", made, by=by, at=now)
    return made


@transaction.atomic
def update_stage(
    *, stage: Stage, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[StageFields]
) -> Stage:
    """Rename a stage or change what it sets; deals that stand in it keep what they have. Announces `stage.updated`.

    Raises:
        Conflict: somebody changed it since `version`.
        Refused: the name is taken or empty, the probability does not fit, a stage with deals would open or close, or
            a stage would retire with deals in it or as the last of its sort; it names the field.
    """
    stage = Stage.objects.select_for_update(of=("self",)).select_related("pipeline").get(pk=stage.pk)
    stage.expect_version(version)
    was_closed, was_won = stage.is_closed, stage.is_won
    given = _trimmed(fields)
    if "required_fields" in given:
        given["required_fields"] = list(dict.fromkeys(given["required_fields"] or ()))
    if "further_gates" in given:
        given["further_gates"] = check_gate_names(given["further_gates"] or (), kept=stage.further_gates)
    changes = apply_changes(stage, given)
    if not changes:
        return stage
    _mean(stage, stage.status)
    if (was_closed, was_won) != (stage.is_closed, stage.is_won):
        _refuse_in_use(stage, "status", was_closed=was_closed, was_won=was_won)
    if "is_active" in changes and not stage.is_active:
        _refuse_in_use(stage, "is_active", was_closed=was_closed, was_won=was_won)
    check_fields(stage)
    _refuse_taken_name(Stage.objects.active().filter(pipeline=stage.pipeline_id), stage)
    stage.save_fields(*changes, "is_closed", "is_won", at=now)
    events.announce("stage.updated", stage, by=by, at=now, changed=sorted(changes))
    return stage


@transaction.atomic
def reorder_stages(*, pipeline: Pipeline, order: Sequence[UUID], by: Member | None, now: datetime) -> None:
    """Put the stages of a pipeline into this order; those not named come after them. Announces `stages.reordered`."""
    _renumber(Stage.objects.select_for_update().filter(pipeline=pipeline).order_by("position", "pk"), order)
    events.announce("stages.reordered", pipeline, by=by, at=now)


@transaction.atomic
def remove_stage(*, stage: Stage, by: Member | None, now: datetime) -> None:
    """Delete a stage that no deal was ever in; retire one that has history. Announces `stage.deleted` or
    `stage.updated`.

    Raises:
        Refused: deals stand in it, or its pipeline has no other stage of its sort (open, won, lost).
    """
    stage = Stage.objects.select_for_update(of=("self",)).select_related("pipeline").get(pk=stage.pk)
    _refuse_in_use(stage, None, was_closed=stage.is_closed, was_won=stage.is_won)
    if _has_history(Stage.objects.filter(pk=stage.pk)) or Deal.objects.filter(stage=stage).exists():
        update_stage(stage=stage, by=by, now=now, is_active=False)
        return
    events.announce("stage.deleted", stage, by=by, at=now, label=stage.name)
    stage.delete()


def _trimmed(fields: PipelineFields | StageFields) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _mean(stage: Stage, status: str) -> None:
    """Set what a status implies."""
    stage.status = status
    stage.is_closed = status in (Stage.Status.WON, Stage.Status.LOST)
    stage.is_won = status == Stage.Status.WON


def _refuse_in_use(stage: Stage, field: str | None, *, was_closed: bool, was_won: bool) -> None:
    count = Deal.objects.alive().filter(stage=stage).count()
    if count:
        message = ngettext(
            "%(count)d deal stands in “%(stage)s”. Move it to another stage first.",
            "%(count)d deals stand in “%(stage)s”. Move them to another stage first.",
            count,
        )
        raise Refused(message % {"count": count, "stage": stage}, field=field)
    same = Stage.objects.active().filter(pipeline=stage.pipeline_id, is_closed=was_closed, is_won=was_won)
    if not same.exclude(pk=stage.pk).exists():
        raise Refused(
            _("A pipeline needs an open stage, a won one and a lost one. Add another one first."), field=field
        )


def _has_history(stages: models.QuerySet[Any]) -> bool:
    return StageChange.objects.filter(Q(to_stage__in=stages) | Q(from_stage__in=stages)).exists()


def _refuse_taken_name(others: models.QuerySet[Any], record: Pipeline | Stage) -> None:
    if others.filter(name__iexact=record.name).exclude(pk=record.pk).exists():
        raise Refused(_("“%(name)s” is there already. Choose another name.") % {"name": record.name}, field="name")


def _after(others: models.QuerySet[Any]) -> int:
    last = others.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else last + 1


def _renumber(rows: models.QuerySet[Any], order: Sequence[UUID]) -> None:
    place = {pk: number for number, pk in enumerate(order)}
    records = sorted(rows, key=lambda row: place.get(row.pk, len(place)))
    for position, record in enumerate(records):
        record.position = position
    rows.model.objects.bulk_update(records, ["position"])
