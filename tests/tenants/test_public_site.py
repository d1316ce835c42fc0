"""The public host: front page, signing up, finding a forgotten workspace."""

import re

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client

from triptych.platform.scope import CONTROL, entered
from triptych.tenants import provisioning, public_views
from triptych.tenants.models import Person, Tenant

pytestmark = pytest.mark.django_db
ASKED = {
    "name": "Müller & Sons", "subdomain": "muller", "person_name": "Mia Müller", "email": "mia@muller.example",
    "password": "quiet-petrol-arch", "timezone": "Europe/Berlin",
}  # fmt: skip


@pytest.fixture
def public(db):
    caches["shared"].clear()
    return Client(SERVER_NAME="localhost")


def test_strangers_see_the_front_page(public):
    assert public.get("/").status_code == 200


@pytest.fixture
def spare(db, now):
    """What the provisioner keeps ready."""
    return provisioning.make_spare(now=now)


def test_signing_up_leads_the_owner_into_the_workspace_signed_in(public, spare):
    response = public.post("/signup/", ASKED)
    there = Client(SERVER_NAME="muller.localhost")
    address = response.headers["Location"]
    there.get(address.removeprefix("http://muller.localhost"))

    assert address.startswith("http://muller.localhost/arrive/?pass=")
    assert "Mia Müller" in there.get("/").content.decode()
    with entered(CONTROL):
        tenant = Tenant.objects.get(subdomain="muller")
    assert (tenant.name, tenant.timezone, tenant.state) == ("Müller & Sons", "Europe/Berlin", "trial")


def test_the_policy_lets_the_form_lead_to_the_new_workspace(public):
    policy = public.get("/signup/").headers["Content-Security-Policy"]

    assert "form-action 'self' http://*.localhost:*" in policy


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subdomain": "acme"}, "“acme” is taken."),
        ({"subdomain": "Not An Address"}, "An address is 3 to 63 letters"),
        ({"subdomain": "www"}, "“www” is taken."),
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"password": "12345678"}, "This password is too common."),
        ({"email": "owner@acme.example"}, "You have an account already."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_refused_sign_up_says_why_and_makes_nothing(public, spare, wrong, sentence):
    response = public.post("/signup/", {**ASKED, **wrong})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    with entered(CONTROL):
        assert Tenant.objects.named().count() == 2
        assert not Person.objects.filter(email="mia@muller.example").exists()


def test_an_unknown_time_zone_is_ignored(public, spare):
    public.post("/signup/", {**ASKED, "timezone": "Mars/Olympus"})

    with entered(CONTROL):
        assert Tenant.objects.get(subdomain="muller").timezone == "UTC"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"subdomain": "fresh-one"}, "fresh-one.localhost is free."),
        ({"subdomain": "acme"}, "Take “acme-crm”"),
        ({"subdomain": "", "name": "Café Zürich 7"}, "cafe-zurich-7.localhost is free."),
        ({"subdomain": "x"}, "An address is 3 to 63 letters"),
        ({"subdomain": ""}, ""),
    ],
)
def test_the_address_is_checked_while_typing(public, asked, words):
    assert words in public.get("/signup/address/", asked).content.decode()


@pytest.mark.parametrize(
    ("name", "address"), [("Müller & Sons", "muller-sons"), ("3M", "m"), ("Ёлка", ""), ("a" * 80, "a" * 40)]
)
def test_an_address_is_suggested_from_the_name(name, address):
    assert public_views.suggested(name) == address


def test_finding_a_workspace_says_the_same_to_everybody(public):
    told = []
    for email in ("owner@acme.example", "nobody@nowhere.example"):
        page = public.post("/find-workspace/", {"email": email}).content.decode()
        told.append(re.sub(r'"\w{64}"|data-at="\d+"', "", page).replace(email, ""))

    assert told[0] == told[1]
    assert [len(mail.outbox), mail.outbox[0].to, mail.outbox[1].to] == [
        2, ["owner@acme.example"], ["nobody@nowhere.example"],
    ]  # fmt: skip
    assert "http://acme.localhost/" in mail.outbox[0].body
    assert "localhost" not in mail.outbox[1].body


def test_nobody_is_flooded_with_mails(public):
    pages = [public.post("/find-workspace/", {"email": "flooded@acme.example"}) for _time in range(5)]

    assert [page.status_code for page in pages] == [200] * 5
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("path", ["/contacts/", "/settings/people/", "/graphql/", "/workspaces/", "/join/secret/"])
def test_the_public_host_has_no_page_of_a_tenant(public, path):
    assert public.get(path).status_code == 404
