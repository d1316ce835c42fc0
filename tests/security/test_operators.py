"""The operator's console: who gets in, by every door of the bare host, and that no tenant's host has one."""

import json
import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import get_resolver

from triptych.platform.events.models import Delivery, Job, Outbox
from triptych.platform.scope import CELL, CONTROL, entered
from triptych.tenants.models import Entitlement, Person, Session, Usage
from triptych.tenants.operators import add_operator, remove_operator
from triptych.testing.second_factor import code_now, let_codes_stand_still

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"
EMAIL = "ops@triptych.example"
FOR_EVERYBODY = {"", "signup/", "signup/address/", "find-workspace/"}
WAYS_IN = ("login/", "password/reset/", r"^password/reset/")


@pytest.fixture(autouse=True)
def _nothing_from_before_counts(monkeypatch):
    let_codes_stand_still(monkeypatch)
    for cache in caches.all():
        cache.clear()


@pytest.fixture
def public(db):
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def newcomer(db):
    """An operator who has not set up a second factor yet."""
    return add_operator(email=EMAIL, password=PASSWORD)[0]


@pytest.fixture
def secret(newcomer):
    """The operator's second factor."""
    secret = generate_totp_secret()
    with entered(CONTROL):
        TOTP.activate(newcomer, secret)
    return secret


def sign_in(browser, email=EMAIL, password=PASSWORD, **more):
    return browser.post("/login/", {"email": email, "password": password, **more})


@pytest.fixture
def operator(public, secret):
    """A browser in which an operator has signed in with both factors."""
    sign_in(public)
    public.post("/login/verify/", {"code": code_now(secret)})
    return public


def routes():
    """Every route of the bare host that is not for everybody, as written in the URL configuration."""

    def below(resolver, prefix=""):
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            yield from below(pattern, route) if hasattr(pattern, "url_patterns") else [route]

    found = set(below(get_resolver("triptych.tenants.public_urls"))) - FOR_EVERYBODY
    return sorted(route for route in found if not route.startswith(WAYS_IN))


def address_of(route, tenant):
    return "/" + route.replace("<uuid:pk>", str(tenant.pk)).replace("<int:pk>", "1")


def forced_in(email, host="localhost", scope=CONTROL):
    """A browser with a session of that host, however it was come by."""
    browser = Client(SERVER_NAME=host)
    with entered(scope):
        browser.force_login(Person.objects.get(email=email))
    return browser


class TestTheWayIn:
    def test_a_password_alone_does_not_open_the_console(self, public, secret):
        assert sign_in(public).headers["Location"] == "/login/verify/"
        assert public.get("/operator/").headers["Location"] == "/login/?next=/operator/"

        public.post("/login/verify/", {"code": "000000"})
        assert public.get("/operator/").status_code == 302

        assert public.post("/login/verify/", {"code": code_now(secret)}).headers["Location"] == "/operator/"
        assert public.get("/operator/").status_code == 200

    def test_who_has_no_second_factor_sets_one_up_first(self, public, newcomer):
        assert sign_in(public).headers["Location"] == "/operator/"
        for page in ("/operator/", "/operator/plugins/", "/operator/jobs/", "/operator/dead-letters/"):
            assert public.get(page).headers["Location"] == "/settings/security/"
        assert ask(public, "{ plugins { id } }").status_code == 403
        assert "Set up a code from an app or a passkey first." in public.get("/settings/security/").content.decode()

        page = public.get("/settings/security/app/", follow=True)
        if page.request["PATH_INFO"] == "/confirm/":
            page = public.post("/confirm/?next=/settings/security/app/", {"password": PASSWORD}, follow=True)
        public.post("/settings/security/app/", {"code": code_now(page.context["form"].secret)})
        assert public.get("/operator/").status_code == 200
        assert ask(public, "{ plugins { id } }").status_code == 200

    @pytest.mark.parametrize("email", ["owner@acme.example", "member@acme.example", "nobody@nowhere.example"])
    def test_nobody_else_signs_in_on_the_bare_host_and_all_read_the_same(self, public, newcomer, email):
        wrong = sign_in(public, password="wrong-horse")
        refused = sign_in(public, email=email)

        assert (refused.status_code, "The e-mail or the password is wrong." in refused.content.decode()) == (200, True)
        assert wrong.status_code == 200
        with entered(CONTROL):
            assert Session.objects.filter(person__email=email).count() == 0

    def test_a_closed_account_reads_like_a_wrong_password(self, public, newcomer):
        with entered(CONTROL):
            Person.objects.filter(pk=newcomer.pk).update(is_active=False)

        assert "The e-mail or the password is wrong." in sign_in(public).content.decode()

    def test_passwords_are_not_guessed(self, public, newcomer):
        for _attempt in range(5):
            sign_in(public, password="wrong")

        assert "Too many tries." in sign_in(public).content.decode()

    def test_the_sign_in_leads_to_no_other_site(self, public, newcomer):
        assert sign_in(public, next="https://evil.example/").headers["Location"] == "/operator/"

    @pytest.mark.parametrize(("email", "mails"), [(EMAIL, 1), ("owner@acme.example", 0), ("x@nowhere.example", 0)])
    def test_new_passwords_are_mailed_to_operators_alone(self, public, newcomer, email, mails):
        answer = public.post("/password/reset/", {"email": email})

        assert (answer.headers["Location"], len(mail.outbox)) == ("/password/reset/sent/", mails)
        assert all(re.search(r"http://localhost/password/reset/\S+", sent.body) for sent in mail.outbox)

    def test_signing_out_closes_the_console(self, operator):
        assert operator.post("/logout/").headers["Location"] == "/login/"
        assert operator.get("/operator/").status_code == 302


def ask(browser, document):
    return browser.post("/operator/graphql/", json.dumps({"query": document}), content_type="application/json")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "owner", "outsider", "session of a member", "former operator"])
def test_who_is_no_operator_is_led_to_the_sign_in_everywhere(cast, tenant, secret, operator, who, method):
    """A session of a tenant does not exist here; a session of this host is worth nothing to who is no operator."""
    if who == "session of a member":
        browser = forced_in("owner@acme.example")
    elif who == "former operator":
        browser = operator
        remove_operator(email=EMAIL)
    else:
        browser = cast[who]
        browser.defaults["SERVER_NAME"] = "localhost"
    answers = {}
    for route in routes():
        response = getattr(browser, method)(address_of(route, tenant))
        answers[route] = (response.status_code, response.headers.get("Location", "").partition("?")[0])

    refused = {(302, "/login/"), (401, ""), (405, "")}
    assert {route: answer for route, answer in answers.items() if answer not in refused} == {}
    assert len(answers) > 15


def test_a_forged_session_of_somebody_who_was_removed_is_worth_nothing(secret, newcomer):
    browser = forced_in(EMAIL)
    assert browser.get("/operator/").status_code == 200
    with entered(CONTROL):
        Person.objects.filter(pk=newcomer.pk).update(is_operator=False)

    assert browser.get("/operator/").headers["Location"] == "/login/?next=/operator/"


@pytest.mark.parametrize("path", ["operator/", "operator/plugins/", "operator/jobs/", "operator/graphql/"])
def test_no_tenants_host_has_a_door_to_the_console(tenant, cast, secret, path):
    """Not for its owner, and not for an operator who is a member there."""
    add_operator(email="owner@acme.example")

    assert cast["owner"].get(f"/{path}").status_code == 404
    assert cast["owner"].post(f"/{path}").status_code == 404


def test_an_operators_session_opens_no_tenant(operator):
    operator.defaults["SERVER_NAME"] = "acme.localhost"

    assert operator.get("/").headers["Location"] == "/login/?next=/"


def test_an_operator_is_no_member_of_any_tenant(tenant, secret):
    browser = Client(SERVER_NAME="acme.localhost")

    assert "The e-mail or the password is wrong." in sign_in(browser).content.decode()


def test_a_question_without_the_csrf_token_is_refused(secret):
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    with entered(CONTROL):
        browser.force_login(Person.objects.get(email=EMAIL))

    assert ask(browser, "{ plugins { id } }").status_code == 403


class TestTheConsole:
    def test_tenants_are_listed_searched_and_paged(self, operator, tenant, monkeypatch):
        page = operator.get("/operator/").content.decode()
        assert ("Acme Tools" in page, "Globex" in page) == (True, True)

        found = operator.get("/operator/", {"q": "glob", "state": "trial"}).content.decode()
        assert ("Acme Tools" in found, "Globex" in found) == (False, True)
        assert "No tenant is like that" in operator.get("/operator/", {"state": "closed"}).content.decode()

        monkeypatch.setattr("triptych.graphql.operator.pages.PER_PAGE", 1)
        assert 'href="?page=2"' in operator.get("/operator/").content.decode()

    def test_a_tenants_plan_usage_and_jobs_are_shown(self, operator, tenant, now):
        with entered(CONTROL):
            Entitlement.objects.create(tenant=tenant, key="sales", source="operator", starts_at=now)
            Usage.objects.create(tenant=tenant, meter="contacts", quantity=5, identifier="1", at=now)
        with entered(CELL):
            Job.objects.create(tenant_id=tenant.pk, kind="import", state="failed", error="No room.", created_at=now)
        page = operator.get(f"/operator/tenants/{tenant.pk}/").content.decode()

        for words in ("Acme Tools", "acme.localhost", "seats", "sales", "without limit", "5 in all", "No room."):
            assert words in page

    def test_plugins_are_shown_with_their_health(self, operator):
        assert "Healthy" in operator.get("/operator/plugins/").content.decode()

    def test_failed_jobs_and_dead_letters_are_listed_beside_their_tenant(self, operator, tenant, now):
        with entered(CELL):
            for number in range(2):
                state = ("failed", "done")[number]
                Job.objects.create(tenant_id=tenant.pk, kind=f"kind-{number}", state=state, created_at=now)
            event = Outbox.objects.create(tenant_id=tenant.pk, name="deal.moved", at=now)
            Delivery.objects.create(
                event=event, handler="a.b", state="dead", next_attempt_at=now, last_error="Boom\nat line 7"
            )
        jobs = operator.get("/operator/jobs/", {"q": "acme"}).content.decode()
        letters = operator.get("/operator/dead-letters/", {"q": "moved"}).content.decode()

        assert ("kind-0" in jobs, "kind-1" in jobs, "Acme Tools" in jobs) == (True, False, True)
        assert ("deal.moved" in letters, "Boom" in letters, "Acme Tools" in letters) == (True, True, True)
        assert "No dead letters" in operator.get("/operator/dead-letters/", {"q": "globex"}).content.decode()
        answer = ask(operator, "{ deadDeliveries { edges { node { event handler error tenantId } } } }").json()
        assert answer["data"]["deadDeliveries"]["edges"][0]["node"] == {
            "event": "deal.moved", "handler": "a.b", "error": "Boom", "tenantId": str(tenant.pk),
        }  # fmt: skip

    @pytest.mark.parametrize("odd", ["\0", "%", "x" * 5000, "'; DROP TABLE tenants_tenant; --"])
    def test_odd_searches_find_nothing(self, operator, odd):
        for page in ("/operator/", "/operator/jobs/", "/operator/dead-letters/"):
            assert operator.get(page, {"q": odd, "page": odd, "state": odd}).status_code == 200
