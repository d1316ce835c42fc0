"""Settings: pipelines and their stages, for owners and admins."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.deals import access, actions
from triptych.core_crm.deals.forms import PipelineForm, StageForm
from triptych.core_crm.deals.models import Pipeline, Stage
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.platform.web.htmx import lead_to
from triptych.tenants.members.access import administering
from triptych.tenants.routing import TenantRequest


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """All pipelines with their stages. Everybody may look; owners and admins change."""
    deal_count = Count("deals", filter=Q(deals__deleted_at=None))
    stages = Stage.objects.active().in_order().annotate(deal_count=deal_count)
    pipelines = access.pipelines_visible_to(request.member).in_order().prefetch_related(Prefetch("stages", stages))
    return render(request, "pipelines/index.html", {"pipelines": pipelines})


@require_http_methods(["GET", "POST"])
def create(request: TenantRequest) -> HttpResponse:
    administering(request.member)
    form = PipelineForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            actions.create_pipeline(name=form.cleaned_data["name"], by=request.member, now=clock.now())
            return _done(request, _("The pipeline has the usual stages. Change them as you like."))
    return _dialog(request, form, title=_("New pipeline"), url=request.path)


@require_http_methods(["GET", "POST"])
def rename(request: TenantRequest, pk: UUID) -> HttpResponse:
    pipeline = access.pipeline_to_change(request.member, pk)
    form = PipelineForm(request.POST or None, initial={"name": pipeline.name})
    if form.is_valid():
        with refusals_shown(form):
            actions.update_pipeline(pipeline=pipeline, by=request.member, now=clock.now(), **form.cleaned_data)
            return _done(request, _("Renamed."))
    return _dialog(request, form, title=_("Rename pipeline"), url=request.path)


@require_POST
def make_default(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, lambda pipeline: _update(request, pipeline, is_default=True))


@require_POST
def retire(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, lambda pipeline: _update(request, pipeline, is_active=False))


@require_POST
def take_back(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(request, pk, lambda pipeline: _update(request, pipeline, is_active=True))


@require_POST
def delete(request: TenantRequest, pk: UUID) -> HttpResponse:
    return _change(
        request, pk, lambda pipeline: actions.delete_pipeline(pipeline=pipeline, by=request.member, now=clock.now())
    )


@require_POST
def move(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a pipeline one place `up` or down."""
    pipeline = access.pipeline_to_change(request.member, pk)
    ids = list(access.pipelines_visible_to(request.member).in_order().values_list("pk", flat=True))
    order = _swapped(ids, pipeline.pk, up="up" in request.POST)
    actions.reorder_pipelines(order=order, by=request.member, now=clock.now())
    return redirect("pipelines:index")


@require_POST
def reorder(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Put the stages of a pipeline into the order of the posted `stage` ids."""
    known = {str(stage.pk): stage.pk for stage in access.pipeline_to_change(request.member, pk).stages.all()}
    order = [known[text] for text in request.POST.getlist("stage") if text in known]
    return _change(
        request,
        pk,
        lambda pipeline: actions.reorder_stages(pipeline=pipeline, order=order, by=request.member, now=clock.now()),
    )


@require_http_methods(["GET", "POST"])
def create_stage(request: TenantRequest, pk: UUID) -> HttpResponse:
    pipeline = access.pipeline_to_change(request.member, pk)
    form = StageForm(request.POST or None, initial={"probability": 50, "status": Stage.Status.PROPOSAL})
    if form.is_valid():
        with refusals_shown(form):
            stage = actions.NewStage(**form.given())
            actions.create_stage(pipeline=pipeline, stage=stage, by=request.member, now=clock.now())
            return _done(request, _("Stage added."))
    return _dialog(request, form, title=_("New stage"), url=request.path)


@require_http_methods(["GET", "POST"])
def edit_stage(request: TenantRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_to_change(request.member, pk)
    initial = {name: getattr(stage, name) for name in StageForm.base_fields}
    form = StageForm(request.POST or None, initial=initial, stage=stage)
    if form.is_valid():
        with refusals_shown(form):
            actions.update_stage(stage=stage, by=request.member, now=clock.now(), **form.given())
            return _done(request, _("Stage changed."))
    return _dialog(request, form, title=_("Change stage"), url=request.path)


@require_POST
def move_stage(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Move a stage one place `up` or down among the open ones."""
    stage = access.stage_to_change(request.member, pk)
    ids = list(stage.pipeline.stages.active().in_order().values_list("pk", flat=True))
    order = _swapped(ids, stage.pk, up="up" in request.POST)
    actions.reorder_stages(pipeline=stage.pipeline, order=order, by=request.member, now=clock.now())
    return redirect("pipelines:index")


@require_POST
def remove_stage(request: TenantRequest, pk: UUID) -> HttpResponse:
    stage = access.stage_to_change(request.member, pk)
    try:
        actions.remove_stage(stage=stage, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("pipelines:index")


def _swapped(ids: list[UUID], pk: UUID, *, up: bool) -> list[UUID]:
    """The same with that one a place further up or down, if there is one."""
    place = ids.index(pk) if pk in ids else 0
    other = place - 1 if up else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
    return ids


def _change(request: TenantRequest, pk: UUID, act: Callable[[Pipeline], object]) -> HttpResponse:
    pipeline = access.pipeline_to_change(request.member, pk)
    try:
        act(pipeline)
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("pipelines:index")


def _update(
    request: TenantRequest, pipeline: Pipeline, *, is_active: bool | None = None, is_default: bool = False
) -> None:
    fields: actions.PipelineFields = {}
    if is_active is not None:
        fields["is_active"] = is_active
    if is_default:
        fields["is_default"] = True
    actions.update_pipeline(pipeline=pipeline, by=request.member, now=clock.now(), **fields)


def _done(request: TenantRequest, text: str) -> HttpResponse:
    toasts.show(request, text)
    return lead_to(request, "pipelines:index")


def _dialog(request: TenantRequest, form: PipelineForm | StageForm, *, title: str, url: str) -> HttpResponse:
    template = "pipelines/form_dialog.html" if request.htmx else "pipelines/form_page.html"
    context = {"form": form, "title": title, "url": url}
    return render(request, template, context, status=422 if form.is_bound else 200)
