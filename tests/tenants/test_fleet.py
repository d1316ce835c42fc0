"""Migrating the fleet: what is interrupted resumes, what is broken stops only itself."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import fleet, provisioning
from triptych.tenants.models import Tenant

UNDONE = ("notifications", None)
"""What the tests take back of a tenant, so that there is something to migrate."""


def database_url() -> str:
    found = connection.settings_dict
    return f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST'] or found['OPTIONS'].get('host')}"


def make_stale(tenant) -> None:
    with entered(building(tenant.schema_name)):
        MigrationExecutor(connection).migrate([UNDONE])
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(stamp="old", state=Tenant.State.ACTIVE)


def is_whole(tenant) -> bool:
    with entered(building(tenant.schema_name)), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{tenant.schema_name}.notifications_notification"])
        return cursor.fetchone() != (None,)


def up_to_date(tenants) -> int:
    with entered(CONTROL):
        return Tenant.objects.filter(pk__in=[t.pk for t in tenants], stamp=fleet.current_stamp()).count()


@pytest.fixture
def stale_tenants(committed, now, request):
    """Tenants whose notifications are still to be migrated, as many as the test says."""
    tenants = [provisioning.make_spare(now=now) for _ in range(request.param)]
    for tenant in tenants:
        make_stale(tenant)
    yield tenants
    for tenant in tenants:
        fleet.drop_schema(tenant)


def migrate_command(**options) -> subprocess.Popen:
    environment = {**os.environ, "DATABASE_URL": database_url(), "DATABASE_OWNER_URL": database_url()}
    command = [sys.executable, "-m", "triptych.cli", "migrate"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.parametrize("stale_tenants", [20], indirect=True)
def test_a_migration_killed_half_way_resumes(stale_tenants):
    killed = migrate_command(start_new_session=True)
    while not up_to_date(stale_tenants):
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    done_before = up_to_date(stale_tenants)
    assert 1 <= done_before < 20

    again = migrate_command()
    out, err = again.communicate(timeout=120)

    assert (again.returncode, err) == (0, "")
    assert out == f"{20 - done_before} tenants migrated, 0 failed.\n"
    assert all(is_whole(tenant) for tenant in stale_tenants)


@pytest.mark.parametrize("stale_tenants", [3], indirect=True)
def test_a_broken_tenant_stops_only_itself_and_is_reported(stale_tenants):
    broken, *healthy = stale_tenants
    with entered(building(broken.schema_name)), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notifications_notification (in_the_way int)")

    command = migrate_command()
    out, err = command.communicate(timeout=120)

    assert (command.returncode, out) == (1, "2 tenants migrated, 1 failed.\n")
    assert broken.schema_name in err
    assert 'relation "notifications_notification" already exists' in err
    assert up_to_date(healthy) == 2
    with entered(CONTROL):
        broken.refresh_from_db()
    assert (broken.stamp, "DuplicateTable" in broken.migration_error) == ("old", True)
