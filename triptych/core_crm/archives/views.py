"""The page on which everything is exported, and the ways to the file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm import kept_files
from triptych.core_crm.archives import access, actions, bringing
from triptych.core_crm.archives.forms import ArchiveForm
from triptych.core_crm.archives.loading import NotEmpty, must_be_empty
from triptych.platform import clock
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import refusals_shown
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
        {"job": job, "has_file": bool(kept_files.file_of(job, at=now)), "until": job.finished_at + kept_files.KEPT}
        for job in found
        if job.finished_at
    ]
    context: dict[str, Any] = {"underway": underway, "past": past, **_bringing(request)}
    return render(request, "archives/page.html", {**context, **_progress(underway)} if underway else context)


def _bringing(request: TenantRequest) -> dict[str, Any]:
    """For owners: the archive that is being read, or was read last, and whether one can be."""
    if request.member.role != request.member.Role.OWNER:
        return {}
    last = access.bringings_visible_to(request.member).first()
    try:
        must_be_empty(request.tenant)
    except NotEmpty:
        return {"last_in": last, "is_owner": True}
    return {"last_in": last, "is_owner": True, "is_empty": True}


@require_http_methods(["GET", "POST"])
def bring(request: TenantRequest) -> HttpResponse:
    """Choose an archive for an empty workspace; then watch it come in."""
    access.bringing_everything(request.member)
    form = ArchiveForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        with refusals_shown(form):
            file = form.cleaned_data["file"].file
            bringing.begin_bringing(file=file, tenant=request.tenant, by=request.member, now=clock.now())
            return redirect("archives:bring")
    context = {"form": form, **_bringing(request)}
    last = context["last_in"]
    if last and not last.is_finished:
        context |= _bring_progress(last)
    return render(request, "archives/bring.html", context, status=422 if form.is_bound else 200)


@require_GET
def bring_progress(request: TenantRequest, pk: UUID) -> HttpResponse:
    """How far it is, asked each second by the page; leads back to the page at the end."""
    job = access.bringing_to_see(request.member, pk)
    if job.is_finished:
        return HttpResponse(headers={"HX-Redirect": reverse("archives:bring")})
    return render(request, "components/progress.html", _bring_progress(job))


def _bring_progress(job: Job) -> dict[str, Any]:
    return kept_files.progress_of(
        job,
        label=_("Reading the archive"),
        url=reverse("archives:bring-progress", args=[job.pk]),
        cancel_url=reverse("archives:bring-cancel", args=[job.pk]),
        id="archive-progress",
    )


@require_POST
def bring_cancel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask to stop reading. Nothing has come in then."""
    jobs.cancel(access.bringing_to_see(request.member, pk))
    return redirect("archives:bring")


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
    return kept_files.progress_of(
        job,
        label=_("Exporting everything"),
        url=reverse("archives:progress", args=[job.pk]),
        cancel_url=reverse("archives:cancel", args=[job.pk]),
        id="archive-progress",
    )


@require_POST
def cancel(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask a running export to stop. Nothing of it is kept."""
    jobs.cancel(access.export_to_see(request.member, pk))
    return redirect("archives:page")


@require_GET
def download(request: TenantRequest, pk: UUID) -> FileResponse:
    """The archive, for whoever may export everything."""
    return kept_files.download_of(access.export_to_see(request.member, pk), what=request.tenant.subdomain or "")


@public_page
@require_GET
def fetch(request: TenantRequest, pass_text: str) -> FileResponse:
    """The archive, for a program that the API gave this address."""
    return kept_files.download_of(access.export_by_pass(pass_text), what=request.tenant.subdomain or "")
