"""Ways in that are not the sign-in, and what a stranger can learn or cause: passwords alone, guesses, mails, hosts."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.contacts.actions import create_contact
from triptych.platform import clock
from triptych.platform.files.actions import attach_file
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import provisioning, public_views
from triptych.tenants.members.actions import invite_member
from triptych.tenants.members.models import Member
from triptych.tenants.models import Person, Session, Tenant

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-battery"
ASKED = {"name": "Elsewhere", "subdomain": "elsewhere", "person_name": "Ann", "email": "member@acme.example"}


@pytest.fixture(autouse=True)
def _no_attempts_counted():
    for cache in caches.all():
        cache.clear()


@pytest.fixture
def public(db):
    return Client(SERVER_NAME="localhost")


@pytest.fixture
def second_factor(tenant):
    """The member of Acme Tools is asked for a code after the password."""
    with entered(tenant):
        TOTP.activate(Person.objects.get(email="member@acme.example"), generate_totp_secret())


def sessions_of(email):
    with entered(CONTROL):
        return Session.objects.filter(person__email=email).count()


class TestAPasswordAlone:
    """Who has set up codes is let in nowhere by a password, whichever form takes one."""

    def test_signing_up_with_it_leads_to_the_sign_in_of_the_new_workspace(self, public, now, second_factor):
        provisioning.make_spare(now=now)
        response = public.post("/signup/", {**ASKED, "password": PASSWORD})

        assert response.headers["Location"] == "http://elsewhere.localhost/login/"
        assert sessions_of("member@acme.example") == 0

    def test_joining_with_it_leads_to_the_sign_in(self, other_tenant, second_factor):
        with entered(other_tenant):
            owner = Member.objects.get(role="owner")
            _invitation, secret = invite_member(email="member@acme.example", role="member", by=owner, now=clock.now())
        response = Client(SERVER_NAME="globex.localhost").post(
            f"/join/{secret}/", {"name": "Ann", "password": PASSWORD}
        )

        assert (response.status_code, response.headers["Location"]) == (302, "/login/")
        assert sessions_of("member@acme.example") == 0


def test_passwords_are_not_guessed_at_the_sign_up(public, now):
    provisioning.make_spare(now=now)
    told = [
        public.post("/signup/", {**ASKED, "password": f"guess-number-{number}"}).content.decode()
        for number in range(public_views.TRIES_PER_HOUR)
    ]
    last = public.post("/signup/", {**ASKED, "password": PASSWORD})

    assert all("You have an account already." in page for page in told)
    assert (last.status_code, "Too many tries." in last.content.decode()) == (422, True)
    with entered(CONTROL):
        assert not Tenant.objects.filter(subdomain="elsewhere").exists()


def test_one_machine_signs_up_only_so_often(public, monkeypatch, now):
    provisioning.make_spare(now=now)
    monkeypatch.setattr(public_views, "TRIES_PER_MACHINE", 2)
    wrong = {**ASKED, "subdomain": "www", "password": PASSWORD}
    told = [public.post("/signup/", {**wrong, "email": f"ann{n}@new.example"}).content.decode() for n in range(3)]

    assert ["Too many tries." in page for page in told] == [False, False, True]


@pytest.mark.parametrize(
    ("email", "listed"), [("admin@acme.example", True), ("ADMIN@Acme.example", True), ("admın@acme.example", False)]
)
def test_a_list_of_workspaces_goes_to_nobody_whose_address_only_looks_alike(public, email, listed):
    public.post("/find-workspace/", {"email": email})

    assert ["Acme Tools" in sent.body for sent in mail.outbox] == [listed]


@pytest.mark.parametrize("name", ["Ann\r\nBcc: all@evil.example", "Ann\nX-Header: yes"])
def test_a_name_adds_no_header_to_a_mail(cast, name):
    cast["owner"].post("/settings/profile/", {"name": name})
    response = cast["owner"].post("/settings/people/invite/", {"email": "new@acme.example", "role": "member"})

    [sent] = mail.outbox
    assert response.status_code == 302
    assert sent.subject == f"{' '.join(name.split())} invites you to Acme Tools"
    assert (sent.to, sent.bcc, sent.recipients()) == (["new@acme.example"], [], ["new@acme.example"])


@pytest.mark.parametrize(
    ("host", "status", "links_to"),
    [
        ("acme.localhost", 302, ["http://acme.localhost/"]),
        ("globex.localhost", 302, []),
        ("evil.example", 404, []),
        ("acme.localhost:1@evil.example", 400, []),
        ("acme.localhost/@evil.example", 400, []),
    ],
)
def test_the_link_of_a_reset_leads_to_the_tenant_whatever_the_headers_say(db, host, status, links_to):
    headers = {"host": host, "x-forwarded-host": "evil.example", "x-forwarded-server": "evil.example"}
    response = Client().post("/password/reset/", {"email": "member@acme.example"}, headers=headers)

    assert response.status_code == status
    assert [re.search(r"https?://[^/]+/", sent.body)[0] for sent in mail.outbox] == links_to


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", r"/\evil.example", "javascript:alert(1)", "http://globex.localhost/"],
)
def test_the_sign_in_leads_to_no_other_site(db, elsewhere):
    browser = Client(SERVER_NAME="acme.localhost")
    form = {"email": "member@acme.example", "password": PASSWORD, "next": elsewhere}

    assert browser.post("/login/", form).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/files/{id}/delete/", "/activities/{id}/complete/"])
def test_going_back_leads_to_no_other_site(cast, tenant, members, now, path):
    with entered(tenant):
        by = members["member"]
        letter = SimpleUploadedFile("letter.txt", b"Dear Ann,")
        contact = create_contact(first_name="Ann", last_name="Bell", by=by, now=now)
        file = attach_file(upload=letter, kind="contact", object_id=contact.pk, by=by, now=now)
        task = create_activity(kind="task", subject="Call", records=[], by=by, now=now)
    record = file if path.startswith("/files/") else task
    response = cast["member"].post(path.format(id=record.pk), headers={"referer": "https://evil.example/"})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/")
