"""Somebody who works for two tenants: what the database lets one of them do to that person by hand-written SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions
from triptych.tenants.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(other_tenant, now):
    """Acme's member, who has joined Globex, too."""
    with entered(CONTROL):
        person = Person.objects.get(email="member@acme.example")
    actions.join(tenant=other_tenant, person=person, role="reader", now=now)
    return person


def rows(statement, **values):
    """How many rows the statement finds or changes; None when the database refuses it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    except DatabaseError:
        return None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_person SET email = 'evil@globex.example' WHERE id = %(person)s",
        "UPDATE tenants_person SET is_operator = true WHERE id = %(person)s",
        "UPDATE tenants_person SET is_active = false WHERE id = %(person)s",
        "DELETE FROM tenants_person WHERE id = %(person)s",
        "SELECT * FROM tenants_handover",
        "INSERT INTO tenants_handover (id, person_id, tenant_id, expires_at) "
        "VALUES (gen_random_uuid(), %(person)s, %(acme)s, now())",
        "INSERT INTO tenants_membership (id, person_id, tenant_id, created_at) "
        "VALUES (gen_random_uuid(), %(stranger)s, %(globex)s, now())",
        "INSERT INTO tenants_session (session_key, session_data, expire_date, tenant_id, created_at, user_agent) "
        "VALUES ('key', '', now(), %(acme)s, now(), '')",
        "INSERT INTO tenants_session (session_key, session_data, expire_date, created_at, user_agent) "
        "VALUES ('key', '', now(), now(), '')",
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
        "VALUES ('evil@globex.example', true, false, %(stranger)s)",
        "SELECT * FROM events_outbox",
    ],
    ids=lambda statement: " ".join(statement.split()[:4]),
)
def test_the_database_refuses(tenant, other_tenant, shared, statement):
    with entered(CONTROL):
        stranger = Person.objects.get(email="admin@acme.example").pk
    with entered(other_tenant):
        found = rows(statement, person=shared.pk, stranger=stranger, acme=tenant.pk, globex=other_tenant.pk)

    assert found is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_person SET password = 'x' WHERE id = %(stranger)s",
        "SELECT * FROM tenants_person WHERE id = %(stranger)s",
        "SELECT * FROM tenants_membership WHERE tenant_id = %(acme)s",
        "SELECT * FROM tenants_session WHERE tenant_id = %(acme)s",
        "UPDATE events_job SET state = 'done' WHERE tenant_id = %(acme)s",
    ],
    ids=lambda statement: " ".join(statement.split()[:4]),
)
def test_rows_that_are_none_of_its_business_do_not_exist(cast, tenant, other_tenant, shared, statement):
    cast["owner"].get("/")  # so that there is a session
    with entered(CONTROL):
        stranger = Person.objects.get(email="admin@acme.example").pk
    with entered(other_tenant):
        assert rows(statement, stranger=stranger, acme=tenant.pk) == 0
