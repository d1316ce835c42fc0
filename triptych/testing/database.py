"""The house in which all tests live: a real PostgreSQL, two tenants with a fixed cast, everything rolled back.

The first run of a set of migrations makes a template database; each run copies it, which takes a fraction of a
second. Tests connect as the owner of the database, and each scope takes on its true role.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from triptych.platform import embedded
from triptych.platform.scope import CELL, CONTROL, entered

TEST_DATA = (
    Path("/var/lib/triptych-tests")
    if getattr(os, "geteuid", lambda: 1)() == 0
    else Path(platformdirs.user_cache_dir("triptych-tests"))
)
UNSAFE_BUT_FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 300\n"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"  # noqa: S105 - of people who exist in tests only
ROLES = ("owner", "admin", "member", "reader")


@contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """A connection to the server's own database, alone among all test runs of this machine."""
    settings = connection.settings_dict
    keys = {"host": settings["HOST"] or settings["OPTIONS"].get("host"), "user": settings["USER"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **keys) as server:
        server.execute("SELECT pg_advisory_lock(815)")
        yield server


def on_databases(server: psycopg.Connection, statement: str, *names: str) -> None:
    """Run a statement about databases, whose `{}` are the names."""
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def use_server() -> None:
    """Point the default connection at the test server, with the owner's login."""
    owner_url = os.environ.get("TRIPTYCH_TEST_DATABASE_URL")
    if not owner_url:
        owner_url, _ = embedded.start(TEST_DATA, configuration=embedded.CONFIGURATION + UNSAFE_BUT_FAST)
    import environ

    found = environ.Env.db_url_config(owner_url)
    options = {**connection.settings_dict["OPTIONS"], **found.pop("OPTIONS", {})}
    found.pop("ENGINE")
    connection.settings_dict.update(found, OPTIONS=options)


def make_template(name: str) -> None:
    """Migrate, and sign up the two tenants of the cast."""
    from triptych.tenants import actions, fleet, provisioning
    from triptych.tenants.models import Person

    connection.settings_dict["NAME"] = name
    fleet.ensure_migrated()
    provisioning.keep_spares(wanted=2, now=NOW)
    for business, subdomain, roles in (("Acme Tools", "acme", ROLES), ("Globex", "globex", ("owner",))):
        tenant = actions.sign_up(
            name=business, subdomain=subdomain, email=f"owner@{subdomain}.example", password=PASSWORD, now=NOW
        )
        for role in roles[1:]:
            with entered(CONTROL):
                person = Person(email=f"{role}@{subdomain}.example", name=role.title())
                person.set_password(PASSWORD)
                person.save()
            actions.join(tenant=tenant, person=person, role=role, now=NOW)
    forget_what_waits()
    connection.close()


def forget_what_waits() -> None:
    """Leave no event, job or schedule: tests expect that only their own are waiting."""
    from triptych.platform.events.models import Job, Outbox, Schedule

    with entered(CELL):
        for model in (Outbox, Job, Schedule):
            model.objects.all().delete()


def template_name() -> str:
    """The name of the template for these migrations and this way of making tenants."""
    from triptych.tenants import fleet, provisioning

    sources = b"".join(Path(source).read_bytes() for source in (__file__, provisioning.__file__))
    stamp = fleet.control_stamp() + fleet.current_stamp() + hashlib.sha256(sources).hexdigest()
    return "triptych_template_" + hashlib.sha256(stamp.encode()).hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A database of this run, copied from the template."""
    with django_db_blocker.unblock():
        use_server()
        template, run = template_name(), f"triptych_test_{os.getpid()}"
        with maintenance() as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                on_databases(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", f"{template}_new")
                make_template(f"{template}_new")
                on_databases(server, "ALTER DATABASE {} RENAME TO {}", f"{template}_new", template)
            on_databases(server, "CREATE DATABASE {} TEMPLATE {}", run, template)
        connection.settings_dict["NAME"] = run
        yield
        connections.close_all()
        with maintenance() as server:
            on_databases(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", run)


@pytest.fixture(autouse=True, scope="session")
def _files_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Files, mails and collected assets of a run go to a folder that goes with it."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("data")
    with override_settings(MEDIA_ROOT=folder / "files", DATA=folder):
        yield


@pytest.fixture
def now() -> datetime:
    """The instant at which the tests' actions happen: Monday 2 March 2026, 9:00 UTC."""
    return NOW


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For what needs true commits (threads, workers, other processes): nothing is rolled back, so clean up yourself.

    `fresh_tenant` does. Events, jobs and schedules go by themselves.
    """
    with django_db_blocker.unblock():
        yield
        forget_what_waits()
        connections.close_all()


@pytest.fixture
def fresh_tenant(committed: None) -> Iterator[Any]:
    """A tenant of this test alone, committed, dropped afterwards."""
    from triptych.tenants import fleet, provisioning
    from triptych.tenants.models import Tenant

    tenant = provisioning.make_spare(now=NOW)
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.TRIAL, name="Fresh")
        tenant.refresh_from_db()
    yield tenant
    fleet.drop_schema(tenant)
