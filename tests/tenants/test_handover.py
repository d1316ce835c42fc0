"""Nobody is signed in unawares, and a session is worth nothing on another host."""

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client

from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions
from triptych.tenants.models import Person
from triptych.tenants.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(tenant, other_tenant, now):
    """Acme's owner, who is a member of Globex, too."""
    with entered(CONTROL):
        person = Person.objects.get(email="owner@acme.example")
    actions.join(tenant=other_tenant, person=person, role="member", now=now)
    return person


def test_a_link_from_elsewhere_is_asked_about_first(cast, both, other_tenant, settings):
    settings.BASE_DOMAIN = "example.com"
    path = "/arrive/" + cast["owner"].get(f"/workspaces/{other_tenant.pk}/").url.split("/arrive/")[1]
    there = Client(SERVER_NAME="globex.localhost")

    asked = there.get(path, headers={"sec-fetch-site": "cross-site"})

    assert (asked.status_code, "Sign in here" in asked.text) == (200, True)
    assert there.get("/workspaces/").status_code == 302


def test_a_session_of_one_tenant_does_not_exist_in_another(cast, both, other_tenant):
    owner = cast["owner"]
    assert owner.get("/workspaces/").status_code == 200

    owner.defaults["SERVER_NAME"] = "globex.localhost"

    assert owner.get("/workspaces/").status_code == 302


def test_a_pass_without_our_signature_opens_nothing(both, other_tenant, now):
    """The row's id alone, which a backup or a log may show, is no pass."""
    signed = actions.hand_over(person_id=both.pk, to=other_tenant, now=now)

    assert actions.arrive(pass_id=signed.partition(":")[0], tenant=other_tenant, now=now) is None
    assert actions.arrive(pass_id=f"{signed[:-1]}-", tenant=other_tenant, now=now) is None
    assert actions.arrive(pass_id=signed, tenant=other_tenant, now=now) == both


async def _loaded(store):
    return await store.aload()


def test_asynchronous_code_finds_no_session_of_another_host_either(cast, tenant, other_tenant):
    key = cast["owner"].cookies[settings.SESSION_COOKIE_NAME].value

    with entered(tenant):
        assert async_to_sync(_loaded)(SessionStore(key))["_auth_user_id"]
    with entered(other_tenant):
        assert async_to_sync(_loaded)(SessionStore(key)) == {}
