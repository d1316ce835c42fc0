"""The example from outside, as it is installed here: everything at once, nothing without it, its broken versions."""

import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.actions import create_deal, move_deal
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform.plugins import permissions
from triptych.platform.scope import entered
from triptych.tenants.usage import meters
from triptych.testing.plugins import every_hook_raises, reported_failures

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "examples" / "triptych-loyalty" / "triptych_loyalty"
FIELD = "{ contacts { edges { node { firstName loyalty { points } } } } }"


@pytest.fixture
def ann(tenant, members, now):
    with entered(tenant):
        return create_contact(first_name="Ann", last_name="Lee", by=members["owner"], now=now)


@pytest.fixture
def stages(tenant):
    """Stages of the default pipeline: an open one, and the one of won deals."""
    with entered(tenant):
        pipeline = Stage.objects.filter(is_won=True).order_by("pk").first().pipeline
        later, won = pipeline.stages.filter(is_closed=False).order_by("position"), pipeline.stages.get(is_won=True)
        return later[1], won


@pytest.fixture
def deal(tenant, ann, members, now):
    with entered(tenant):
        return create_deal(name="Pumps", amount=Decimal(1000), primary_contact=ann, by=members["owner"], now=now)


def seen(cast, api, tenant, ann, members) -> dict[str, bool]:
    """Where Loyalty shows itself in Acme Tools."""
    owner = cast["owner"]
    with entered(tenant):
        permission = permissions.allowed(members["member"], "loyalty.adjust_points")
        meter = "loyalty.points_given" in meters()
    return {
        "menu": 'href="/x/loyalty/"' in owner.get("/").content.decode(),
        "page": owner.get("/x/loyalty/").status_code == 200,
        "slot": 'id="loyalty"' in owner.get(ann.get_absolute_url()).content.decode(),
        "field": "errors" not in api(FIELD),
        "type": api('{ __type(name: "LoyaltyAccount") { name } }')["data"]["__type"] is not None,
        "permission": permission,
        "meter": meter,
    }


def test_enabling_shows_everything_at_once_and_disabling_hides_it_and_keeps_the_data(
    cast, api, tenant, ann, deal, stages, members, now, enable, disable, drain
):
    nothing = seen(cast, api, tenant, ann, members)
    assert nothing == dict.fromkeys(nothing, False)

    enable("loyalty")
    everything = seen(cast, api, tenant, ann, members)
    assert everything == dict.fromkeys(everything, True)
    with entered(tenant):
        move_deal(deal=deal, to=stages[1], by=members["owner"], now=now)
    drain()
    assert api(FIELD)["data"]["contacts"]["edges"] == [{"node": {"firstName": "Ann", "loyalty": {"points": 100}}}]

    disable("loyalty")
    assert seen(cast, api, tenant, ann, members) == nothing
    enable("loyalty")
    assert api(FIELD)["data"]["contacts"]["edges"] == [{"node": {"firstName": "Ann", "loyalty": {"points": 100}}}]


def test_it_shows_itself_only_where_it_is_enabled(tenant, other_tenant, enable):
    from triptych.testing.people import signed_in

    enable("loyalty")
    elsewhere = signed_in(other_tenant, "owner@globex.example")

    assert elsewhere.get("/x/loyalty/").status_code == 404
    assert "/x/loyalty/" not in elsewhere.get("/").content.decode()


PAGES = ["/", "/contacts/", "/companies/", "/leads/", "/deals/", "/cases/", "/activities/", "/settings/plugins/"]


def test_a_version_that_raises_in_every_hook_costs_no_page_and_is_reported(cast, tenant, ann, deal, enable):
    enable("loyalty")
    owner = cast["owner"]
    with every_hook_raises("loyalty"):
        for page in [*PAGES, ann.get_absolute_url(), deal.get_absolute_url()]:
            assert owner.get(page).status_code == 200, page
        told = reported_failures(tenant)
        text = owner.get("/settings/plugins/").content.decode()

    assert {("loyalty", "menu_entries"), ("loyalty", "slot"), ("loyalty", "deal_badges")} <= told.keys()
    assert "RuntimeError: slot fails on purpose." in text


def test_a_version_that_raises_in_every_hook_costs_no_write(cast, api, tenant, ann, deal, stages, members, now, enable):
    enable("loyalty")
    with every_hook_raises("loyalty") as called:
        with entered(tenant):
            move_deal(deal=deal, to=stages[0], by=members["owner"], now=now)
        answer = api(
            'mutation { createContact(input: {firstName: "Bob"}) { contact { firstName } problems { message } } }'
        )

    assert "check_deal_move" in called
    with entered(tenant):
        assert Deal.objects.get(pk=deal.pk).stage_id == stages[0].pk
        assert Contact.objects.filter(first_name="Bob").count() == 1
    assert answer["data"]["createContact"] == {"contact": {"firstName": "Bob"}, "problems": []}
    assert reported_failures(tenant)[("loyalty", "check_deal_move")] == 1


START = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "triptych.settings"
import django
django.setup()
from django.test import Client
from triptych.platform.plugins.discovery import installed_plugins, quarantined_plugins
print([plugin.id for plugin in installed_plugins()])
print([(broken.id, broken.reason) for broken in quarantined_plugins()])
print(Client().get("/health/live").status_code)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Verdicts on the other plugins are found once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("file", ["plugin.py", "models.py"])
def test_a_version_that_fails_to_import_leaves_the_server_running(tmp_path, cache, file):
    """The same distribution, with a file that raises: the copy comes first on the path."""
    shutil.copytree(PACKAGE, tmp_path / "triptych_loyalty")
    (tmp_path / "triptych_loyalty" / file).write_text("raise ImportError('no points today')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(cache)}

    run = subprocess.run([sys.executable, "-c", START], env=environment, capture_output=True, text=True, timeout=120)

    assert run.returncode == 0, run.stderr
    installed, quarantined, status = run.stdout.splitlines()[-3:]
    assert "'loyalty'" not in installed
    assert quarantined == "[('loyalty', 'It does not load: ImportError: no points today')]"
    assert status == "200"
