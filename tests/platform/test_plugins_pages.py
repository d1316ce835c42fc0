"""What plugins show: pages under /x/, and slots on pages of others."""

from types import ModuleType

import pytest
from django.http import Http404, HttpResponse
from django.template import Context, Template
from django.test import override_settings
from django.urls import path

from triptych.platform.plugins import Fragment, Permission, permissions
from triptych.platform.plugins.models import PluginFailure
from triptych.platform.plugins.pages import plugin_patterns
from triptych.platform.refusals import Forbidden
from triptych.platform.scope import CELL, entered
from triptych.testing.plugins import reported_failures

pytestmark = pytest.mark.django_db

SLOT = "{% load slots %}before {% slot 'side' contact=contact %} after"


@pytest.fixture
def plugin(pretend, in_tenant):
    """Make up a plugin; the test runs inside Acme Tools."""
    return pretend


@pytest.fixture
def templates(settings):
    """Templates by name, for these tests alone."""

    def make(**sources: str):
        backend = settings.TEMPLATES[0]
        loaders = [
            ("django.template.loaders.locmem.Loader", {f"{name}.html": source for name, source in sources.items()})
        ]
        settings.TEMPLATES = [
            {**backend, "APP_DIRS": False, "DIRS": [], "OPTIONS": {"loaders": loaders, "libraries": {}}}
        ]

    return make


def rendered(**context) -> str:
    return Template(SLOT).render(Context(context))


def test_fragments_stand_in_the_slot_by_position_and_know_the_page(plugin, templates):
    templates(pear="pear of {{ contact }} ({{ ripe }})", apple="apple")
    plugin("apple", slot=lambda name: [Fragment("apple.html", position=200)])
    plugin("pear", slot=lambda name, page: [Fragment("pear.html", {"ripe": name + page["contact"]})])

    assert rendered(contact="<Ann>") == "before pear of &lt;Ann&gt; (side&lt;Ann&gt;)\napple after"


@pytest.mark.parametrize(
    "source", ["{% nonsense %}", "{% url 'nowhere' %}", "{{ danger.goes_off }}", "{% include 'missing.html' %}"]
)
def test_a_fragment_that_cannot_be_rendered_costs_only_itself(plugin, templates, tenant, source):
    class Danger:
        @property
        def goes_off(self):
            raise RuntimeError("boom")

    templates(pear=source, apple="apple")
    plugin("apple", slot=lambda name: [Fragment("apple.html")])
    plugin("pear", slot=lambda name: [Fragment("pear.html", {"danger": Danger()})])

    assert rendered(contact="Ann") == "before apple after"
    assert reported_failures(tenant) == {("pear", "slot side"): 1}


def test_a_fragment_of_core_that_cannot_be_rendered_is_a_fault_of_the_page(plugin, templates):
    templates(core="{% url 'nowhere' %}")
    plugin("core:tests", slot=lambda name: [Fragment("core.html")])

    with pytest.raises(Exception, match="nowhere"):
        rendered(contact="Ann")


def page(request):
    return HttpResponse("a page of the pear")


def broken_page(request):
    raise RuntimeError("the pear is rotten")


def missing_page(request):
    raise Http404


PAGES = [path("", page, name="home"), path("broken/", broken_page), path("missing/", missing_page)]


@pytest.fixture
def mounted(plugin):
    """The pear's pages, as the root mounts them at the start, enabled in Acme Tools."""
    from django.urls import include

    from triptych import urls

    plugin("pear", urls=lambda: PAGES)
    patterns = [*urls.urlpatterns, path("x/", include(plugin_patterns()))]
    module = ModuleType("urls_of_this_test")
    vars(module).update({**vars(urls), "urlpatterns": patterns})
    with override_settings(ROOT_URLCONF=module):
        yield


def test_pages_are_there_where_the_plugin_is_enabled_and_nowhere_else(mounted, cast, tenant, other_tenant):
    from triptych.testing.people import signed_in

    assert cast["reader"].get("/x/pear/").content == b"a page of the pear"
    assert signed_in(other_tenant, "owner@globex.example").get("/x/pear/").status_code == 404
    assert cast["owner"].get("/x/nothing/").status_code == 404


def test_pages_want_a_member(mounted, cast):
    answer = cast["stranger"].get("/x/pear/")
    assert (answer.status_code, answer.url) == (302, "/login/?next=/x/pear/")


def test_a_page_that_raises_is_reported_under_the_plugin(mounted, cast, tenant):
    client = cast["owner"]
    client.raise_request_exception = False
    assert client.get("/x/pear/broken/").status_code == 500
    assert client.get("/x/pear/missing/").status_code == 404
    assert reported_failures(tenant) == {("pear", "page"): 1}


def test_urls_that_raise_leave_all_other_pages(plugin):
    plugin("pear", urls=lambda: 1 / 0)
    plugin("quince", urls=lambda: PAGES)

    namespaces = [resolver.namespace for resolver in plugin_patterns()]
    assert "quince" in namespaces
    assert "pear" not in namespaces
    with entered(CELL):
        assert not PluginFailure.objects.filter(plugin="quince").exists()


def test_permissions_are_held_by_role_where_the_plugin_is_enabled(plugin, tenant, members):
    declared = [Permission("pear.eat", "Eat pears", roles=("owner", "member")), Permission("apple.eat", "Eat apples")]
    plugin("pear", permissions=lambda: declared)

    assert [role for role, member in sorted(members.items()) if permissions.allowed(member, "pear.eat")] == [
        "member",
        "owner",
    ]
    assert not permissions.allowed(members["owner"], "apple.eat"), "a plugin declares names of its own only"
    with pytest.raises(Forbidden, match="“Eat pears”"):
        permissions.require(members["reader"], "pear.eat")

    tenant.enabled_plugins = []
    assert not permissions.allowed(members["owner"], "pear.eat")
