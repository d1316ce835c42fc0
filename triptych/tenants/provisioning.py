"""Making tenants: ahead as spares, from a blueprint, or by running the migrations once to get the blueprint.

The blueprint of a stamp is the text of all statements with which the migrations made the first tenant of that stamp.
A spare is a whole tenant without a name; signing up gives it one. Needs the owner's login, all but `claim_spare`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from psycopg import sql

from triptych.platform.ids import new_id
from triptych.platform.languages import SOURCE
from triptych.platform.plugins import hooks
from triptych.platform.scope import building, entered
from triptych.tenants import fleet, isolation
from triptych.tenants.models import Blueprint, Tenant, schema_of

WAKE_CHANNEL = "triptych_provisioner"
CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "COMMENT", "DO ")
"""What statements of a migration begin with that belong in a blueprint."""


def make_spare(*, now: datetime) -> Tenant:
    """Make a whole tenant without a name from the blueprint; the first of a stamp runs the migrations and leaves it."""
    with entered(building("public")):
        blueprint = Blueprint.objects.filter(stamp=fleet.current_stamp()).first()
        return make_by_replay(blueprint, now=now) if blueprint else make_by_migrations(now=now)


@transaction.atomic
def make_by_migrations(*, now: datetime) -> Tenant:
    """Make a spare the slow way, by every migration of every tenant app, and keep what was said as the blueprint."""
    statements: list[str] = []

    def record(execute: Callable[..., Any], statement: Any, params: Any, *args: Any) -> Any:
        composed = _composed(statement, params)
        if composed.startswith(CHANGES):
            statements.append(composed)
        return execute(statement, params, *args)

    with entered(building("public")):
        tenant = _new_tenant(now)
        with connection.execute_wrapper(record):
            fleet.migrate_schema(tenant.schema_name)
        Blueprint.objects.update_or_create(
            stamp=fleet.current_stamp(), defaults={"ddl": ";\n".join(statements), "created_at": now}
        )
        return _finished(tenant, now)


@transaction.atomic
def make_by_replay(blueprint: Blueprint, *, now: datetime) -> Tenant:
    """Make a spare by one statement: the blueprint's text, said in the new schema."""
    with entered(building("public")):
        tenant = _new_tenant(now)
        with entered(building(tenant.schema_name)), connection.cursor() as cursor:
            cursor.execute(blueprint.ddl)
        return _finished(tenant, now)


def _composed(statement: Any, params: Any) -> str:
    """A statement with its parameters put in, as psycopg would send them."""
    operations = cast(DatabaseOperations, connection.ops)
    return str(operations.compose_sql(statement, params)).strip()


def _new_tenant(now: datetime) -> Tenant:
    """A tenant whose schema exists and is empty, not saved yet."""
    tenant_id = new_id()
    tenant = Tenant(id=tenant_id, schema_name=schema_of(tenant_id), created_at=now)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {name}").format(name=sql.Identifier(tenant.schema_name)))
    return tenant


def _finished(tenant: Tenant, now: datetime) -> Tenant:
    """Give the new schema its role, rights and defaults, and the tenant its row and stamp."""
    isolation.create_tenant_role(tenant.schema_name)
    isolation.grant_tenant(tenant.schema_name)
    tenant.stamp = fleet.current_stamp()
    Tenant.objects.bulk_create([tenant])  # `save` of django-tenants would look for a schema to make
    with entered(tenant), translation.override(SOURCE):
        hooks.gather("tenant_defaults", now=now)
    return tenant


def claim_spare() -> Tenant | None:
    """Take a spare of the current stamp for oneself, inside the caller's transaction; None when there is none."""
    return (
        Tenant.objects.spare(stamp=fleet.current_stamp())
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("created_at", "pk")
        .first()
    )


def keep_spares(*, wanted: int, now: datetime) -> int:
    """Make spares until there are `wanted`. Returns how many were made."""
    with entered(building("public")):
        missing = wanted - Tenant.objects.spare(stamp=fleet.current_stamp()).count()
        for _ in range(missing):
            make_spare(now=now)
    return max(missing, 0)


def wake_provisioner() -> None:
    """Ask the provisioner for a spare. The notification carries nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
