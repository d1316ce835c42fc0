"""The ledger of usage: what was counted for billing, each happening once. Billing reads it later."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from triptych.platform import scope
from triptych.platform.plugins import UsageMeter, hooks
from triptych.tenants.models import Tenant, Usage


class UnknownMeter(LookupError):
    """Nobody who is enabled here declares that meter."""


def meters() -> dict[str, UsageMeter]:
    """The meters of core and of the plugins enabled here, by key."""
    return {meter.key: meter for meter in hooks.gather("usage_meters")}


def record_usage(*, tenant: Tenant, meter: str, identifier: str, at: datetime, quantity: int = 1) -> None:
    """Count `quantity` on a meter. The same `identifier` (at most 120 characters) counts only once, ever.

    Call it in the transaction of what is counted, inside the tenant.

    Raises:
        UnknownMeter: no hook `usage_meters` declares it.
    """
    if meter not in meters():
        raise UnknownMeter(f"No enabled plugin declares the usage meter {meter!r} in its hook `usage_meters`.")
    Usage.objects.bulk_create(
        [Usage(tenant_id=tenant.pk, meter=meter, quantity=quantity, identifier=identifier, at=at)],
        ignore_conflicts=True,
    )


def used_here(*, meter: str, identifier: str, at: datetime, quantity: int = 1) -> None:
    """As `record_usage`, for the tenant that the connection stands in.

    Raises:
        UnknownMeter: no hook `usage_meters` declares it.
        LookupError: the connection stands in no tenant.
    """
    here = scope.current()
    if not isinstance(here, Tenant):
        raise LookupError(f"Usage belongs to a tenant, but the connection stands in {here.schema_name}.")
    record_usage(tenant=here, meter=meter, identifier=identifier, at=at, quantity=quantity)


def usage_since(tenant: Tenant, start: datetime) -> dict[str, int]:
    """The sum of each meter of a tenant from `start` on."""
    rows = Usage.objects.filter(tenant_id=tenant.pk, at__gte=start).values("meter").order_by("meter")
    return {row["meter"]: row["total"] for row in rows.annotate(total=Sum("quantity"))}
