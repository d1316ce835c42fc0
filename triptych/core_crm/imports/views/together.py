"""Several tables as one import: what each of them is, what would happen to all, running and undoing as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm.imports import access, actions, uploads
from triptych.core_crm.imports.changes import changes_of
from triptych.core_crm.imports.checking import AT_ONCE, check_together
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.shown import STEPS
from triptych.core_crm.imports.shown_together import Totals, table_rows
from triptych.core_crm.imports.views.past import progress_of
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest


@require_http_methods(["GET", "POST"])
def upload(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Wherever the tables stand: being chosen, running, or done."""
    records = [
        actions.settle_ended_job(record, now=clock.now()) for record in access.upload_to_change(request.member, pk)
    ]
    if any(record.is_underway for record in records):
        underway = next(record for record in records if record.is_underway)
        return render(request, "imports/running.html", {**_context(records, 4), **progress_of(underway)})
    if all(record.state == Import.State.DRAFT for record in records):
        return _choosing(request, records)
    context = {
        **_context(records, 4),
        "rows": table_rows([record for record in records if record.state != Import.State.DRAFT]),
        "report": records[0].undo_report,
        "is_undoable": changes_of(records).exists(),
        "totals": Totals.of_done(records),
    }
    return render(request, "imports/upload_result.html", context)


def _choosing(request: TenantRequest, records: list[Import]) -> HttpResponse:
    """What each table is about, and what becomes of records that are here already."""
    problem = ""
    if request.method == "POST":
        try:
            for record in records:
                posted = {name: request.POST.get(f"{name}-{record.pk}", "") for name in ("mode", "overwrite")}
                name = request.POST.get(f"object-{record.pk}", record.object_name)
                uploads.choose_in_upload(record=record, object_name=name, by=request.member, now=clock.now(), **posted)
            return redirect("imports:upload-check", records[0].upload_id or records[0].pk)
        except (Refused, ValueError) as refused:
            problem = str(refused)
    context = {
        **_context(records, 2),
        "rows": table_rows(records),
        "importers": access.importers_for(request.member).values(),
        "modes": Import.Mode.choices,
        "rules": Import.Overwrite.choices,
        "problem": problem,
    }
    return render(request, "imports/upload.html", context, status=422 if problem else 200)


@require_GET
def check(request: TenantRequest, pk: UUID) -> HttpResponse:
    """What would happen to all tables, said in numbers."""
    records = access.upload_to_change(request.member, pk)
    if any(record.state != Import.State.DRAFT for record in records):
        return redirect(records[0].home)
    problem, forecasts = "", {}
    try:
        forecasts = check_together(records, by=request.member, at=clock.now(), most=AT_ONCE)
    except Refused as refused:
        problem = refused.message
    wanted = [record for record in records if record.object_name]
    context = {
        **_context(records, 3),
        "rows": table_rows(wanted, forecasts),
        "totals": Totals.of_forecasts(forecasts.values()),
        "problem": problem,
    }
    return render(request, "imports/upload_check.html", context)


@require_POST
def begin(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Start writing all tables."""
    records = access.upload_to_change(request.member, pk)
    try:
        records = uploads.begin_upload(records=records, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect(records[0].home)


@require_POST
def discard(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Forget all tables of an upload."""
    records = access.upload_to_change(request.member, pk)
    try:
        uploads.discard_upload(records=records)
        toasts.show(request, _("The files are forgotten. Nothing was imported."))
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect("imports:index")


@require_POST
def split(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Take the objects that the rows of a file hold apart."""
    record = access.import_to_change(request.member, pk)
    try:
        record = uploads.split_import(record=record, by=request.member, now=clock.now())[0]
    except Refused as refused:
        toasts.warn(request, refused.message)
        return redirect(record)
    return redirect(record.home)


def _context(records: Sequence[Import], step: int) -> dict[str, Any]:
    return {"records": records, "record": records[0], "steps": STEPS, "current": step, "title": _title(records)}


def _title(records: Sequence[Import]) -> str:
    """What the upload is called: the one file, or the first one and how many more."""
    names = list(dict.fromkeys(record.file_name.split(" · ")[0] for record in records))
    if len(names) == 1:
        return names[0]
    return _("%(first)s and %(n)s more") % {"first": names[0], "n": len(names) - 1}
