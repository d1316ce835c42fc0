"""Whether the tables are those of this program, for `/health/ready`."""

from functools import cache

from triptych.platform.observability import health
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import fleet
from triptych.tenants.models import Tenant


@cache
def _wanted() -> str:
    return fleet.control_stamp()


@health.check("migrations")
def control_tables_are_current() -> str:
    """Without them no tenant is found."""
    with entered(CONTROL):
        current = fleet.kept_control_stamp() == _wanted()
    return "" if current else "The tables are not those of this program. Run `triptych migrate`."


@health.check("tenants", critical=False)
def tenants_are_current() -> str:
    """Tenants that wait for their migration concern themselves only."""
    with entered(CONTROL):
        waiting = Tenant.objects.named().stale(stamp=fleet.current_stamp()).count()
    return f"{waiting} tenants wait for their migration. Run `triptych migrate`." if waiting else ""
