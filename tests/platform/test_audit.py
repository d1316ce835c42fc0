"""The audit: written by the database, of every table, and by nobody taken back."""

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from triptych.core_crm.contacts.models import Contact
from triptych.platform.audit import triggers
from triptych.platform.audit.models import Entry
from triptych.platform.db import pooling
from triptych.platform.web import logs

pytestmark = pytest.mark.django_db

UNAUDITED = {
    "audit_entry": "the audit itself",
    "cases_numbering": "the last number given",
    "deals_stagechange": "is a history",
    "duplicates_merge": "what a merge did; the records it writes are audited",
    "duplicates_pair": "what a search found; it is searched anew",
    "imports_import": "work on files; the records they write are audited",
    "imports_importchange": "what an import did",
    "imports_importfinding": "what an import found",
    "imports_importreference": "what an import named",
    "lists_pastact": "is a history",
    "lists_pastchange": "is a history",
    "notifications_notification": "what somebody was told, which is theirs alone",
    "mail_arrival": "what came in; the case and its message are audited",
    "samples_samplerecord": "which records are samples",
    "search_recentrecord": "who looked at what",
    "search_searchentry": "made from the records",
    "search_searchtext": "made from the records",
}


@pytest.fixture
def ada(in_tenant, now):
    return Contact.objects.create(first_name="Ada", last_name="Lovelace", created_at=now, updated_at=now)


def entries_of(record):
    return list(Entry.objects.about(record.pk).order_by("at"))


def test_a_change_says_who_from_which_door_and_what(ada, members):
    with logs.bound(member=str(members["member"].pk), door="api", request="r-1"):
        ada.last_name = "Byron"
        ada.save(update_fields={"last_name"})

    created, changed = entries_of(ada)
    assert created.act == "created"
    assert created.after["first_name"] == "Ada"
    assert (changed.act, changed.changes) == ("changed", {"last_name": ("Lovelace", "Byron")})
    assert changed.member_id == members["member"].pk
    assert (changed.door, changed.actor["request"]) == ("api", "r-1")


def test_what_stays_as_it_was_is_no_change(ada, now):
    ada.save()
    ada.version += 1
    ada.save()

    assert [entry.act for entry in entries_of(ada)] == ["created"]


def test_a_value_taken_away_and_one_given_are_told(ada):
    Contact.objects.filter(pk=ada.pk).update(job_title="Countess", deleted_at=ada.created_at)
    Contact.objects.filter(pk=ada.pk).update(deleted_at=None)

    given, taken = entries_of(ada)[1:]
    assert given.changes["job_title"] == ("", "Countess")
    assert "deleted_at" not in given.before
    assert taken.changes["deleted_at"][1] is None


def test_rows_by_hand_written_sql_are_audited_too(ada):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contact WHERE id = %s", [ada.pk])

    assert entries_of(ada)[-1].act == "removed"
    assert entries_of(ada)[-1].before["last_name"] == "Lovelace"


def test_what_is_rolled_back_never_happened(ada, members):
    with logs.bound(member=str(members["member"].pk)):
        with transaction.atomic():
            Contact.objects.filter(pk=ada.pk).update(job_title="Countess")
            transaction.set_rollback(True)
        Contact.objects.filter(pk=ada.pk).update(job_title="Lady")

    assert [entry.after.get("job_title") for entry in entries_of(ada)] == ["", "Lady"]
    assert entries_of(ada)[-1].member_id == members["member"].pk  # said again after the rollback


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = '{}'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_entry (id, at, act) VALUES (gen_random_uuid(), now(), 'changed')",
        "ALTER TABLE contacts_contact DISABLE TRIGGER audited",
        "DROP TRIGGER audited ON contacts_contact",
    ],
)
def test_a_tenants_role_can_only_read_it(ada, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


def test_secrets_and_sort_keys_stay_out(ada):
    from triptych.tenants.members.models import ApiToken, Member

    token = ApiToken.objects.create(
        member=Member.objects.first(), digest="d" * 64, scopes=["read"], created_at=ada.created_at
    )

    assert "sort_key" not in entries_of(ada)[0].after
    assert "digest" not in entries_of(token)[0].after


def test_every_table_is_audited_unless_it_is_named_here(in_tenant, tenant):
    tables = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
    }
    audited = {model._meta.db_table for model in triggers.audited()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgname = 'audited' AND relnamespace = %s::regnamespace",
            [tenant.schema_name],
        )
        standing = {name for (name,) in cursor.fetchall()}

    assert tables - audited == set(UNAUDITED)
    assert standing == audited


def test_the_pool_forgets_who_was_at_work():
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("host", "port", "user", "password", "dbname")
    }
    with psycopg.connect(**parameters) as raw:
        raw.execute(pooling.ACT, ['{"member": "x"}'])
        raw.commit()
        pooling.neutralise(raw)
        raw.execute("RESET ROLE")
        assert raw.execute("SELECT current_setting('triptych.actor')").fetchone() == ("",)
