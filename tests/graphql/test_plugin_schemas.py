"""What plugins add to the API: there where they are enabled, gone where not, and their faults cost only themselves."""

import types

import pytest
import strawberry

from triptych.graphql.clashes import refuse_clash
from triptych.graphql.composition import composition_problems, schema_for
from triptych.graphql.context import ApiInfo
from triptych.platform.plugins import GraphQLExtension, hookimpl
from triptych.platform.plugins.breaker import breaker
from triptych.platform.plugins.registry import registry
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.models import Tenant
from triptych.tenants.plugins import SwitchRefused

pytestmark = pytest.mark.django_db


@strawberry.type
class Stars:
    @strawberry.field(description="How bright somebody shines.")
    def stars(self, info: ApiInfo) -> int:
        return info.context.batch("stars", self, lambda people: {person.pk: len(person.last_name) for person in people})


@strawberry.type
class Broken:
    @strawberry.field(description="Raises.")
    def broken_stars(self) -> int:
        raise ZeroDivisionError("stars by zero")


@strawberry.type
class Name:
    @strawberry.field(description="There already.")
    def name(self) -> str:
        return "clash"


def plugin(*fields: type, on: str = "Contact") -> types.SimpleNamespace:
    """The module of a plugin that adds these fields."""

    @hookimpl
    def graphql_extensions() -> list[GraphQLExtension]:
        return [GraphQLExtension(on=on, fields=one) for one in fields]

    return types.SimpleNamespace(graphql_extensions=graphql_extensions)


@pytest.fixture
def enabled(tenant):
    """`enabled("stars", plugin(…))` registers a plugin for the test and enables it at Acme."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def enable(plugin_id, namespace, *, there=True):
            stack.enter_context(registry.with_registered(plugin_id, namespace))
            if there:
                with entered(CONTROL):
                    Tenant.objects.filter(pk=tenant.pk).update(enabled_plugins=[*tenant.enabled_plugins, plugin_id])
                    tenant.refresh_from_db()

        yield enable


def test_a_plugins_field_is_there_where_it_is_enabled(api, crm, enabled):
    crm.contact(last_name="Bell")
    document = "{ contacts { edges { node { name stars } } } }"
    enabled("stars_there", plugin(Stars))

    assert api["program"].data(document)["contacts"]["edges"] == [{"node": {"name": "Bell", "stars": 4}}]


def test_a_plugins_field_is_gone_where_it_is_not_enabled(api, enabled):
    enabled("stars_elsewhere", plugin(Stars), there=False)

    answer = api["program"]("{ contacts { edges { node { stars } } } }")

    assert "Cannot query field 'stars'" in answer["errors"][0]["message"]


def test_a_fault_costs_only_the_field_and_is_named(api, crm, enabled):
    crm.contact(last_name="Bell")
    enabled("stars_broken", plugin(Broken, Stars))

    answer = api["program"]("{ contacts { edges { node { name stars brokenStars } } } }")

    assert answer["data"]["contacts"]["edges"] == [{"node": {"name": "Bell", "stars": 4, "brokenStars": None}}]
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "PLUGIN_FAILED", "plugin": "stars_broken"}
    assert "zero" not in str(answer)


def test_nobody_has_a_plugin_left_out_by_asking_it_for_much(api, crm, enabled, monkeypatch):
    crm.contact(last_name="Bell")
    enabled("stars_slow", plugin(Stars))
    monkeypatch.setattr(breaker, "slow", 1e-9)

    answers = [api["program"]("{ contacts { edges { node { stars } } } }") for _time in range(breaker.limit + 1)]

    assert not any("errors" in answer for answer in answers)


def test_a_plugin_that_raises_when_asked_leaves_the_api_whole(api, enabled):
    @hookimpl
    def graphql_extensions() -> list[GraphQLExtension]:
        raise ZeroDivisionError

    enabled("stars_raising", types.SimpleNamespace(graphql_extensions=graphql_extensions))

    assert api["program"].data("{ me { role } }") == {"me": {"role": "MEMBER"}}


def test_a_plugin_that_no_longer_fits_is_left_out_and_the_others_stay(api, crm, enabled):
    crm.contact(last_name="Bell")
    enabled("stars_fitting", plugin(Stars))
    enabled("stars_unfit", plugin(Name))

    assert api["program"].data("{ contacts { edges { node { name stars } } } }")["contacts"]["edges"][0]["node"] == {
        "name": "Bell",
        "stars": 4,
    }


@pytest.mark.parametrize(
    ("fields", "on", "problem"),
    [
        (Name, "Contact", "The field Contact.name is there twice: from clash and core."),
        (Stars, "Contcat", "Fields are added to types that do not exist: Contcat (from clash)."),
    ],
)
def test_a_clash_is_named_and_refuses_the_enabling(tenant, enabled, fields, on, problem):
    enabled("clash", plugin(fields, on=on), there=False)

    assert composition_problems(["clash"]) == [problem]
    with pytest.raises(SwitchRefused, match="It does not fit into the API") as refused:
        refuse_clash(tenant, frozenset(["clash"]))
    assert refused.value.code == "API_CLASH"


def test_two_plugins_that_clash_are_both_named(enabled):
    enabled("stars_one", plugin(Stars), there=False)
    enabled("stars_two", plugin(Stars), there=False)

    problems = composition_problems(["stars_one", "stars_two"])

    assert problems == ["The field Contact.stars is there twice: from stars_one and stars_two."]
    assert composition_problems(["stars_one"]) == composition_problems(["stars_two"]) == []


def test_schemas_of_many_sets_are_bounded(monkeypatch):
    from triptych.graphql import composition

    assert composition.KEPT == 32
    monkeypatch.setattr(composition, "KEPT", 1)
    schema_for(["loyalty"])
    schema_for([])
    assert len(composition._schemas) == 1
    assert schema_for([]) is schema_for(frozenset())


@pytest.fixture(autouse=True)
def _calm_breaker():
    breaker.reset()
    yield
    breaker.reset()
