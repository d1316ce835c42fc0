"""The pages of privacy: looking a person up, their dossier, their erasure and its receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from triptych.core_crm import kept_files
from triptych.core_crm.privacy import access, actions, dossier
from triptych.core_crm.privacy.erasing import IsMember, check_erasable
from triptych.core_crm.privacy.forms import ConfirmForm, LookUpForm
from triptych.core_crm.privacy.models import BACKUPS, Erasure
from triptych.core_crm.privacy.other_files import ON_A_PAGE, files_naming
from triptych.core_crm.privacy.people import Person, person_at, person_of
from triptych.core_crm.privacy.rows import everything_about
from triptych.platform import clock
from triptych.platform.events import jobs
from triptych.platform.events.models import Job
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.members.signed_in import public_page
from triptych.tenants.routing import TenantRequest

SHOWN = 10
ROWS = 20
"""Of each kind on the page; the dossier holds them all."""


@require_http_methods(["GET", "POST"])
def index(request: TenantRequest) -> HttpResponse:
    """Look somebody up; below it dossiers and receipts."""
    access.answering(request.member)
    form = LookUpForm(request.POST or None)
    if form.is_valid():
        with refusals_shown(form):
            return _person_page(request, person_at(form.cleaned_data["email"]))
    now = clock.now()
    dossiers = list(access.dossiers_visible_to(request.member)[:SHOWN])
    context = {
        "form": form,
        "dossiers": [{"job": job, "has_file": bool(kept_files.file_of(job, at=now))} for job in dossiers],
        "receipts": access.receipts_visible_to(request.member)[:SHOWN],
    }
    return render(request, "privacy/index.html", context, status=200 if not form.errors else 422)


@require_GET
def of_record(request: TenantRequest, kind: str, pk: UUID) -> HttpResponse:
    """What is known of the person that a contact or lead is."""
    record = access.record_to_answer_for(request.member, kind, pk)
    return _person_page(request, person_of(record), record={"kind": kind, "id": str(pk)})


@require_POST
def begin_dossier(request: TenantRequest) -> HttpResponse:
    """Ask for the file."""
    person, _record = _meant(request)
    job = actions.begin_dossier(person=person, by=request.member, now=clock.now())
    return redirect("privacy:dossier", job.pk)


@require_POST
def erase(request: TenantRequest) -> HttpResponse:
    """Erase the person, once they were named."""
    access.erasing(request.member)
    person, record = _meant(request)
    form = ConfirmForm(request.POST, expected=person.confirmation)
    if form.is_valid():
        with refusals_shown(form):
            typed = form.cleaned_data["confirmation"]
            receipt = actions.begin_erasure(person=person, confirmation=typed, by=request.member, now=clock.now())
            return redirect(receipt)
    return _person_page(request, person, record=record, form=form)


@require_GET
def dossier_page(request: TenantRequest, pk: UUID) -> HttpResponse:
    """A dossier on its way, or ready."""
    job = access.dossier_to_see(request.member, pk)
    context: dict[str, Any] = {"job": job, "has_file": bool(kept_files.file_of(job, at=clock.now()))}
    if job.finished_at:
        context["until"] = job.finished_at + kept_files.KEPT
    return render(request, "privacy/dossier_page.html", {**context, **_progress(job, "dossier")})


@require_GET
def receipt(request: TenantRequest, pk: UUID) -> HttpResponse:
    """An erasure: how far it is, or its receipt; as JSON where the address says `format=json`."""
    erasure = access.receipt_to_see(request.member, pk)
    if request.GET.get("format") == "json":
        return JsonResponse(erasure.as_receipt(), json_dumps_params={"indent": 1, "ensure_ascii": False})
    context: dict[str, Any] = {"receipt": erasure, "backups": BACKUPS}
    job = Job.objects.filter(pk=str(erasure.job_id)).first() if erasure.job_id else None
    if erasure.state == Erasure.State.WAITING and job is not None:
        context |= _progress(job, "receipt", erasure.pk)
    return render(request, "privacy/receipt.html", context)


@require_GET
def progress(request: TenantRequest, what: str, pk: UUID) -> HttpResponse:
    """How far a job is, asked each second by its page; leads back to it at the end."""
    job, home = _job(request, what, pk)
    if job.is_finished:
        return HttpResponse(headers={"HX-Redirect": home})
    return render(request, "components/progress.html", _progress(job, what, pk))


@require_POST
def cancel(request: TenantRequest, what: str, pk: UUID) -> HttpResponse:
    """Ask a job to stop, before anything has happened."""
    job, home = _job(request, what, pk)
    jobs.cancel(job)
    toasts.show(request, _("It stops as soon as it can. If it was done already, it stays done."))
    return redirect(home)


@require_GET
def download(request: TenantRequest, pk: UUID) -> FileResponse:
    """The dossier, for whoever may know everything."""
    return kept_files.download_of(access.dossier_to_see(request.member, pk), what="dossier")


@public_page
@require_GET
def fetch(request: TenantRequest, pass_text: str) -> FileResponse:
    """The dossier, for a program that the API gave this address."""
    return kept_files.download_of(access.dossier_by_pass(pass_text), what="dossier")


def _person_page(
    request: TenantRequest, person: Person, *, record: dict[str, str] | None = None, form: ConfirmForm | None = None
) -> HttpResponse:
    """What is known, what erasing would do, and both acts."""
    access.answering(request.member)
    now = clock.now()
    found = everything_about(person, now=now)
    barred = ""
    try:
        check_erasable(person)
    except IsMember as refused:
        barred = refused.message
    context = {
        "person": person,
        "record": record or {},
        "counts": found.counts(),
        "others": files_naming(found, ON_A_PAGE),
        "sections": dossier.sections(found, most=ROWS),
        "form": form or ConfirmForm(expected=person.confirmation),
        "barred": barred,
        "backups": BACKUPS,
    }
    return render(request, "privacy/person.html", context, status=422 if form and form.errors else 200)


def _meant(request: TenantRequest) -> tuple[Person, dict[str, str]]:
    """Whom the hidden fields of a form name. Raises Http404 where they name nobody."""
    kind, pk = request.POST.get("kind", ""), request.POST.get("id", "")
    try:
        if kind:
            return person_of(access.record_to_answer_for(request.member, kind, UUID(pk))), {"kind": kind, "id": pk}
        access.answering(request.member)
        return person_at(request.POST.get("email", "")), {}
    except ValueError:
        raise Http404 from None
    except Refused as refused:
        if refused.code == "FORBIDDEN":
            raise
        raise Http404 from refused


def _job(request: TenantRequest, what: str, pk: UUID) -> tuple[Job, str]:
    if what == "dossier":
        return access.dossier_to_see(request.member, pk), reverse("privacy:dossier", args=[pk])
    access.erasing(request.member)
    erasure = access.receipt_to_see(request.member, pk)
    job = Job.objects.filter(pk=str(erasure.job_id)).first() if erasure.job_id else None
    if what != "receipt" or job is None:
        raise Http404
    return job, erasure.get_absolute_url()


def _progress(job: Job, what: str, pk: UUID | None = None) -> dict[str, Any]:
    return kept_files.progress_of(
        job,
        label=_("Collecting what is known") if what == "dossier" else _("Erasing the person"),
        url=reverse("privacy:progress", args=[what, pk or job.pk]),
        cancel_url=reverse("privacy:cancel", args=[what, pk or job.pk]),
        id="privacy-progress",
    )
