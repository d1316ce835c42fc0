"""The page of likely duplicates: search, look, merge or say that they are not the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from triptych.core_crm.duplicates import searching
from triptych.core_crm.duplicates.kinds import KINDS
from triptych.core_crm.rights.access import CHANGE, must_at_all
from triptych.platform import clock
from triptych.platform.web import toasts
from triptych.tenants.routing import TenantRequest

PAGE = 50


@require_GET
def index(request: TenantRequest) -> HttpResponse:
    """Likely duplicates of one kind (`?kind=company`), 50 a page."""
    kind = _kind(request.GET.get("kind", "contact"))
    must_at_all(request.member, CHANGE, KINDS[kind].model)
    text = request.GET.get("from", "0")
    start = int(text) if text.isdecimal() and len(text) < 7 else 0
    pairs = searching.pairs_for(kind, request.member, first=PAGE + 1, after=start)
    context = {
        "kind": kind,
        "kinds": [(name, KINDS[name].label) for name in searching.SEARCHED],
        "pairs": pairs[:PAGE],
        "next": start + PAGE if len(pairs) > PAGE else 0,
        **_progress(kind),
    }
    return render(request, "duplicates/index.html", context)


@require_GET
def progress(request: TenantRequest, kind: str) -> HttpResponse:
    """How far the search is, asked each second; leads back to the page at its end."""
    must_at_all(request.member, CHANGE, KINDS[_kind(kind)].model)
    shown = _progress(kind)
    if not shown["is_underway"]:
        return HttpResponse(headers={"HX-Redirect": f"/duplicates/?kind={kind}"})
    return render(request, "components/progress.html", shown)


@require_POST
def search(request: TenantRequest, kind: str) -> HttpResponse:
    """Look through all records of a kind."""
    searching.begin_search(kind=_kind(kind), by=request.member, now=clock.now())
    return redirect(f"/duplicates/?kind={kind}")


@require_POST
def cancel(request: TenantRequest, kind: str) -> HttpResponse:
    """Stop looking; what the last search found stays."""
    searching.cancel_search(kind=_kind(kind), by=request.member)
    return redirect(f"/duplicates/?kind={kind}")


@require_POST
def distinct(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Two records are not the same."""
    pair = searching.mark_distinct(pair_id=pk, by=request.member)
    toasts.show(request, _("They are not brought up again."))
    return redirect(f"/duplicates/?kind={pair.kind}")


def _kind(name: str) -> str:
    if name not in searching.SEARCHED:
        raise Http404
    return name


def _progress(kind: str) -> dict[str, Any]:
    job = searching.last_search(kind)
    return {
        "last": job,
        "is_underway": job is not None and not job.is_finished,
        "label": _("Looking for duplicates"),
        "percent": (job.percent if job else 0) or 0,
        "note": job.note if job else "",
        "url": f"/duplicates/{kind}/progress/",
        "cancel_url": f"/duplicates/{kind}/cancel/",
    }
