"""The tables of the fleet: what stamp they should stand at, and how they get there.

The control and cell schemas are migrated as one. Each tenant is migrated in a transaction of its own and then carries
the stamp, so whatever interrupts a migration, the next run visits only who is still stale. All of it needs the
owner's login.
"""

import hashlib
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from triptych.platform.audit import triggers
from triptych.platform.db.router import apps_of
from triptych.platform.scope import building, entered
from triptych.tenants import isolation
from triptych.tenants.models import Tenant

MIGRATION_LOCK = 7_207_151
"""The advisory lock that one migrator of a database holds."""


@dataclass
class FleetReport:
    """What a fleet migration did, by schema name."""

    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def _labels(app_names: list[str]) -> list[str]:
    return sorted(config.label for config in apps.get_app_configs() if config.name in app_names)


def _fingerprint(app_names: list[str], beginning: bytes = b"") -> str:
    """Digest of the migrations of those apps as they are on disk."""
    digest = hashlib.sha256(beginning)
    for label in _labels(app_names):
        folder = Path(apps.get_app_config(label).path) / "migrations"
        for file in sorted(folder.glob("[0-9]*.py")):
            digest.update(f"{label}/{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


@cache
def current_stamp() -> str:
    """Fingerprint of all migrations of tenant apps, core and plugins, as they are on disk, and of the audit."""
    return _fingerprint(settings.TENANT_APPS, "\n".join(triggers.statements()).encode())


def migrate_schema(schema_name: str) -> None:
    """Run the migrations that belong in a schema and have not run there. Call it inside a transaction."""
    with entered(building(schema_name)):
        executor = MigrationExecutor(connection)
        labels = set(_labels(apps_of(schema_name)))
        targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
        executor.migrate(targets)
        if schema_name.startswith("t_"):
            triggers.install()


def migrate_control() -> None:
    """Bring roles, the control schema and the cell schema up to date."""
    with entered(building("public")), transaction.atomic():
        isolation.create_roles()
        migrate_schema("public")
        migrate_schema("cell")
        with connection.cursor() as cursor:
            cursor.execute(triggers.FUNCTIONS)
        isolation.install()


def migrate_tenant(schema_name: str) -> None:
    """Bring one tenant to the current stamp, all or nothing."""
    with entered(building("public")), transaction.atomic():
        tenant = Tenant.objects.select_for_update().get(schema_name=schema_name)
        if tenant.stamp == current_stamp():
            return
        migrate_schema(schema_name)
        isolation.grant_tenant(schema_name)
        Tenant.objects.filter(pk=tenant.pk).update(stamp=current_stamp(), migration_error="")


def migrate_fleet(*, at_once: int = 2) -> FleetReport:
    """Bring every tenant to the current stamp. One that fails keeps its old tables, is reported, and stops nobody else.

    Spares of another stamp are dropped: they are cheaper made than migrated.
    """
    with entered(building("public")):
        drop_stale_spares()
        stale = list(Tenant.objects.stale(stamp=current_stamp()).order_by("created_at", "pk"))
    report = FleetReport()
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        for tenant, error in zip(stale, pool.map(_migrate_or_report, stale), strict=True):
            if error:
                report.failed[tenant.schema_name] = error
            else:
                report.migrated.append(tenant.schema_name)
    return report


def _migrate_or_report(tenant: Tenant) -> str | None:
    """Migrate one tenant on this thread's own connection. Returns the error's last line, None when all went well."""
    try:
        migrate_tenant(tenant.schema_name)
    except Exception as error:  # whatever a migration raises concerns this tenant alone
        with entered(building("public")):
            Tenant.objects.filter(pk=tenant.pk).update(migration_error=traceback.format_exc())
        return f"{type(error).__name__}: {error}"
    finally:
        connections.close_all()
    return None


def drop_stale_spares() -> None:
    """Drop the spares whose tables are out of date, one transaction each."""
    for spare in Tenant.objects.stale(stamp=current_stamp()).filter(state=Tenant.State.SPARE):
        drop_schema(spare)


@transaction.atomic
def drop_schema(tenant: Tenant) -> None:
    """Drop a tenant's schema and role and forget its row. There is no way back."""
    with entered(building("public")), connection.cursor() as cursor:
        name = connection.ops.quote_name(tenant.schema_name)
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE; DROP OWNED BY {name}; DROP ROLE {name}")
        Tenant.objects.filter(pk=tenant.pk).delete()


@contextmanager
def migrating() -> Iterator[None]:
    """Hold the lock that lets one migrator at a time work on this database."""
    with entered(building("public")), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def ensure_database() -> None:
    """Make the database itself when the server is there and it is not."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    name = connection.settings_dict["NAME"]
    parameters = {
        key: value for key, value in parameters.items() if key in ("host", "port", "user", "password", "dbname")
    }
    with psycopg.connect(**parameters, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE template0").format(name=sql.Identifier(name)))


def control_stamp() -> str:
    """Fingerprint of the migrations of the control and cell schemas, and of the rights that `isolation` grants."""
    beginning = Path(isolation.__file__).read_bytes() + triggers.FUNCTIONS.encode()
    return _fingerprint([*settings.SHARED_APPS, *settings.CELL_APPS], beginning)


def ensure_migrated() -> None:
    """Make and migrate whatever is missing or stale: the database, the control and cell schemas, the fleet."""
    ensure_database()
    with migrating():
        if kept_control_stamp() != control_stamp():
            migrate_control()
            _keep_control_stamp()
        migrate_fleet()


def kept_control_stamp() -> str | None:
    """The stamp that the control and cell schemas of this database stand at, None before their first migration."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('cell')::oid, 'pg_namespace')")
        (kept,) = cursor.fetchone()
    return str(kept) if kept else None


def _keep_control_stamp() -> None:
    """The stamp is the comment of the cell schema, so that it comes and goes with it."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON SCHEMA cell IS {stamp}").format(stamp=sql.Literal(control_stamp())))
