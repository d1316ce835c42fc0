"""What operators can look up, for their API and their pages alike. Nothing of a tenant's own schema is read here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from triptych.platform.events.models import Delivery, Job
from triptych.platform.plugins.models import PluginFailure
from triptych.tenants.models import Tenant, Usage


def tenants(*, state: str = "", search: str = "") -> QuerySet[Tenant]:
    """Tenants, the newest first, each with its `people_count`; `search` is part of a name, an address or a domain."""
    found = Tenant.objects.named().order_by("-created_at", "-pk")
    if state:
        found = found.filter(state=state.lower())
    if search:
        domains = Tenant.objects.filter(domains__domain__icontains=search).values("pk")
        found = found.filter(Q(name__icontains=search) | Q(subdomain__icontains=search) | Q(pk__in=domains))
    return found.annotate(people_count=Count("memberships", distinct=True)).prefetch_related("domains")


def usage_sums(
    *,
    tenant: UUID | None = None,
    meter: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Any]:
    """Rows of tenant_id, meter, total and last_at, the largest first."""
    asked = {"tenant_id": tenant, "meter": meter, "at__gte": since, "at__lt": until}
    rows = Usage.objects.filter(**{key: value for key, value in asked.items() if value})
    sums = rows.values("tenant_id", "meter").annotate(total=Sum("quantity"), last_at=Max("at"))
    return sums.order_by("-total", "tenant_id", "meter")


def jobs(*, state: str = "", tenant: UUID | None = None) -> QuerySet[Job]:
    """Long work, the newest first."""
    found = Job.objects.newest_first()
    if state:
        found = found.filter(state=state.lower())
    return found.filter(tenant_id=tenant) if tenant else found


def dead_deliveries(*, tenant: UUID | None = None) -> QuerySet[Delivery]:
    """Events that a handler gave up on, each with its event, the latest first."""
    found = Delivery.objects.dead().select_related("event")
    return found.filter(event__tenant_id=tenant) if tenant else found


def tenants_with(plugin_id: str) -> int:
    """In how many tenants a plugin is enabled."""
    return Tenant.objects.named().filter(enabled_plugins__contains=[plugin_id]).count()


def failures_of(plugin_id: str) -> QuerySet[PluginFailure]:
    """Where a plugin failed, the latest first."""
    return PluginFailure.objects.filter(plugin=plugin_id).order_by("-last_at", "pk")


def failure_count(plugin_id: str) -> int:
    """How often a plugin failed, all told."""
    return failures_of(plugin_id).aggregate(total=Sum("count"))["total"] or 0
