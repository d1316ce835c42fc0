"""What the owner of the tables does for tenants that are at work: indexes which only they can know the use of."""

import logging
from datetime import datetime

from django.db import connection
from django.db.models import Q

from triptych.platform.plugins import hooks
from triptych.platform.scope import building, entered
from triptych.tenants.fleet import current_stamp
from triptych.tenants.models import Tenant

logger = logging.getLogger(__name__)

LARGE = 10_000
"""A tenant with a table of so many rows, as PostgreSQL estimates them, is looked after."""


def tend_fleet(*, now: datetime) -> list[str]:
    """Let core look after the tables of each tenant that has own fields or a large table. Returns what was done."""
    with entered(building("public")):
        worth_it = ~Q(fields_stamp="") | Q(schema_name__in=_large_schemas())
        tenants = list(Tenant.objects.filter(worth_it, stamp=current_stamp()).order_by("pk"))
    done: list[str] = []
    for tenant in tenants:
        with entered(building(tenant.schema_name)):
            found = hooks.gather_for("tend_tables", (), tenant=tenant, now=now)
        if found:
            logger.info("tables tended", extra={"schema": tenant.schema_name, "done": found})
        done += found
    return done


def _large_schemas() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE relkind = 'r' AND reltuples >= %s",
            [LARGE],
        )
        return [name for (name,) in cursor.fetchall()]
