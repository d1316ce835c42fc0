"""Somebody who works for two tenants: what the database lets one of them do to that person by hand-written SQL."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import DatabaseError, connection, transaction

from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import actions, isolation
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
        "UPDATE tenants_person SET password = 'x' WHERE id = %(person)s",
        "UPDATE tenants_person SET name = 'x' WHERE id = %(person)s",
        "UPDATE tenants_person SET last_login = now() WHERE id = %(person)s",
        "SELECT * FROM tenants_person WHERE id = %(person)s FOR UPDATE",
        "INSERT INTO mfa_authenticator (type, data, created_at, user_id) VALUES ('totp', '{}', now(), %(person)s)",
        "UPDATE mfa_authenticator SET data = '{}' WHERE user_id = %(person)s",
        "DELETE FROM mfa_authenticator WHERE user_id = %(person)s",
        'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
        "VALUES ('evil@globex.example', true, false, %(person)s)",
        "UPDATE account_emailaddress SET email = 'evil@globex.example' WHERE user_id = %(person)s",
        "DELETE FROM account_emailaddress WHERE user_id = %(person)s",
        "SELECT nextval(pg_get_serial_sequence('mfa_authenticator', 'id'))",
        "UPDATE tenants_person SET email = 'evil@globex.example' WHERE id = %(person)s",
        "UPDATE tenants_person SET is_operator = true WHERE id = %(person)s",
        "UPDATE tenants_person SET is_active = false WHERE id = %(person)s",
        "DELETE FROM tenants_person WHERE id = %(person)s",
        "SELECT * FROM tenants_handover",
        "INSERT INTO tenants_handover (id, person_id, tenant_id, expires_at) "
        "VALUES (gen_random_uuid(), %(person)s, %(acme)s, now())",
        "INSERT INTO tenants_membership (id, person_id, tenant_id, created_at) "
        "VALUES (gen_random_uuid(), %(stranger)s, %(globex)s, now())",
        "INSERT INTO tenants_session "
        "(session_key, session_data, expire_date, tenant_id, created_at, last_used_at, user_agent) "
        "VALUES ('key', '', now(), %(acme)s, now(), now(), '')",
        "INSERT INTO tenants_session (session_key, session_data, expire_date, created_at, last_used_at, user_agent) "
        "VALUES ('key', '', now(), now(), now(), '')",
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


class TestRowsOfAPersonAreSavedInTheControlScope:
    """What the pages of a tenant's host save, they save through the models, which know where."""

    def test_a_password_is(self, tenant):
        with entered(tenant):
            person = Person.objects.get(email="member@acme.example")
            person.set_password("another-horse-battery")
            person.save(update_fields=["password"])
            person.refresh_from_db()

        assert person.check_password("another-horse-battery")

    def test_factors_are_made_used_locked_and_deleted(self, tenant):
        with entered(tenant):
            person = Person.objects.get(email="member@acme.example")
            codes = RecoveryCodes.activate(person)
            first, *_others = codes.get_unused_codes()
            assert (codes.validate_code(first), codes.validate_code(first)) == (True, False)
            counted = Authenticator.objects.filter(user_id=person.pk).delete()

        assert counted == (1, {"mfa.Authenticator": 1})

    def test_rows_of_strangers_are_not_found_to_be_deleted(self, tenant, other_tenant):
        with entered(tenant):
            RecoveryCodes.activate(Person.objects.get(email="member@acme.example"))
        with entered(other_tenant):
            assert Authenticator.objects.all().delete() == (0, {})

    def test_a_statement_about_many_rows_is_refused(self, tenant):
        with entered(tenant), pytest.raises(DatabaseError), transaction.atomic():
            Person.objects.update(password="x")


def test_rights_that_an_earlier_version_gave_are_taken_away(other_tenant):
    with entered(building("public")), connection.cursor() as cursor:
        cursor.execute("GRANT SELECT, UPDATE (password) ON tenants_person TO triptych_shared")
        cursor.execute("GRANT INSERT, UPDATE, DELETE ON mfa_authenticator TO triptych_shared")
    with entered(other_tenant):
        assert rows("UPDATE tenants_person SET password = 'x'") == 1
    with entered(building("public")):
        isolation.install()
    with entered(other_tenant):
        assert rows("UPDATE tenants_person SET password = 'x'") is None
        assert rows("DELETE FROM mfa_authenticator") is None
