"""Depth two of the isolation: PostgreSQL roles, what each may touch, and the row policies of the shared tables.

`install` is idempotent and runs after every migration of the control and cell schemas. The lists below are the whole
truth about what a tenant's role can see outside its own schema.
"""

from dataclasses import dataclass

from django.db import connection
from psycopg import sql

OWN_TENANT = "{column} = (SELECT substring(current_user::text from '^t_([0-9a-f]{{32}})$')::uuid)"
"""The column alone on one side, so that an index finds the rows; the other, a query, is worked out once a statement."""

OF_A_MEMBER = "EXISTS (SELECT FROM public.tenants_membership AS own WHERE own.person_id = {column})"
"""Asked of each row found, by an index: the policy of memberships leaves those of the tenant whose role asks."""


@dataclass(frozen=True)
class Shared:
    """A table outside the tenants' schemas that a tenant's role may touch, with the rows and verbs it gets.

    `own` is a condition over a row, always on `current_user`, never on a variable that a statement could set.
    """

    table: str
    own: str
    rights: str = "SELECT"


SHARED_TABLES = (
    Shared("public.tenants_tenant", OWN_TENANT.format(column="id")),
    Shared("public.tenants_domain", OWN_TENANT.format(column="tenant_id")),
    Shared("public.tenants_membership", OWN_TENANT.format(column="tenant_id")),
    Shared("public.tenants_entitlement", OWN_TENANT.format(column="tenant_id")),
    Shared("public.tenants_usage", OWN_TENANT.format(column="tenant_id"), "SELECT, INSERT"),
    Shared("public.tenants_session", OWN_TENANT.format(column="tenant_id"), "SELECT, INSERT, UPDATE, DELETE"),
    Shared("public.tenants_person", OF_A_MEMBER.format(column="tenants_person.id")),
    Shared("public.account_emailaddress", OF_A_MEMBER.format(column="account_emailaddress.user_id")),
    Shared("public.mfa_authenticator", OF_A_MEMBER.format(column="mfa_authenticator.user_id")),
    Shared("cell.events_outbox", OWN_TENANT.format(column="tenant_id"), "INSERT"),
    Shared("cell.events_job", OWN_TENANT.format(column="tenant_id"), "SELECT, INSERT, UPDATE"),
    Shared("cell.plugins_pluginfailure", OWN_TENANT.format(column="tenant_id")),
)

ROLES = """
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['triptych_nobody', 'triptych_control', 'triptych_relay', 'triptych_shared'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'triptych_tenants') THEN
        CREATE ROLE triptych_tenants NOLOGIN NOINHERIT;
    END IF;
    FOREACH name IN ARRAY ARRAY['triptych_web', 'triptych_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', name);
        END IF;
        EXECUTE format('GRANT triptych_nobody, triptych_control, triptych_tenants TO %I', name);
    END LOOP;
    GRANT triptych_relay TO triptych_worker;
    GRANT triptych_relay TO triptych_web;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another process made them in the same moment
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS nowhere;
CREATE SCHEMA IF NOT EXISTS cell;
"""

RIGHTS = """
GRANT USAGE ON SCHEMA public, cell TO triptych_control, triptych_shared;
GRANT USAGE ON SCHEMA cell TO triptych_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO triptych_control;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cell TO triptych_control, triptych_relay;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO triptych_control;
REVOKE ALL ON ALL TABLES IN SCHEMA public, cell FROM triptych_shared;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public, cell FROM triptych_shared;
DO $$ BEGIN  -- a temporary table stands before all others, and outlives its tenant's use of a pooled connection
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
"""

TENANT_RIGHTS = """
GRANT USAGE ON SCHEMA {schema} TO {schema};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {schema};
REVOKE ALL ON {schema}.django_migrations FROM {schema};
REVOKE INSERT, UPDATE, DELETE ON {schema}.audit_entry FROM {schema};
"""


def create_roles() -> None:
    """Make the roles and the schemas *cell* and *nowhere*. Runs as the owner, before the first migration."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES)


def install() -> None:
    """Grant what each role needs outside the tenants' schemas and set the row policies. Runs as the owner."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        for shared in SHARED_TABLES:
            cursor.execute(_policies(shared))


def _policies(shared: Shared) -> str:
    """Row-level security for one shared table: a tenant's role sees its own rows, control and relay see all."""
    return f"""
        ALTER TABLE {shared.table} ENABLE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS own_rows ON {shared.table};
        CREATE POLICY own_rows ON {shared.table} TO triptych_shared USING ({shared.own}) WITH CHECK ({shared.own});
        DROP POLICY IF EXISTS all_rows ON {shared.table};
        CREATE POLICY all_rows ON {shared.table} TO triptych_control, triptych_relay USING (true) WITH CHECK (true);
        GRANT {shared.rights} ON {shared.table} TO triptych_shared;
    """


def create_tenant_role(schema_name: str) -> None:
    """Make the role of a tenant, which owns nothing and which the login roles may enter."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE ROLE {role} NOLOGIN INHERIT IN ROLE triptych_shared; GRANT {role} TO triptych_tenants"
            ).format(role=sql.Identifier(schema_name))
        )


def grant_tenant(schema_name: str) -> None:
    """Let a tenant's role touch the tables of its schema, but not the migrations' own, and only read the audit.

    Idempotent.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(TENANT_RIGHTS).format(schema=sql.Identifier(schema_name)))
