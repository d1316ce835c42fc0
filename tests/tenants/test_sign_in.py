"""Signing in and out, second factors, forgotten passwords, sessions: through the pages."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Person, Session
from triptych.testing.second_factor import code_now, let_codes_stand_still

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def _nothing_from_before_counts(monkeypatch):
    let_codes_stand_still(monkeypatch)
    for cache in caches.all():
        cache.clear()


@pytest.fixture
def browser(tenant):
    return Client(SERVER_NAME="acme.localhost", headers={"user-agent": FIREFOX})


def sign_in(browser, email="member@acme.example", password=PASSWORD, **more):
    return browser.post("/login/", {"email": email, "password": password, **more})


@pytest.mark.parametrize(
    ("email", "password", "status"),
    [
        ("member@acme.example", PASSWORD, 302),
        ("MEMBER@ACME.example", PASSWORD, 302),
        ("member@acme.example", "wrong", 200),
        ("owner@globex.example", PASSWORD, 200),
        ("nobody@nowhere.example", PASSWORD, 200),
    ],
)
def test_only_members_of_the_tenant_sign_in(browser, email, password, status):
    response = sign_in(browser, email, password)

    assert response.status_code == status
    assert browser.get("/").status_code == (200 if status == 302 else 302)
    if status == 200:
        assert "The e-mail or the password is wrong." in response.content.decode()


def test_who_is_led_to_the_sign_in_comes_back_to_the_page(browser):
    response = browser.get("/settings/people/")
    assert response.headers["Location"] == "/login/?next=/settings/people/"

    page = browser.get(response.headers["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/settings/people/"' in page
    assert sign_in(browser, next="/settings/people/").headers["Location"] == "/settings/people/"


def test_the_form_has_the_fields_email_and_password_and_lets_managers_fill_them(browser):
    page = browser.get("/login/").content.decode()

    assert re.search(r'<input type="email" name="email"[^>]*autocomplete="username webauthn"', page)
    assert re.search(r'<input type="password" name="password"[^>]*autocomplete="current-password"', page)


def test_an_htmx_request_of_a_stranger_is_sent_to_the_sign_in(cast):
    response = cast["stranger"].get("/palette/", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/login/")


def test_whose_session_ended_while_they_wrote_comes_back_to_the_page_they_wrote_on(cast, tenant):
    here = f"http://{cast['stranger'].get('/').wsgi_request.get_host()}"
    for header, page in (("HX-Current-URL", "/contacts/?q=a"), ("Referer", "/contacts/?q=a")):
        sent = {header: here + page} | ({"HX-Request": "true"} if header.startswith("HX") else {})
        response = cast["stranger"].post("/settings/people/invite/", headers=sent)
        to = response.headers.get("HX-Redirect") or response.headers["Location"]
        assert to == "/login/?next=/contacts/%3Fq%3Da"
    for odd in ("https://evil.example/x", f"{here}//evil.example", "http://[", "/\\evil.example"):
        elsewhere = cast["stranger"].post("/settings/people/invite/", headers={"Referer": odd})
        assert elsewhere.headers["Location"] == "/login/?next=/"


def test_after_five_wrong_passwords_the_right_one_waits(browser):
    for _attempt in range(5):
        sign_in(browser, password="wrong")

    assert "Too many tries." in sign_in(browser).content.decode()


def test_signing_out_ends_the_session(cast, tenant):
    browser = cast["member"]
    assert browser.post("/logout/").headers["Location"] == "/login/"

    assert browser.get("/").status_code == 302


def test_a_session_of_one_tenant_opens_no_other(cast):
    assert cast["outsider"].get("/").status_code == 302


def test_a_forgotten_password_is_replaced_through_the_mail(browser, tenant):
    browser.post("/password/reset/", {"email": "member@acme.example"})
    [sent] = mail.outbox
    link = re.search(r"http://acme\.localhost(/password/reset/\S+)", sent.body)[1]

    page = browser.get(link, follow=True)
    browser.post(
        page.request["PATH_INFO"], {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    )

    assert sign_in(browser).status_code == 200
    assert sign_in(browser, password="another-horse-battery").status_code == 302
    assert "This link is used up" in browser.get(link, follow=True).content.decode()


@pytest.mark.parametrize("email", ["owner@globex.example", "nobody@nowhere.example"])
def test_asking_for_a_reset_tells_nothing_about_strangers(browser, email):
    known = browser.post("/password/reset/", {"email": "member@acme.example"}, follow=True)
    mail.outbox.clear()
    unknown = browser.post("/password/reset/", {"email": email}, follow=True)

    assert (unknown.redirect_chain, mail.outbox) == (known.redirect_chain, [])


def test_changing_the_password_keeps_this_browser_and_ends_the_others(browser):
    other = Client(SERVER_NAME="acme.localhost")
    sign_in(browser)
    sign_in(other)
    new = "another-horse-battery"
    browser.post("/settings/security/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert (browser.get("/").status_code, other.get("/").status_code) == (200, 302)


def test_one_statement_tells_who_a_request_is_from(cast):
    cast["member"].get("/settings/profile/")

    with CaptureQueriesContext(connection) as queries:
        cast["member"].get("/settings/profile/")

    assert len([query for query in queries if re.search("FROM .?tenants_(session|person)", query["sql"])]) == 1


@pytest.mark.parametrize("what", ["the person is blocked", "the member is let go", "the password is another one"])
def test_a_session_that_does_not_fit_its_person_any_more_is_over(cast, members, in_tenant, what):
    assert cast["member"].get("/").status_code == 200
    person = Person.objects.get(pk=members["member"].person_id)
    if what == "the person is blocked":
        person.is_active = False
    elif what == "the password is another one":
        person.set_password("another-horse-battery")
    else:
        Member.objects.filter(pk=members["member"].pk).update(is_active=False)
    person.save()

    assert cast["member"].get("/").headers["Location"] == "/login/?next=/"


class TestCodes:
    def set_up(self, browser):
        """Turn codes on; returns the secret."""
        sign_in(browser)
        page = browser.get("/settings/security/app/", follow=True)
        if page.request["PATH_INFO"] == "/confirm/":
            page = browser.post("/confirm/?next=/settings/security/app/", {"password": PASSWORD}, follow=True)
        secret = page.context["form"].secret
        browser.post("/settings/security/app/", {"code": code_now(secret)})
        return secret

    def test_a_code_is_asked_after_the_password(self, browser):
        secret = self.set_up(browser)
        caches["default"].clear()  # a code works once; the next one comes in half a minute
        fresh = Client(SERVER_NAME="acme.localhost")

        assert sign_in(fresh).headers["Location"] == "/login/verify/"
        assert fresh.get("/").status_code == 302
        assert "This code is wrong" in fresh.post("/login/verify/", {"code": "000000"}).content.decode()
        assert fresh.post("/login/verify/", {"code": code_now(secret)}).status_code == 302
        assert fresh.get("/").status_code == 200

    def test_a_recovery_code_works_once(self, browser):
        self.set_up(browser)
        page = browser.get("/settings/security/codes/").content.decode()
        [code, *others] = re.findall(r"<li>([0-9a-f]{8})</li>", page)
        first, second = Client(SERVER_NAME="acme.localhost"), Client(SERVER_NAME="acme.localhost")

        sign_in(first), sign_in(second)
        assert first.post("/login/verify/", {"code": code}).status_code == 302
        assert second.post("/login/verify/", {"code": code}).status_code == 200
        assert len(others) == 9

    def test_the_secret_is_not_readable_in_the_database(self, browser, tenant):
        from allauth.mfa.models import Authenticator

        secret = self.set_up(browser)
        with entered(tenant):
            kept = Authenticator.objects.get(type="totp")

        assert secret not in str(kept.data)

    def test_turning_codes_off_makes_the_password_enough(self, browser):
        self.set_up(browser)
        browser.post("/settings/security/app/remove/")

        assert sign_in(Client(SERVER_NAME="acme.localhost")).headers["Location"] == "/"


class TestSessions:
    def test_the_list_tells_browsers_apart(self, browser):
        sign_in(Client(SERVER_NAME="acme.localhost", headers={"user-agent": "Edg/140 Windows"}))
        sign_in(browser)
        page = browser.get("/settings/security/").content.decode()

        assert "Firefox on Linux" in page
        assert "Edge on Windows" in page
        assert page.count("This one") == 1

    def test_another_browser_is_signed_out(self, browser, tenant):
        other = Client(SERVER_NAME="acme.localhost")
        sign_in(browser), sign_in(other)
        browser.post("/settings/security/sessions/end/", {"session": other.session.session_key[:12]})

        assert (browser.get("/").status_code, other.get("/").status_code) == (200, 302)

    def test_nobody_ends_the_session_of_somebody_else(self, browser, cast):
        sign_in(browser)
        theirs = cast["owner"].session.session_key
        browser.post("/settings/security/sessions/end/", {"session": theirs[:12]})
        browser.post("/settings/security/sessions/end/", {"all": "1"})

        assert cast["owner"].get("/").status_code == 200

    def test_a_session_keeps_tenant_person_and_browser(self, browser, tenant):
        sign_in(browser)
        with entered(tenant):
            session = Session.objects.get(session_key=browser.session.session_key)
            person = Person.objects.get(email="member@acme.example")

        assert (session.tenant_id, session.person_id, session.user_agent) == (tenant.pk, person.pk, FIREFOX)


class TestWhenASessionWasUsed:
    def times(self):
        with entered(CONTROL):
            return Session.objects.values_list("created_at", "last_used_at").get(person__email="member@acme.example")

    def aged(self, **ago):
        with entered(CONTROL):
            moment = clock.now() - timedelta(**ago)
            Session.objects.update(last_used_at=moment)
            return moment

    def test_the_time_of_signing_in_stays_when_the_session_is_saved_and_its_key_changes(self, browser):
        sign_in(browser)
        signed_in, _used = self.times()
        new = "another-horse-battery"
        browser.post("/settings/security/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

        assert self.times()[0] == signed_in
        assert self.times()[1] > signed_in

    def test_the_last_use_is_noted_every_few_minutes(self, browser):
        sign_in(browser)
        recent = self.aged(minutes=2)
        browser.get("/settings/profile/")
        assert self.times()[1] == recent

        self.aged(days=3)
        page = browser.get("/settings/security/").content.decode()
        assert clock.now() - self.times()[1] < timedelta(minutes=1)
        assert ("Signed in" in page, "last used" in page) == (True, True)
