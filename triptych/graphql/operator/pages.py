"""The operator's console on the bare host: tenants, plugins, failed jobs and dead letters. It only reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from triptych.graphql.operator import reading
from triptych.platform import clock
from triptych.platform.events.models import Job
from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins
from triptych.tenants.models import Tenant
from triptych.tenants.operators import operator_page

PER_PAGE = 50
FAILURES_SHOWN = 5
STATES = [state for state in Tenant.State if state not in (Tenant.State.SPARE, Tenant.State.ERASED)]


@require_GET
@operator_page
def tenants(request: HttpRequest) -> HttpResponse:
    search, state = _words(request, "q"), request.GET.get("state", "")
    state = state if state in STATES else ""
    found = reading.tenants(state=state, search=search)
    return render(
        request,
        "operator/tenants.html",
        {"page": _page(request, found), "search": search, "state": state, "states": STATES},
    )


@require_GET
@operator_page
def tenant(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(reading.tenants(), pk=pk)
    now = clock.now()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    this_month = {row["meter"]: row["total"] for row in reading.usage_sums(tenant=pk, since=month)}
    usage = [{**row, "this_month": this_month.get(row["meter"], 0)} for row in reading.usage_sums(tenant=pk)]
    return render(
        request,
        "operator/tenant.html",
        {
            "found": found,
            "entitlements": found.entitlements.order_by("key", "starts_at", "pk"),
            "usage": usage,
            "jobs": reading.jobs(tenant=pk)[:10],
            "dead_count": reading.dead_deliveries(tenant=pk).count(),
            "now": now,
        },
    )


@require_GET
@operator_page
def plugins(request: HttpRequest) -> HttpResponse:
    lines = [
        {
            "plugin": plugin,
            "tenant_count": reading.tenants_with(plugin.id),
            "failure_count": reading.failure_count(plugin.id),
            "failures": reading.failures_of(plugin.id)[:FAILURES_SHOWN],
        }
        for plugin in sorted(installed_plugins(), key=lambda plugin: plugin.id)
    ]
    return render(request, "operator/plugins.html", {"lines": lines, "quarantined": quarantined_plugins()})


@require_GET
@operator_page
def jobs(request: HttpRequest) -> HttpResponse:
    search = _words(request, "q")
    failed = reading.jobs(state=Job.State.FAILED)
    if search:
        failed = failed.filter(kind__icontains=search) | failed.filter(tenant_id__in=_tenant_ids(search))
    return _of_tenants(request, "operator/jobs.html", failed, search, tenant_of=lambda job: job.tenant_id)


@require_GET
@operator_page
def dead_letters(request: HttpRequest) -> HttpResponse:
    search = _words(request, "q")
    dead = reading.dead_deliveries()
    if search:
        dead = dead.filter(event__name__icontains=search) | dead.filter(event__tenant_id__in=_tenant_ids(search))
    return _of_tenants(request, "operator/dead_letters.html", dead, search, tenant_of=lambda one: one.event.tenant_id)


def _of_tenants(
    request: HttpRequest, template: str, rows: QuerySet[Any], search: str, *, tenant_of: Any
) -> HttpResponse:
    """A page of rows, each beside the tenant it belongs to: one more statement, whatever their number."""
    page = _page(request, rows)
    names = Tenant.objects.in_bulk({tenant_of(row) for row in page})
    lines = [{"row": row, "tenant": names.get(tenant_of(row))} for row in page]
    return render(request, template, {"page": page, "lines": lines, "search": search})


def _tenant_ids(search: str) -> Any:
    return reading.tenants(search=search).order_by().values_list("pk", flat=True)[:1000]


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _words(request: HttpRequest, name: str) -> str:
    """What was searched for. PostgreSQL takes no NUL in a text."""
    return request.GET.get(name, "").replace("\0", "").strip()[:200]
