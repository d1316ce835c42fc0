"""Where failures of plugins are told: log, Sentry, and a table that rollbacks do not reach."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import sentry_sdk
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.db.utils import ProgrammingError
from sentry_sdk.transport import Transport

from triptych.platform.plugins import failures, hookimpl, hooks
from triptych.platform.plugins.breaker import breaker
from triptych.platform.plugins.models import PluginFailure
from triptych.platform.plugins.registry import registry
from triptych.platform.scope import CELL, entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet():
    breaker.reset()
    failures.forget_waiting()
    yield
    breaker.reset()


@pytest.fixture
def pear(tenant, in_tenant):
    """An enabled plugin whose menu raises."""

    def menu_entries(member):
        raise ValueError("the pear is\0 rotten")

    tenant.enabled_plugins = ["pear"]
    with registry.with_registered("pear", SimpleNamespace(menu_entries=hookimpl(menu_entries))):
        yield


class Kept(Transport):
    """Keeps what would be sent to Sentry."""

    def __init__(self, options=None) -> None:
        super().__init__(options)
        self.envelopes = []

    def capture_envelope(self, envelope) -> None:
        self.envelopes.append(envelope)


def rows():
    failures.flush()
    with entered(CELL):
        return list(PluginFailure.objects.order_by("pk"))


def end_request() -> None:
    """What the end of a request sets off, but for the closing of the test's connection."""
    request_finished.disconnect(close_old_connections)
    request_finished.send(sender=None)
    request_finished.connect(close_old_connections)


def ask_for_menu() -> None:
    hooks.gather("menu_entries", member=None)


def test_a_failure_is_logged_with_plugin_hook_and_tenant(pear, tenant, caplog):
    ask_for_menu()

    (line,) = [line for line in caplog.records if line.message == "plugin_failed"]
    assert (line.plugin, line.hook, line.tenant) == ("pear", "menu_entries", tenant.schema_name)
    assert str(line.exc_info[1]) == "the pear is\0 rotten"


def test_a_failure_reaches_sentry_tagged(pear, tenant):
    client = sentry_sdk.Client(dsn="http://key@localhost/1", transport=Kept)
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        ask_for_menu()

    (event,) = [envelope.get_event() for envelope in client.transport.envelopes]
    assert event["tags"] == {"plugin": "pear", "hook": "menu_entries", "tenant": tenant.schema_name}
    assert event["exception"]["values"][0]["type"] == "ValueError"


def test_failures_are_counted_per_tenant_plugin_and_hook(pear, tenant):
    for _ in range(3):
        ask_for_menu()
    (row,) = rows()
    ask_for_menu()
    (later,) = rows()

    assert (row.tenant_id, row.plugin, row.hook, row.count) == (tenant.pk, "pear", "menu_entries", 3)
    assert row.error == "ValueError: the pear is rotten"
    assert later.count == 4
    assert later.first_at == row.first_at < later.last_at < row.last_at + timedelta(minutes=1)


def test_a_rolled_back_write_takes_no_report_with_it_and_is_not_broken_by_one(pear, now):
    with transaction.atomic():
        ask_for_menu()
        Member.objects.create(name="Never there", created_at=now)
        transaction.set_rollback(True)
    end_request()

    assert [row.count for row in rows()] == [1]
    assert not Member.objects.filter(name="Never there").exists()


def test_reports_that_cannot_be_written_wait(pear, monkeypatch):
    ask_for_menu()
    monkeypatch.setattr(failures, "_write", lambda one: 1 / 0)
    failures.flush()
    monkeypatch.undo()

    assert [row.count for row in rows()] == [1]


def test_a_tenant_reads_its_own_failures_only_and_writes_none(pear, tenant, other_tenant):
    ask_for_menu()
    failures.flush()

    assert [row.plugin for row in PluginFailure.objects.of_tenant(tenant.pk)] == ["pear"]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PluginFailure.objects.all().delete()
    with entered(other_tenant):
        assert list(PluginFailure.objects.all()) == []


def test_long_names_and_errors_are_cut_to_what_the_table_holds(tenant, in_tenant):
    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    failures.report("pear", "h" * 300, ValueError("x" * 1000))
    failures.report("pear", "told", Unspeakable())

    long, unspeakable = sorted(rows(), key=lambda row: row.hook)
    assert (long.hook, long.error) == ("h" * 100, "ValueError: " + "x" * 488)
    assert unspeakable.error == "Unspeakable"


def test_a_slow_plugin_is_left_out_and_reported(pear, tenant, monkeypatch):
    calls = []
    monkeypatch.setattr(breaker, "slow", 0.0)
    slow = SimpleNamespace(menu_entries=hookimpl(lambda member: calls.append(member)))
    with registry.with_registered("slow", slow):
        tenant.enabled_plugins = ["slow"]
        for _ in range(10):
            ask_for_menu()

    assert len(calls) == breaker.limit
    (row,) = rows()
    assert (row.plugin, row.count, row.error) == ("slow", 1, "TooSlow: It took 0.0 s and is left out for 60 s.")
