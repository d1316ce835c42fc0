"""Calling hooks: order, refusal, isolation, savepoints, reports."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from triptych.platform.plugins import MenuEntry, hookimpl, hooks, hookspec
from triptych.platform.plugins.breaker import breaker
from triptych.platform.plugins.registry import Registry, Unfit, registry
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


class Specs:
    """Hooks of these tests alone."""

    @staticmethod
    @hookspec
    def check_test_write(what: str, by: str) -> None:
        """Whether `what` may be written."""

    @staticmethod
    @hookspec
    def test_nouns(what: str) -> list[MenuEntry]:
        """Some entries."""
        return []

    @staticmethod
    @hookspec
    def test_badges(rows: list[int]) -> dict[int, list[str]]:
        """Badges of each row."""
        return {}


@pytest.fixture(autouse=True)
def _quiet_breaker():
    breaker.reset()
    yield
    breaker.reset()


@pytest.fixture(autouse=True, scope="module")
def _specs():
    if "test_nouns" not in {hook.name for hook in registry.hooks()}:
        registry.define(Specs)


@pytest.fixture
def plugin(pretend, in_tenant):
    """Make up a plugin; the test runs inside Acme Tools."""
    return pretend


def entry(label: str) -> MenuEntry:
    return MenuEntry(label, "/")


def members_called(name: str) -> int:
    return Member.objects.filter(name=name).count()


def add_member(name: str, now) -> None:
    Member.objects.create(name=name, created_at=now)


def test_contributions_come_core_first_then_by_plugin_id(plugin):
    plugin("zebra", test_nouns=lambda what: [entry("z")])
    plugin("apple", test_nouns=lambda what: [entry(what), entry("a2")])
    plugin("core:tests", test_nouns=lambda: [entry("core")])

    assert [made.label for made in hooks.gather("test_nouns", what="a1")] == ["core", "a1", "a2", "z"]
    assert [who for who, _ in hooks.gather_by_plugin("test_nouns", what="a1")] == [
        "core:tests", "apple", "apple", "zebra",
    ]  # fmt: skip


def test_only_enabled_plugins_contribute_and_core_always_does(plugin, tenant):
    plugin("apple", test_nouns=lambda what: [entry("a")])
    plugin("core:tests", test_nouns=lambda: [entry("core")])
    tenant.enabled_plugins = []

    assert [made.label for made in hooks.gather("test_nouns", what="")] == ["core"]
    assert [made.label for made in hooks.gather_for("test_nouns", {"apple"}, what="")] == ["core", "a"]
    with entered(CONTROL):
        assert hooks.enabled_plugins() == frozenset()


def test_rows_are_joined_row_by_row(plugin):
    plugin("apple", test_badges=lambda rows: {1: ["a"], 2: ["b"]})
    plugin("zebra", test_badges=lambda rows: {2: ["c"]})

    assert hooks.gather_rows("test_badges", rows=[1, 2, 3]) == {1: ["a"], 2: ["b", "c"]}
    assert hooks.gather("test_badges", rows=[1]) == [{1: ["a"], 2: ["b"]}, {2: ["c"]}]


def test_a_check_refuses_with_its_sentence_and_later_ones_are_not_asked(plugin):
    asked = []

    def refuse(what):
        asked.append("apple")
        raise Refused(f"No {what} today.", field="what")

    plugin("apple", check_test_write=refuse)
    plugin("zebra", check_test_write=lambda what: asked.append("zebra"))

    with pytest.raises(Refused, match=r"No bread today\.") as refused:
        hooks.check("test_write", what="bread", by="me")
    assert (refused.value.field, asked) == ("what", ["apple"])


@pytest.mark.parametrize("fault", [ValueError("broken"), SystemExit(3), RecursionError(), Refused("A noun says no.")])
def test_a_plugin_that_raises_costs_only_its_own_contribution(plugin, fault):
    def fail(what):
        raise fault

    plugin("apple", test_nouns=fail)
    plugin("zebra", test_nouns=lambda what: [entry("z")])

    assert [made.label for made in hooks.gather("test_nouns", what="")] == ["z"]


def test_a_check_that_breaks_refuses_nothing(plugin):
    plugin("apple", check_test_write=lambda what: 1 / 0)

    hooks.check("test_write", what="bread", by="me")


def test_what_a_raising_plugin_wrote_is_rolled_back_and_the_write_goes_on(plugin, now):
    def write_and_fail(what):
        add_member("by the plugin", now)
        raise ValueError

    plugin("apple", check_test_write=write_and_fail)
    with transaction.atomic():
        add_member("before", now)
        hooks.check("test_write", what="", by="")
        add_member("after", now)

    assert [members_called(name) for name in ("before", "by the plugin", "after")] == [1, 0, 1]


def test_what_a_sound_plugin_writes_stays(plugin, now):
    plugin("apple", check_test_write=lambda what: add_member("by the plugin", now))
    with transaction.atomic():
        hooks.check("test_write", what="", by="")

    assert members_called("by the plugin") == 1


def test_a_failed_statement_that_a_plugin_swallows_does_not_poison_the_transaction(plugin, now):
    def swallow(what):
        with pytest.raises(Exception, match="nowhere_to_be_found"), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere_to_be_found")

    plugin("apple", check_test_write=swallow)
    with transaction.atomic():
        hooks.check("test_write", what="", by="")
        add_member("after", now)

    assert members_called("after") == 1


def test_a_plugin_that_uses_a_transaction_of_its_own_is_rolled_back_with_it(plugin, now):
    def write_and_fail(what):
        with transaction.atomic():
            add_member("by the plugin", now)
        raise InternalError

    plugin("apple", check_test_write=write_and_fail)
    with transaction.atomic():
        hooks.check("test_write", what="", by="")
        add_member("after", now)

    assert [members_called(name) for name in ("by the plugin", "after")] == [0, 1]


def test_a_plugin_that_asks_the_database_nothing_costs_no_statement(plugin):
    plugin("apple", test_nouns=lambda what: [entry("a")])
    with CaptureQueriesContext(connection) as queries:
        hooks.gather("test_nouns", what="")

    assert len(queries) == 0


@pytest.mark.parametrize("result", ["text", entry("not in a list"), ["text"], [None], {"a": 1}, 7])
def test_a_contribution_of_the_wrong_type_is_the_plugins_fault_not_the_pages(plugin, result):
    plugin("apple", test_nouns=lambda what: result)
    plugin("zebra", test_nouns=lambda what: [entry("z")])

    assert [made.label for made in hooks.gather("test_nouns", what="")] == ["z"]


@pytest.mark.parametrize("result", [["not a dict"], {1: "text"}, {1: [7]}, {1: None}])
def test_rows_of_the_wrong_type_are_the_plugins_fault_too(plugin, result):
    plugin("apple", test_badges=lambda rows: result)
    plugin("zebra", test_badges=lambda rows: {1: ["z"]})

    assert hooks.gather_rows("test_badges", rows=[1]) == {1: ["z"]}


def test_core_is_not_isolated(plugin):
    plugin("core:tests", test_nouns=lambda what: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        hooks.gather("test_nouns", what="")


def test_a_call_with_other_facts_than_the_hook_names_is_the_callers_fault(plugin):
    with pytest.raises(TypeError, match=r"check_test_write takes by, what; it was given what\."):
        hooks.check("test_write", what="")
    with pytest.raises(LookupError, match="no_such_hook"):
        hooks.gather("no_such_hook")


def test_a_plugin_that_fails_again_and_again_is_left_out_for_a_while(plugin, tenant, other_tenant):
    calls = []

    def fail(what):
        calls.append(what)
        raise ValueError

    plugin("apple", test_nouns=fail)
    for turn in range(20):
        hooks.gather("test_nouns", what=turn)
    assert len(calls) == breaker.limit

    other_tenant.enabled_plugins = ["apple"]
    with entered(other_tenant):
        hooks.gather("test_nouns", what="there")
    assert calls[-1] == "there", "the breaker of one tenant is not that of another"


@pytest.mark.parametrize(
    ("functions", "sentence"),
    [
        (
            {"test_noun": lambda what: []},
            "It implements test_noun, a hook that nobody defines. Did you mean test_nouns?",
        ),
        ({"test_nouns": lambda wat: []}, "wat"),
    ],
)
def test_implementations_that_fit_no_hook_are_refused_and_leave_nothing_behind(functions, sentence):
    here = Registry()
    here.define(Specs)

    with pytest.raises(Unfit, match=sentence.replace("?", r"\?")):
        here.register("apple", SimpleNamespace(**{name: hookimpl(function) for name, function in functions.items()}))
    assert list(here.implementations("test_nouns", {"apple"})) == []
    assert here.contributors == frozenset()


def test_wrappers_are_refused():
    here = Registry()
    here.define(Specs)

    def wrap(what):
        yield

    with pytest.raises(Unfit, match="wrapper"):
        here.register("apple", SimpleNamespace(test_nouns=hookimpl(wrap, hookwrapper=True)))


def test_an_optional_hook_may_be_one_that_nobody_defines():
    here = Registry()
    here.register("apple", SimpleNamespace(hook_of_another_plugin=hookimpl(lambda what: [], optionalhook=True)))

    assert here.contributors == {"apple"}
