"""An import that runs or has ended: progress, result, undoing, downloads; and the list of all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.imports import access, actions
from triptych.core_crm.imports.downloads import rows_with_reasons
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.registry import UnknownObject, all_importers, target_named
from triptych.core_crm.imports.shown import STEPS, finding_groups
from triptych.platform import clock
from triptych.platform.keyset import page_asked
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

PAGE_SIZE = 20


def past_imports(request: TenantRequest) -> dict[str, Any]:
    """One page of what was imported before, the newest first."""
    rows = access.imports_visible_to(request.member).select_related("started_by")
    page = page_asked(rows, request.GET, order=("-created_at", "-pk"), size=PAGE_SIZE)
    labels = {name: importer.label for name, importer in all_importers().items()}
    past = [actions.settle_ended_job(record, now=clock.now()) for record in page.rows]
    for record in past:
        record.object_label = labels.get(record.object_name, record.object_name)  # type: ignore[attr-defined]
    return {
        "past": past,
        "previous_url": f"?before={page.start_cursor}" if page.has_previous else "",
        "next_url": f"?after={page.end_cursor}" if page.has_next else "",
    }


@require_GET
def detail(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Wherever the import stands: back into the flow, its progress, or its result."""
    record = actions.settle_ended_job(access.import_to_see(request.member, pk), now=clock.now())
    if record.state == Import.State.DRAFT:
        return redirect("imports:columns", record.pk)
    context: dict[str, Any] = {"record": record, "steps": STEPS, "current": 4}
    if record.is_underway:
        if record.upload_id:
            return redirect(record.home)
        return render(request, "imports/running.html", {**context, **progress_of(record)})
    try:
        target = target_named(record.object_name)
        context |= {"target": target, "groups": finding_groups(record, target, may_choose=False)}
    except UnknownObject:
        pass  # its plugin has gone; the numbers remain
    context["is_undoable"] = record.may_be_undone or (record.undo_report and record.changes.exists())
    return render(request, "imports/result.html", context)


@require_GET
def progress(request: TenantRequest, pk: UUID) -> HttpResponse:
    """The progress, asked each second by the page; leads to the result once it is there."""
    record = access.import_to_see(request.member, pk)
    together = [actions.settle_ended_job(one, now=clock.now()) for one in record.together()]
    if not any(one.is_underway for one in together):
        return HttpResponse(headers={"HX-Redirect": record.home})
    return render(request, "components/progress.html", progress_of(record))


def progress_of(record: Import) -> dict[str, Any]:
    """What the progress component shows."""
    job = actions.job_of(record)
    done, total, note = record.position, record.row_count, _("Waiting for a worker")
    if job and job.total_count:
        done, total, note = job.done_count, job.total_count, job.note
    percent = min(100, 100 * done // total) if total else 0
    return {
        "label": _label(record),
        "percent": percent,
        "note": _how_far(record, note, done, total) if done else note,
        "url": f"{record.get_absolute_url()}progress/",
        "cancel_url": f"{record.get_absolute_url()}cancel/" if job else "",
        "id": "import-progress",
        "is_left_alone": not actions.is_attended(record),
    }


def _label(record: Import) -> str:
    if record.state == Import.State.UNDOING:
        return _("Undoing the import")
    if record.upload_id:
        return _("Importing all tables")
    return _("Importing %(file)s") % {"file": record.file_name}


def _how_far(record: Import, note: str, done: int, total: int) -> str:
    """What is done of all, and how long the rest will take by how fast it was so far."""
    job = actions.job_of(record)
    began = job.created_at if job else record.updated_at
    passed = (clock.now() - began).total_seconds() if began else 0
    seconds = round(passed / done * (total - done))
    facts = {"what": note, "done": counted(done), "total": counted(total), "seconds": seconds}
    if seconds <= 1:
        return _("%(what)s: %(done)s of %(total)s") % facts
    return (
        ngettext(
            "%(what)s: %(done)s of %(total)s, about %(seconds)d second left",
            "%(what)s: %(done)s of %(total)s, about %(seconds)d seconds left",
            seconds,
        )
        % facts
    )


@require_POST
def cancel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask a running import to stop."""
    record = access.import_to_change(request.member, pk)
    actions.cancel_import(record=record)
    toasts.show(request, _("It stops after the rows it is writing. What is written stays and can be undone."))
    return redirect(record.home)


@require_POST
def resume(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Go on with an import whose process ended before its time."""
    return _act(request, pk, actions.resume_import)


@require_POST
def undo(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Undo all that the import made and changed."""
    return _act(request, pk, actions.begin_undo)


def _act(request: TenantRequest, pk: UUID, action: Any) -> HttpResponse:
    record = access.import_to_change(request.member, pk)
    try:
        action(record=record, by=request.member, now=clock.now())
    except Refused as refused:
        toasts.warn(request, refused.message)
    return redirect(record.home)


@require_GET
def rejected(request: TenantRequest, pk: UUID) -> HttpResponseBase:
    """The rows that were not imported, with the reasons, as CSV."""
    return _download(request, pk, rejected=True)


@require_GET
def doubtful(request: TenantRequest, pk: UUID) -> HttpResponseBase:
    """The rows that were imported with a doubt, as CSV."""
    return _download(request, pk, rejected=False)


def _download(request: TenantRequest, pk: UUID, *, rejected: bool) -> HttpResponseBase:
    record = access.import_to_see(request.member, pk)
    name = slugify(record.file_name.rsplit(".", 1)[0]) or "import"
    kind = "rejected" if rejected else "doubtful"
    response = StreamingHttpResponse(
        rows_with_reasons(record, rejected=rejected), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-{kind}.csv"'
    return response
