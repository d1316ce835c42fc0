"""Switching plugins on and off, and the page that does it."""

from datetime import timedelta
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from triptych.platform.events.models import Outbox
from triptych.platform.plugins import Permission, Plugin, UsageMeter, discovery, failures, hookimpl
from triptych.platform.plugins.registry import registry
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.scope import CELL, CONTROL, entered
from triptych.tenants import plugins
from triptych.tenants.models import Entitlement, Tenant
from triptych.tenants.plugin_overview import plugin_overview
from triptych.tenants.plugins import disable_plugin, enable_plugin
from triptych.tenants.usage import UnknownMeter, record_usage, usage_since, used_here

pytestmark = pytest.mark.django_db


class Installed:
    """Plugins that seem to be installed beside the real ones."""

    def __init__(self, found: discovery.Found) -> None:
        self.found = found
        self.registered: list[str] = []

    def __call__(self, plugin_id: str, *, implementations: dict | None = None, **manifest) -> Plugin:
        plugin = Plugin(id=plugin_id, label=plugin_id.title(), version="1", api=1, **manifest)
        module = ModuleType(plugin_id)
        for name, function in (implementations or {}).items():
            setattr(module, name, hookimpl(function))
        registry.register(plugin_id, module)
        self.registered.append(plugin_id)
        self.found.plugins = sorted([*self.found.plugins, plugin], key=lambda one: one.id)
        return plugin


@pytest.fixture
def install(monkeypatch):
    real = discovery.found()
    found = discovery.Found(list(real.plugins), dict(real.modules), list(real.quarantined))
    monkeypatch.setattr(discovery, "found", lambda: found)
    installed = Installed(found)
    yield installed
    for plugin_id in installed.registered:
        registry.unregister(plugin_id)


def stored(tenant) -> list[str]:
    with entered(CONTROL):
        return Tenant.objects.get(pk=tenant.pk).enabled_plugins


def announced() -> list[tuple[str, dict]]:
    with entered(CELL):
        names = ["plugin.enabled", "plugin.disabled"]
        return list(Outbox.objects.filter(name__in=names).order_by("pk").values_list("name", "facts"))


def test_enabling_and_disabling_is_kept_announced_and_seen_by_the_scope_at_once(
    install, tenant, members, in_tenant, now
):
    install("pear")

    enable_plugin(tenant=tenant, plugin_id="pear", by=members["owner"], now=now)
    assert (stored(tenant), tenant.enabled_plugins) == (["pear"], ["pear"])
    enable_plugin(tenant=tenant, plugin_id="pear", by=members["admin"], now=now)
    disable_plugin(tenant=tenant, plugin_id="pear", by=members["owner"], now=now)

    assert (stored(tenant), tenant.enabled_plugins) == ([], [])
    assert announced() == [("plugin.enabled", {"plugin": "pear"}), ("plugin.disabled", {"plugin": "pear"})]


@pytest.mark.parametrize("role", ["member", "reader"])
def test_only_owners_and_admins_switch(install, tenant, members, now, role):
    install("pear")

    with pytest.raises(Forbidden):
        enable_plugin(tenant=tenant, plugin_id="pear", by=members[role], now=now)
    assert (stored(tenant), announced()) == ([], [])


def test_an_unknown_plugin_is_refused(tenant, now):
    with pytest.raises(Refused, match=r"^No plugin called “nothing” is installed here\.$"):
        enable_plugin(tenant=tenant, plugin_id="nothing", by=None, now=now)


def test_a_quarantined_plugin_is_refused_with_the_reason(install, tenant, now):
    install.found.quarantined.append(discovery.Quarantined("pear", "It does not load: ImportError: no pips"))

    with pytest.raises(Refused, match="“pear” was set aside when the server started: It does not load") as refused:
        enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    assert refused.value.code == "QUARANTINED"


def test_a_tenant_whose_tables_are_stale_must_wait(install, tenant, now):
    install("pear")
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(stamp="of yesterday")

    with pytest.raises(Refused, match="being brought up to date") as refused:
        enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    assert (refused.value.code, stored(tenant)) == ("STALE", [])


def test_what_a_plugin_requires_comes_first_and_goes_last(install, tenant, now):
    install("pear")
    install("tart", requires=("pear",))

    with pytest.raises(Refused, match=r"^“Tart” needs other plugins: enable pear first\.$"):
        enable_plugin(tenant=tenant, plugin_id="tart", by=None, now=now)
    for plugin_id in ("pear", "tart"):
        enable_plugin(tenant=tenant, plugin_id=plugin_id, by=None, now=now)
    with pytest.raises(Refused, match=r"^Tart needs this plugin\. Disable that first\.$"):
        disable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    assert stored(tenant) == ["pear", "tart"]


@pytest.mark.parametrize(
    ("starts", "ends", "is_granted"), [(-1, None, True), (-1, 1, True), (-2, -1, False), (1, 2, False)]
)
def test_an_entitlement_must_be_valid_now(install, tenant, now, starts, ends, is_granted):
    install("pear", entitlement="pear")
    with entered(CONTROL):
        Entitlement.objects.create(
            tenant=tenant,
            key="pear",
            source="operator",
            starts_at=now + timedelta(days=starts),
            ends_at=None if ends is None else now + timedelta(days=ends),
        )

    if is_granted:
        enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    else:
        with pytest.raises(Refused, match=r"^Your plan does not include “Pear”\."):
            enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    assert stored(tenant) == (["pear"] if is_granted else [])


def test_other_rooms_may_refuse_too(install, tenant, now, monkeypatch):
    install("pear")

    def clash(tenant, wanted):
        raise Refused(f"{sorted(wanted)} clash.")

    monkeypatch.setattr(plugins, "checks", [clash])
    with pytest.raises(Refused, match=r"\['pear'\] clash\."):
        enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)


def test_a_plugin_that_is_gone_can_still_be_disabled(tenant, now):
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(enabled_plugins=["gone"])

    disable_plugin(tenant=tenant, plugin_id="gone", by=None, now=now)
    assert stored(tenant) == []


def test_enabling_says_nothing_to_other_tenants(install, tenant, other_tenant, now):
    install("pear")
    enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)

    assert stored(other_tenant) == []


@pytest.fixture
def pear(install):
    """A plugin with everything that its page shows."""
    install(
        "pear",
        description="Pears for everybody.",
        data_categories=("pears eaten",),
        implementations={
            "permissions": lambda: [Permission("pear.eat", "Eat pears", roles=("owner",))],
            "usage_meters": lambda: [UsageMeter("pear.eaten", "Pears eaten")],
        },
    )


def test_usage_counts_each_cause_once_and_only_on_declared_meters(pear, tenant, now):
    enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    with entered(tenant):
        for cause in ("monday", "monday", "tuesday"):
            used_here(meter="pear.eaten", identifier=cause, quantity=2, at=now)
        record_usage(tenant=tenant, meter="pear.eaten", identifier="last month", at=now - timedelta(days=40))

        assert usage_since(tenant, now - timedelta(days=1)) == {"pear.eaten": 4}
        with pytest.raises(UnknownMeter, match=r"pear\.thrown"):
            used_here(meter="pear.thrown", identifier="x", at=now)
    with entered(CONTROL), pytest.raises(LookupError):
        used_here(meter="pear.eaten", identifier="x", at=now)


def test_the_overview_tells_what_a_plugin_brings_and_how_it_is_doing(pear, tenant, in_tenant, now, monkeypatch):
    monkeypatch.setattr(failures.clock, "now", lambda: now)
    enable_plugin(tenant=tenant, plugin_id="pear", by=None, now=now)
    used_here(meter="pear.eaten", identifier="monday", quantity=3, at=now)
    failures.report("pear", "menu_entries", ValueError("rotten"))
    failures.flush()

    line = next(line for line in plugin_overview(tenant, now=now).lines if line.plugin.id == "pear")
    assert (line.is_enabled, line.obstacle) == (True, "")
    assert [permission.name for permission in line.permissions] == ["pear.eat"]
    assert [(meter.key, used) for meter, used in line.meters] == [("pear.eaten", 3)]
    assert [(failure.hook, failure.error, failure.count) for failure in line.failures] == [
        ("menu_entries", "ValueError: rotten", 1)
    ]
    later = plugin_overview(tenant, now=now + timedelta(days=8))
    assert next(line for line in later.lines if line.plugin.id == "pear").failures == ()


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("admin", 200), ("member", 403), ("reader", 403), ("stranger", 302)]
)
def test_only_who_administers_sees_the_page(pear, cast, who, status):
    response = cast[who].get("/settings/plugins/")

    assert response.status_code == status
    assert ("Pears for everybody." in response.content.decode()) == (status == 200)


@pytest.mark.parametrize(
    ("who", "status", "enabled"),
    [("owner", 302, ["pear"]), ("admin", 302, ["pear"]), ("member", 403, []), ("stranger", 302, [])],
)
def test_only_who_administers_switches_on_the_page(pear, cast, tenant, who, status, enabled):
    response = cast[who].post("/settings/plugins/pear/enable/")

    assert (response.status_code, stored(tenant)) == (status, enabled)


def test_the_page_shows_failures_and_what_is_set_aside(pear, install, cast, tenant):
    install.found.quarantined.append(discovery.Quarantined("plum", "It does not load: ImportError: no stones"))
    owner = cast["owner"]
    owner.post("/settings/plugins/pear/enable/")
    with entered(tenant):
        failures.report("pear", "menu_entries", ValueError("<b>rotten</b>"))
    failures.flush()

    text = owner.get("/settings/plugins/").content.decode()
    assert "It does not load: ImportError: no stones" in text
    assert "ValueError: &lt;b&gt;rotten&lt;/b&gt;" in text
    assert "Eat pears" in text
    assert 'action="/settings/plugins/pear/disable/"' in text


def test_a_refusal_is_told_on_the_page(install, cast, tenant):
    install("tart", requires=("pear",))

    answer = cast["owner"].post("/settings/plugins/tart/enable/", follow=True)
    assert "enable pear first." in answer.content.decode()
    assert stored(tenant) == []


def test_an_entry_point_without_distribution_is_still_told_of():
    point = EntryPoint("pear", "pear.plugin", "triptych.plugins")

    assert discovery._quarantined(point, "Why.", "").distribution == ""
