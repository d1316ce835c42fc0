"""Isolation at its three depths, over every table that a tenant has."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections, transaction

from triptych.platform import events
from triptych.platform.scope import CELL, CONTROL, NOWHERE, building, entered
from triptych.tenants import isolation
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

pytestmark = pytest.mark.django_db


def tables_of(schema):
    with entered(CONTROL), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname = %s AND relkind = 'r' ORDER BY 1",
            [schema],
        )
        return [name for (name,) in cursor.fetchall()]


def test_each_table_of_another_tenant_is_refused_by_the_database(tenant, other_tenant):
    tables = tables_of(other_tenant.schema_name)
    assert "members_member" in tables
    for table in tables:
        with (
            entered(tenant),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f'SELECT * FROM "{other_tenant.schema_name}"."{table}"')


def test_each_table_of_the_own_tenant_can_be_read(tenant):
    with entered(tenant), connection.cursor() as cursor:
        for table in tables_of(tenant.schema_name):
            if table != "django_migrations":
                cursor.execute(f'SELECT count(*) FROM "{table}"')


def test_a_connection_outside_any_tenant_reads_no_tenants_table(tenant):
    for table in tables_of(tenant.schema_name):
        with (
            entered(NOWHERE),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f'SELECT * FROM "{tenant.schema_name}"."{table}"')


def test_forgetting_the_tenant_raises(tenant):
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        Member.objects.count()


def test_a_tenant_sees_only_its_own_rows_of_the_shared_tables(tenant, other_tenant):
    with entered(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM tenants_tenant")
        assert cursor.fetchall() == [("Acme Tools",)]
        cursor.execute("SELECT domain FROM tenants_domain")
        assert cursor.fetchall() == [("acme.localhost",)]
        cursor.execute("SELECT email FROM tenants_person ORDER BY 1")
        assert [email for (email,) in cursor.fetchall()] == [
            "admin@acme.example",
            "member@acme.example",
            "owner@acme.example",
            "reader@acme.example",
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM tenants_tenant",
        "SELECT * FROM tenants_domain",
        "SELECT * FROM tenants_membership",
        "SELECT * FROM tenants_session WHERE session_key = 'k'",
        "SELECT * FROM tenants_person WHERE id = '00000000-0000-0000-0000-000000000000'",
        "SELECT * FROM tenants_session JOIN tenants_person ON tenants_person.id = person_id WHERE session_key = 'k'",
        "SELECT * FROM account_emailaddress WHERE user_id = '00000000-0000-0000-0000-000000000000'",
        "SELECT * FROM mfa_authenticator WHERE user_id = '00000000-0000-0000-0000-000000000000'",
        "SELECT * FROM tenants_entitlement",
        "SELECT * FROM tenants_usage",
        "SELECT * FROM events_job",
        "SELECT * FROM plugins_pluginfailure",
    ],
)
def test_rows_of_the_shared_tables_are_found_by_an_index_however_many_tenants_there_are(tenant, statement):
    with entered(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # which the planner prefers for tables as small as these
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index" in plan
    assert "Seq Scan" not in plan


def test_a_tenant_may_write_to_the_outbox_and_not_read_it(tenant):
    with (
        entered(tenant),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM events_outbox")


def test_no_tenant_makes_a_temporary_table_that_the_next_one_would_read(tenant):
    with entered(building("public")):
        isolation.install()  # rights on the database itself are not copied with the template
    refused = pytest.raises(ProgrammingError, match="permission denied to create temporary tables")

    with entered(tenant), refused, connection.cursor() as cursor, transaction.atomic():
        cursor.execute("CREATE TEMPORARY TABLE members_member (id int)")


def test_no_table_name_stands_in_two_kinds_of_schema(tenant):
    own, control, cell = (set(tables_of(name)) for name in (tenant.schema_name, "public", "cell"))
    assert (own & control, own & cell, control & cell) == ({"django_migrations"},) * 3


def test_no_foreign_key_leaves_a_tenants_schema(tenant):
    with entered(CONTROL), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass FROM pg_constraint k JOIN pg_class f ON f.oid = confrelid "
            "WHERE contype = 'f' AND connamespace = %s::regnamespace AND f.relnamespace <> connamespace",
            [tenant.schema_name],
        )
        assert cursor.fetchall() == []


def test_the_tenants_role_owns_nothing_and_sees_no_migrations(tenant):
    with entered(CONTROL), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [tenant.schema_name])
        assert cursor.fetchone() == (0,)
    with (
        entered(tenant),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM django_migrations")


def test_the_scope_survives_the_rollback_of_a_savepoint(tenant, other_tenant):
    with entered(tenant):
        sid = transaction.savepoint()
        with entered(other_tenant):
            assert Member.objects.get(role="owner").email == "owner@globex.example"
        transaction.savepoint_rollback(sid)
        assert Member.objects.get(role="owner").email == "owner@acme.example"


def test_an_exception_half_way_leaves_the_tenant(tenant):
    with contextlib.suppress(ZeroDivisionError), entered(tenant):
        assert Member.objects.count() / 0
    with pytest.raises(ProgrammingError), transaction.atomic():
        Member.objects.count()


def test_with_tenant_is_refused(tenant):
    with pytest.raises(TypeError, match="shares its stack"), tenant:
        pass


def web_login() -> psycopg.Connection:
    """A connection as web and worker processes have it."""
    parameters = {**connection.get_connection_params(), "user": "triptych_web"}
    keys = ("host", "port", "user", "dbname")
    return psycopg.connect(**{key: parameters[key] for key in keys if parameters.get(key)}, autocommit=True)


@pytest.mark.usefixtures("django_db_setup")
def test_the_web_login_itself_may_read_nothing(tenant):
    with web_login() as login:
        for table in (f"{tenant.schema_name}.members_member", "public.tenants_person", "cell.events_outbox"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(f"SELECT * FROM {table}")


@pytest.mark.usefixtures("django_db_setup")
def test_reset_role_lands_on_a_login_without_rights(tenant):
    with web_login() as login:
        login.execute(f"SET ROLE {tenant.schema_name}")
        login.execute(f"SELECT 1 FROM {tenant.schema_name}.members_member")
        login.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login.execute(f"SELECT 1 FROM {tenant.schema_name}.members_member")


def test_eight_threads_switching_two_thousand_times_never_cross(committed):
    with entered(CONTROL):
        acme, globex = (Tenant.objects.get(subdomain=name) for name in ("acme", "globex"))

    def switch(thread: int) -> set[tuple[str, str]]:
        seen = set()
        try:
            for turn in range(2_000):
                tenant = (acme, globex)[(thread + turn) % 2]
                with entered(tenant):
                    seen.add((tenant.subdomain, Member.objects.get(role="owner").email))
        finally:
            connections.close_all()
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = set().union(*pool.map(switch, range(8)))

    assert seen == {("acme", "owner@acme.example"), ("globex", "owner@globex.example")}


def test_the_relay_reads_every_tenants_outbox(tenant, other_tenant, now):
    for one in (tenant, other_tenant):
        with entered(one):
            events.announce("parcel.sent", None, by=None, at=now)

    with entered(CELL), connection.cursor() as cursor:
        cursor.execute("SELECT tenant_id FROM events_outbox ORDER BY id")
        assert cursor.fetchall() == [(tenant.id,), (other_tenant.id,)]
