"""Where events, jobs and schedules find the tenants they belong to."""

from uuid import UUID

from triptych.platform.scope import CONTROL, entered
from triptych.tenants.models import Tenant

WORKING = (Tenant.State.TRIAL, Tenant.State.ACTIVE, Tenant.State.PAST_DUE)


def find(tenant_id: UUID) -> Tenant | None:
    """The tenant of that id, in whatever state short of erased: what has happened in it is told in any case."""
    with entered(CONTROL):
        return Tenant.objects.named().filter(pk=tenant_id).first()


def working() -> list[Tenant]:
    """Tenants that people may work in, and whose schedules therefore run."""
    with entered(CONTROL):
        return list(Tenant.objects.filter(state__in=WORKING).order_by("pk"))
