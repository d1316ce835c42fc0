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

import platformdirs
import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from triptych.platform import embedded
from triptych.platform.scope import CONTROL, entered

TEST_DATA = (
    Path("/var/lib/triptych-tests")
    if getattr(os, "geteuid", lambda: 1)() == 0
    else Path(platformdirs.user_cache_dir("triptych-tests"))
)
UNSAFE_BUT_FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 300\n"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
ROLES = ("owner", "admin", "member", "reader")


@contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """A connection to the server's own database, alone among all test runs of this machine."""
    settings = connection.settings_dict
    keys = {"host": settings["HOST"] or settings["OPTIONS"].get("host"), "user": settings["USER"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **keys) as server:
        server.execute("SELECT pg_advisory_lock(815)")
        yield server


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
    connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """A database of this run, copied from the template."""
    from triptych.tenants import fleet, provisioning

    with django_db_blocker.unblock():
        use_server()
        sources = [Path(source).read_bytes() for source in (__file__, provisioning.__file__)]
        stamp = fleet.control_stamp() + fleet.current_stamp() + hashlib.sha256(b"".join(sources)).hexdigest()
        template = "triptych_template_" + hashlib.sha256(stamp.encode()).hexdigest()[:16]
        run = f"triptych_test_{os.getpid()}"
        with maintenance() as server:
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
                server.execute(f'DROP DATABASE IF EXISTS "{template}_new" WITH (FORCE)')
                make_template(template + "_new")
                server.execute(f'ALTER DATABASE "{template}_new" RENAME TO "{template}"')
            server.execute(f'CREATE DATABASE "{run}" TEMPLATE "{template}"')
        connection.settings_dict["NAME"] = run
        yield
        connections.close_all()
        with maintenance() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{run}" WITH (FORCE)')


@pytest.fixture(autouse=True, scope="session")
def _files_of_this_run(tmp_path_factory) -> Iterator[None]:
    """Files, mails and collected assets of a run go to a folder that goes with it."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("data")
    with override_settings(MEDIA_ROOT=folder / "files", DATA=folder):
        yield


@pytest.fixture
def now() -> datetime:
    """The instant at which the tests' actions happen: Monday 2 March 2026, 9:00 UTC."""
    return NOW


def _tenant(subdomain):
    from triptych.tenants.models import Tenant

    with entered(CONTROL):
        return Tenant.objects.get(subdomain=subdomain)


@pytest.fixture
def tenant(db):
    """Acme Tools at acme.localhost."""
    return _tenant("acme")


@pytest.fixture
def other_tenant(db):
    """Globex at globex.localhost, which must never learn anything of Acme Tools."""
    return _tenant("globex")


@pytest.fixture
def in_tenant(tenant) -> Iterator[None]:
    """Run the test's body inside Acme Tools, with its PostgreSQL role."""
    with entered(tenant):
        yield


@pytest.fixture
def members(tenant):
    """The members of Acme Tools by role."""
    from triptych.tenants.members.models import Member

    with entered(tenant):
        return {member.role: member for member in Member.objects.filter(person_id__isnull=False)}


def signed_in(tenant, email: str, *, host: str | None = None) -> Client:
    """A browser in which that person of the tenant is signed in; `host` makes it call another host."""
    from triptych.tenants.models import Person

    client = Client(SERVER_NAME=f"{tenant.subdomain}.localhost")
    with entered(tenant):
        client.force_login(Person.objects.get(email=email))
    if host:
        client.defaults["SERVER_NAME"] = host
    return client


class Cast(dict):
    """Browsers by who holds them, signed in when first asked for."""

    def __init__(self, tenant, other_tenant) -> None:
        self.makers = {role: lambda role=role: signed_in(tenant, f"{role}@acme.example") for role in ROLES}
        self.makers["outsider"] = lambda: signed_in(other_tenant, "owner@globex.example", host="acme.localhost")
        self.makers["stranger"] = lambda: Client(SERVER_NAME="acme.localhost")

    def __missing__(self, who: str) -> Client:
        self[who] = self.makers[who]()
        return self[who]


@pytest.fixture
def cast(tenant, other_tenant) -> Cast:
    """`owner`, `admin`, `member`, `reader` of Acme Tools; `outsider` is Globex's owner on Acme's host; `stranger`."""
    return Cast(tenant, other_tenant)


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """For what needs true commits (threads, workers, other processes): nothing is rolled back, so clean up yourself.

    `fresh_tenant` does.
    """
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def fresh_tenant(committed):
    """A tenant of this test alone, committed, dropped afterwards."""
    from triptych.tenants import fleet, provisioning
    from triptych.tenants.models import Tenant

    tenant = provisioning.make_spare(now=NOW)
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.TRIAL, name="Fresh")
        tenant.refresh_from_db()
    yield tenant
    fleet.drop_schema(tenant)
