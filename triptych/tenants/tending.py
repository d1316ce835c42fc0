"""What the owner of the tables does for tenants that are at work: indexes which only they can know the use of."""

import logging
from datetime import datetime

from triptych.platform.plugins import hooks
from triptych.platform.scope import building, entered
from triptych.tenants.fleet import current_stamp
from triptych.tenants.models import Tenant

logger = logging.getLogger(__name__)


def tend_fleet(*, now: datetime) -> list[str]:
    """Let core look after the tables of each tenant that has fields of its own. Returns what was done."""
    with entered(building("public")):
        tenants = list(Tenant.objects.filter(stamp=current_stamp()).exclude(fields_stamp="").order_by("pk"))
    done: list[str] = []
    for tenant in tenants:
        with entered(building(tenant.schema_name)):
            found = hooks.gather_for("tend_tables", (), tenant=tenant, now=now)
        if found:
            logger.info("tables tended", extra={"schema": tenant.schema_name, "done": found})
        done += found
    return done
