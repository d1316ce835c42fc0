"""The page on which everything is exported, and the ways to the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.archives import access, actions
from triptych.platform import clock
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.web import toasts
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest

SHOWN = 10


@require_GET
def page(request: TenantRequest) -> HttpResponse:
    """What was exported lately, and the one act."""
    now = clock.now()
    found = list(access.exports_visible_to(request.member)[:SHOWN])
    underway = next((job for job in found if not job.is_finished), None)
    past = [
        {"job": job, "has_file": bool(access.file_of(job, at=now)), "until": job.finished_at + access.KEPT}
        for job in found
        if job.finished_at
    ]
    context: dict[str, Any] = {"underway": underway, "past": past}
    return render(request, "archives/page.html", {**context, **_progress(underway)} if underway else context)


@require_POST
def begin(request: TenantRequest) -> HttpResponse:
    """Ask for an archive."""
    try:
        actions.begin_export(by=request.member, now=clock.now(), with_files="with_files" in request.POST)
    except actions.ExportUnderway as refused:
        toasts.warn(request, refused.message)
    return redirect("archives:page")


@require_GET
def progress(request: TenantRequest, pk: UUID) -> HttpResponse:
    """How far it is, asked each second by the page; leads back to the page at the end."""
    job = access.export_to_see(request.member, pk)
    if job.is_finished:
        return HttpResponse(headers={"HX-Redirect": reverse("archives:page")})
    return render(request, "components/progress.html", _progress(job))


def _progress(job: Job) -> dict[str, Any]:
    """What the progress component shows."""
    note = job.note or _("Waiting for a worker")
    return {
        "label": _("Exporting everything"),
        "percent": job.percent or 0,
        "note": f"{note}: {job.done_count:,} / {job.total_count:,}" if job.total_count else note,
        "url": reverse("archives:progress", args=[job.pk]),
        "cancel_url": reverse("archives:cancel", args=[job.pk]),
        "id": "archive-progress",
    }


@require_POST
def cancel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask a running export to stop. Nothing of it is kept."""
    jobs.cancel(access.export_to_see(request.member, pk))
    return redirect("archives:page")


@require_GET
def download(request: TenantRequest, pk: UUID) -> FileResponse:
    """The archive, for whoever may export everything."""
    return _streamed(request, access.export_to_see(request.member, pk))


@public_page
@require_GET
def fetch(request: TenantRequest, pass_text: str) -> FileResponse:
    """The archive, for a program that the API gave this address."""
    return _streamed(request, access.export_by_pass(pass_text))


def _streamed(request: TenantRequest, job: Job) -> FileResponse:
    name = access.file_of(job, at=clock.now())
    if not name:
        raise Http404
    try:
        content = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    day = timezone.localdate(job.finished_at).isoformat()
    response = FileResponse(
        content, as_attachment=True, filename=f"{request.tenant.subdomain}-{day}.zip", content_type="application/zip"
    )
    response["Content-Length"] = str((job.result or {})["bytes"])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
