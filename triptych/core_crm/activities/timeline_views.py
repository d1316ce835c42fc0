"""The middle of a record's page, fetched and written to in place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.activities import access, actions
from triptych.core_crm.activities.forms import COMPOSED, ComposerForm
from triptych.core_crm.activities.panel import panel_of
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.rights import must_be_writer
from triptych.platform import clock
from triptych.platform.refusals import Refused, refusals_shown
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

FORMS = {form_class.verb: form_class for form_class in COMPOSED}


@require_GET
def of_record(request: TenantRequest, kind: str, object_id: UUID) -> HttpResponse:
    """A page of a record's timeline: `?show=` leaves one kind, `?after=` goes on where the last page ended."""
    record: Any = access.record_to_see(request.member, RecordRef(kind, object_id))
    shown, after = request.GET.get("show", ""), request.GET.get("after") or None
    try:
        panel = panel_of(record, request.member, shown=shown, after=after)
    except Refused as refused:
        raise Http404 from refused
    if not request.htmx:
        return redirect(record.get_absolute_url())
    part = "more" if after else "history"
    return render(request, f"activities/timeline.html#{part}", {"panel": panel, "record": record})


@require_POST
def compose(request: TenantRequest, kind: str, object_id: UUID, verb: str) -> HttpResponse:
    """Write a note, task, call or meeting on a record."""
    record: Any = access.record_to_see(request.member, RecordRef(kind, object_id))
    must_be_writer(request.member)
    if verb not in FORMS:
        raise Http404
    form = FORMS[verb](request.POST, prefix=verb, owner=request.member)
    if form.is_valid() and _written(request, form, RecordRef.of(record)):
        toasts.show(request, str(form.done))
        form = None  # type: ignore[assignment]
    if not request.htmx and form is None:
        return redirect(record)
    panel = panel_of(record, request.member, wrong=form)
    return render(request, "activities/timeline.html", {"panel": panel, "record": record})


def _written(request: TenantRequest, form: ComposerForm, ref: RecordRef) -> bool:
    fields = form.fields_of_activity()
    if form.verb in ("call", "meeting"):
        fields.setdefault("start_at", clock.now())
    with refusals_shown(form):
        actions.create_activity(kind=form.verb, records=[ref], by=request.member, now=clock.now(), **fields)
    return form.is_valid()
