"""What tenants may use and what they have used: the record that billing will read."""

from datetime import datetime

from django.db.models import Q, Sum

from triptych.platform import scope
from triptych.tenants.models import Entitlement, Tenant, Usage


def is_entitled(tenant: Tenant, key: str, *, at: datetime) -> bool:
    """Whether an entitlement of that key runs at that instant."""
    running = Entitlement.objects.filter(tenant=tenant, key=key, starts_at__lte=at)
    return running.filter(Q(ends_at=None) | Q(ends_at__gt=at)).exists()


def record_usage(*, meter: str, identifier: str, at: datetime, quantity: int = 1) -> bool:
    """Count one happening of the current tenant. Returns False when that identifier was counted before.

    `identifier` names the happening, e.g. the id of the mail that was sent, so that a repeated task counts once.
    """
    tenant = scope.current()
    already = Usage.objects.filter(tenant_id=tenant.id, meter=meter, identifier=identifier)  # type: ignore[attr-defined]
    if already.exists():
        return False
    Usage.objects.bulk_create(
        [Usage(tenant_id=tenant.id, meter=meter, identifier=identifier, quantity=quantity, at=at)],  # type: ignore[attr-defined]
        ignore_conflicts=True,
    )
    return True


def usage_of(tenant: Tenant, meter: str, *, since: datetime, until: datetime) -> int:
    """The quantity that a tenant used of a meter, from `since` until before `until`."""
    used = Usage.objects.filter(tenant=tenant, meter=meter, at__gte=since, at__lt=until)
    return int(used.aggregate(total=Sum("quantity"))["total"] or 0)
