"""The four steps: file, columns, check, import."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.imports import access, actions, uploads
from triptych.core_crm.imports.checking import AT_ONCE, Forecast, check_import
from triptych.core_crm.imports.files import opened, profile_of
from triptych.core_crm.imports.forms import (
    ChoiceForm,
    UploadForm,
    posted_date_orders,
    posted_mapping,
    posted_options,
    posted_overwrite,
)
from triptych.core_crm.imports.importer import Field
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.receiving import GivenFile
from triptych.core_crm.imports.registry import Target, target_named
from triptych.core_crm.imports.shown import (
    STEPS,
    column_rows,
    decisions_made,
    finding_groups,
    option_rows,
    split_labels,
)
from triptych.core_crm.imports.views.past import past_imports
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

FORGOTTEN = gettext_lazy("“%(file)s” is forgotten. Nothing was imported.")


@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    """Choose a file; below, what was imported before."""
    access.may_import(request.member)
    importers = access.importers_for(request.member)
    form = UploadForm(request.POST or None, request.FILES or None, importers=importers, initial=request.GET.dict())
    if form.is_valid():
        name = form.cleaned_data["object_name"]
        given = [GivenFile(upload.file, upload.name, name) for upload in form.cleaned_data["file"]]
        with refusals_shown(form):
            records = uploads.receive_files(given=given, by=request.member, now=clock.now())
            return redirect("imports:columns", records[0].pk) if len(records) == 1 else redirect(records[0].home)
    context = {"form": form, "importers": importers.values(), "steps": STEPS, "current": 1, **past_imports(request)}
    return render(request, "imports/index.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def columns(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Say what the file is about and which column is which field."""
    record = access.import_to_change(request.member, pk)
    if record.state != Import.State.DRAFT:
        return redirect(record)
    problem = ""
    if request.method == "POST":
        try:
            actions.set_mapping(
                record=record,
                mapping=posted_mapping(record, request.POST),
                mode=request.POST.get("mode", Import.Mode.CREATE),
                date_orders=posted_date_orders(record, request.POST),
                options=posted_options(request.POST),
                overwrite=posted_overwrite(record, request.POST),
                now=clock.now(),
            )
            return redirect(
                "imports:upload-check" if record.upload_id else "imports:check", record.upload_id or record.pk
            )
        except (Refused, ValueError) as refused:
            problem = str(refused)
            record.mapping = posted_mapping(record, request.POST)
    target = target_named(record.object_name)
    with opened(record) as table:
        profile = profile_of(record, table)
    context = {
        "record": record,
        "target": target,
        "importers": access.importers_for(request.member).values(),
        "rows": column_rows(record, profile.columns, target),
        "options": option_rows(record, profile.columns, target),
        "modes": Import.Mode.choices,
        "rules": Import.Overwrite.choices,
        "parts": split_labels(record, request.member),
        "problem": problem,
        "steps": STEPS,
        "current": 2,
    }
    return render(request, "imports/columns.html", context, status=422 if problem else 200)


@require_POST
def choose_object(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Say that the file is about something else."""
    record = access.import_to_change(request.member, pk)
    try:
        actions.choose_object(
            record=record, object_name=request.POST.get("object_name", ""), by=request.member, now=clock.now()
        )
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("imports:columns", record.pk)


@require_GET
def check(request: TenantRequest, pk: UUID) -> HttpResponse:
    """What would happen, said in numbers, with everything odd and what to do about it."""
    record = access.import_to_change(request.member, pk)
    if record.state != Import.State.DRAFT:
        return redirect(record)
    return _check_page(request, record, "imports/check.html")


@require_POST
def decide(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Choose what happens to rows that hold a value, then check again."""
    record = access.import_to_change(request.member, pk)
    form = ChoiceForm(request.POST)
    try:
        if form.is_valid():
            given = form.cleaned_data
            actions.decide(
                record=record, field=given["field"], value=given["value"], choice=form.choice(), now=clock.now()
            )
    except Refused as refused:
        toasts.warn(request, refused.message)
    if not request.htmx:
        return redirect("imports:check", record.pk)
    return _check_page(request, record, "imports/check.html#findings")


def _check_page(request: TenantRequest, record: Import, template: str) -> HttpResponse:
    forecast, problem = Forecast(), ""
    try:
        forecast = check_import(record, by=request.member, at=clock.now(), most=AT_ONCE)
    except Refused as refused:
        problem = refused.message
    target = target_named(record.object_name)
    context = {
        "record": record,
        "target": target,
        "forecast": forecast,
        "problem": problem,
        "previewed": _in_order_of_the_file(record, target),
        "groups": finding_groups(record, target, may_choose=True),
        "decisions": decisions_made(record, target),
        "steps": STEPS,
        "current": 3,
    }
    return render(request, template, context)


def _in_order_of_the_file(record: Import, target: Target) -> list[tuple[Field, str]]:
    """The mapped fields with their columns, as the file has them."""
    place = {column: position for position, column in enumerate(record.columns)}
    return [
        (target.field(name), column) for name, column in sorted(record.mapping.items(), key=lambda pair: place[pair[1]])
    ]


@require_POST
def begin(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Start writing."""
    record = access.import_to_change(request.member, pk)
    try:
        actions.begin_import(record=record, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect(record)


@require_POST
def discard(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Forget an uploaded file."""
    record = access.import_to_change(request.member, pk)
    try:
        actions.discard_import(record=record)
        toasts.show(request, FORGOTTEN % {"file": record.file_name})
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("imports:index")
