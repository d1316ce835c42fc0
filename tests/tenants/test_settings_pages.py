"""Settings: people and invitations, profile, workspace, going from one workspace to another."""

import re

import pytest
from django.core import mail
from django.test import Client

from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions
from triptych.tenants.members.access import Gone
from triptych.tenants.members.actions import change_role, deactivate_member
from triptych.tenants.members.models import Invitation, Member
from triptych.tenants.models import Membership, Person, Tenant

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another-horse-battery"


def role_of(tenant, member):
    with entered(tenant):
        return Member.objects.get(pk=member.pk).role


class TestPeople:
    def test_everybody_sees_with_whom_they_work_and_nobody_else(self, cast):
        page = cast["reader"].get("/settings/people/").content.decode()

        assert [role in page for role in ("owner@", "admin@", "member@", "reader@")] == [True] * 4
        assert "globex" not in page

    @pytest.mark.parametrize(
        ("who", "offered"), [("owner", True), ("admin", True), ("member", False), ("reader", False)]
    )
    def test_only_who_administers_is_offered_to_change_people(self, cast, who, offered):
        page = cast[who].get("/settings/people/").content.decode()

        assert ('id="invite"' in page, 'name="role"' in page) == (offered, offered)

    @pytest.mark.parametrize(
        ("who", "status", "role"),
        [("owner", 302, "admin"), ("admin", 302, "admin"), ("member", 403, "reader"), ("reader", 403, "reader"),
         ("outsider", 302, "reader"), ("stranger", 302, "reader")],
    )  # fmt: skip
    def test_only_who_administers_changes_a_role(self, cast, tenant, members, who, status, role):
        response = cast[who].post(f"/settings/people/{members['reader'].pk}/role/", {"role": "admin"})

        assert (response.status_code, role_of(tenant, members["reader"])) == (status, role)

    def test_an_admin_makes_nobody_an_owner(self, cast, tenant, members):
        cast["admin"].post(f"/settings/people/{members['reader'].pk}/role/", {"role": "owner"})

        assert role_of(tenant, members["reader"]) == "reader"
        assert "Only an owner may make or change an owner." in cast["admin"].get("/settings/people/").content.decode()

    @pytest.mark.parametrize(("who", "active"), [("owner", False), ("member", True), ("reader", True)])
    def test_only_who_administers_ends_somebodys_access(self, cast, tenant, members, who, active):
        cast[who].post(f"/settings/people/{members['reader'].pk}/deactivate/")

        with entered(tenant):
            assert Member.objects.get(pk=members["reader"].pk).is_active is active

    def test_who_was_let_go_is_out_at_once(self, cast, members):
        assert cast["member"].get("/").status_code == 200
        cast["owner"].post(f"/settings/people/{members['member'].pk}/deactivate/")

        assert cast["member"].get("/").status_code == 302

    def test_the_member_of_another_tenant_is_not_there(self, cast, other_tenant):
        with entered(other_tenant):
            foreign = Member.objects.get()

        response = cast["owner"].post(f"/settings/people/{foreign.pk}/role/", {"role": "reader"})
        assert (response.status_code, role_of(other_tenant, foreign)) == (404, "owner")

    def test_nobody_comes_back_by_an_invitation_of_their_own(self, cast, tenant, members):
        secret = re.compile(r"/join/([\w-]+)/")
        cast["admin"].post("/settings/people/invite/", {"email": "mine@x.example", "role": "admin"})
        [sent] = mail.outbox
        link = f"/join/{secret.search(sent.body)[1]}/"
        assert cast["stranger"].get(link).status_code == 200

        cast["owner"].post(f"/settings/people/{members['admin'].pk}/deactivate/")

        assert cast["stranger"].get(link).status_code == 410

    def test_of_two_owners_who_end_each_others_access_in_one_moment_one_stays(self, tenant, members, now):
        with entered(tenant):
            Member.objects.filter(pk=members["admin"].pk).update(role=Member.Role.OWNER)
            other = Member.objects.get(pk=members["admin"].pk)  # as the other one's request began
            deactivate_member(member=other, tenant=tenant, by=members["owner"], now=now)
            with pytest.raises(Gone):
                deactivate_member(member=members["owner"], tenant=tenant, by=other, now=now)
            with pytest.raises(Gone):
                change_role(member=members["owner"], role="reader", by=other, now=now)

            assert Member.objects.active().get(role=Member.Role.OWNER) == members["owner"]


class TestPlaces:
    def test_who_left_is_let_in_again(self, cast, tenant, members):
        person = f"/settings/people/{members['reader'].pk}"
        cast["owner"].post(f"{person}/deactivate/")
        assert "Let in again" in cast["owner"].get("/settings/people/").content.decode()
        cast["owner"].post(f"{person}/reactivate/")

        with entered(tenant):
            assert Member.objects.get(pk=members["reader"].pk).is_active
        assert cast["reader"].get("/").status_code == 200

    @pytest.mark.parametrize(("who", "status"), [("owner", 302), ("admin", 302), ("member", 403), ("reader", 403)])
    def test_manager_and_region_are_said_by_who_administers(self, cast, tenant, members, who, status):
        path = f"/settings/people/{members['reader'].pk}/place/"
        response = cast[who].post(path, {"manager": members["admin"].pk, "region": "North"})

        with entered(tenant):
            reader = Member.objects.get(pk=members["reader"].pk)
        kept = (members["admin"].pk, "North") if status == 302 else (None, "")
        assert (response.status_code, (reader.manager_id, reader.region)) == (status, kept)

    def test_nobody_reports_to_themselves(self, cast, members):
        path = f"/settings/people/{members['admin'].pk}/place/"
        cast["owner"].post(f"/settings/people/{members['member'].pk}/place/", {"manager": members["admin"].pk})
        response = cast["owner"].post(path, {"manager": members["member"].pk})

        assert response.status_code == 422
        assert "would report to themselves" in response.content.decode()


class TestInvitations:
    def link(self, cast, email="new@acme.example", role="member"):
        response = cast["owner"].post("/settings/people/invite/", {"email": email, "role": role})
        assert response.status_code == 302, response.content
        return re.search(r"http://acme\.localhost(/join/\S+)", mail.outbox[-1].body)[1]

    def test_a_new_person_joins_by_the_link_and_is_signed_in(self, cast, tenant):
        link, browser = self.link(cast, role="reader"), Client(SERVER_NAME="acme.localhost")
        page = browser.get(link).content.decode()
        browser.post(link, {"name": "Nora New", "password": NEW_PASSWORD})

        assert "invites you as new@acme.example" in page
        assert "Nora New" in browser.get("/").content.decode()
        with entered(tenant):
            assert Member.objects.get(email="new@acme.example").role == "reader"

    def test_a_person_of_another_tenant_joins_with_the_password_they_have(self, cast, tenant):
        link, browser = self.link(cast, "owner@globex.example"), Client(SERVER_NAME="acme.localhost")
        refused = browser.post(link, {"name": "Gil", "password": NEW_PASSWORD})
        joined = browser.post(link, {"name": "Gil", "password": "correct-horse-battery"})

        assert (refused.status_code, joined.status_code) == (422, 302)
        assert "You have an account already." in refused.content.decode()
        with entered(CONTROL):
            assert Membership.objects.filter(person__email="owner@globex.example").count() == 2

    def test_a_link_works_once(self, cast):
        link = self.link(cast)
        Client(SERVER_NAME="acme.localhost").post(link, {"name": "Nora", "password": NEW_PASSWORD})

        assert Client(SERVER_NAME="acme.localhost").get(link).status_code == 410

    def test_a_link_of_one_tenant_opens_nothing_in_another(self, cast):
        assert Client(SERVER_NAME="globex.localhost").get(self.link(cast)).status_code == 410

    def test_a_withdrawn_invitation_is_over(self, cast, tenant):
        link = self.link(cast)
        with entered(tenant):
            invitation = Invitation.objects.get()
        cast["member"].post(f"/settings/people/invitations/{invitation.pk}/revoke/")
        assert Client(SERVER_NAME="acme.localhost").get(link).status_code == 200

        cast["admin"].post(f"/settings/people/invitations/{invitation.pk}/revoke/")
        assert Client(SERVER_NAME="acme.localhost").get(link).status_code == 410

    def test_a_refusal_stands_beside_the_field(self, cast):
        response = cast["owner"].post("/settings/people/invite/", {"email": "member@acme.example", "role": "member"})

        assert response.status_code == 422
        assert "member@acme.example is a member already." in response.content.decode()
        assert mail.outbox == []

    def test_the_secret_stands_in_the_mail_alone(self, cast, tenant):
        secret = self.link(cast).split("/")[2]
        with entered(tenant):
            kept = Invitation.objects.values().get()

        assert secret not in str(kept)


class TestProfileAndWorkspace:
    def test_a_member_takes_another_name(self, cast, tenant, members):
        cast["reader"].post("/settings/profile/", {"name": "  Rita Reader "})

        with entered(tenant):
            assert Member.objects.get(pk=members["reader"].pk).name == "Rita Reader"
            assert Person.objects.get(email="reader@acme.example").name == "Rita Reader"

    CHANGED = {"name": "Acme & Sons", "timezone": "Europe/Rome", "currency": "PLN", "language": "it"}

    @pytest.mark.parametrize(("who", "status"), [("owner", 302), ("admin", 302), ("member", 403), ("reader", 403)])
    def test_only_who_administers_changes_the_workspace(self, cast, tenant, who, status):
        response = cast[who].post("/settings/workspace/", self.CHANGED)

        with entered(CONTROL):
            now = Tenant.objects.values(*self.CHANGED).get(pk=tenant.pk)
        assert response.status_code == status
        assert (now == self.CHANGED) is (status == 302)

    @pytest.mark.parametrize(("field", "value"), [("timezone", "Mars/Olympus"), ("currency", "XXQ"), ("name", " ")])
    def test_what_does_not_exist_is_refused_beside_its_field(self, cast, field, value):
        response = cast["owner"].post("/settings/workspace/", {**self.CHANGED, field: value})

        assert response.status_code == 422
        assert f'id="id_{field}_error"' in response.content.decode()

    def test_a_workspace_has_a_colour_of_its_own(self, cast, tenant):
        for given, kept in [("#7C3AED", "#7c3aed"), ("", "")]:
            cast["owner"].post("/settings/workspace/", {**self.CHANGED, "has_accent": given and "on", "accent": given})
            with entered(CONTROL):
                assert Tenant.objects.get(pk=tenant.pk).accent == kept
            for browser in (cast["reader"], cast["stranger"]):
                page = browser.get("/", follow=True).content.decode()
                assert ('<link rel="stylesheet" href="/accent/7c3aed.css">' in page) is bool(kept)

        cast["owner"].post("/settings/workspace/", {**self.CHANGED, "accent": "#7c3aed"})
        assert "/accent/" not in cast["reader"].get("/").content.decode()

    @pytest.mark.parametrize("colour", ["red", "#7c3", "#7c3aedff", "7c3aed", "#7c3aex", "}</style>"])
    def test_what_is_no_colour_is_refused(self, cast, colour):
        response = cast["owner"].post("/settings/workspace/", {**self.CHANGED, "has_accent": "on", "accent": colour})

        assert response.status_code == 422
        assert 'id="id_accent_error"' in response.content.decode()

    def test_the_stylesheet_of_a_colour_is_kept_for_good(self, cast):
        sheet = cast["stranger"].get("/accent/ffff00.css")

        assert sheet.headers["Content-Type"] == "text/css"
        assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert b"--tp-accent:#ffff00" in sheet.content  # by night it can be read as it is
        for nonsense in ("red", "FFFF0g", "ffff00}"):
            assert cast["stranger"].get(f"/accent/{nonsense}.css").status_code == 404

    @pytest.mark.parametrize(("who", "cards"), [("owner", 2), ("reader", 0)])
    def test_the_overview_shows_what_one_may_change(self, cast, who, cards):
        page = cast[who].get("/settings/").content.decode()

        assert ("/settings/workspace/" in page) + ("/settings/plugins/" in page) == cards


class TestWorkspaces:
    @pytest.fixture
    def in_both(self, tenant, other_tenant, now):
        with entered(CONTROL):
            person = Person.objects.get(email="member@acme.example")
        actions.join(tenant=other_tenant, person=person, role="reader", now=now)

    def test_one_goes_from_one_to_the_other_without_signing_in(self, cast, in_both, other_tenant):
        page = cast["member"].get("/workspaces/").content.decode()
        response = cast["member"].get(f"/workspaces/{other_tenant.pk}/")
        there = Client(SERVER_NAME="globex.localhost")
        there.get(response.headers["Location"].removeprefix("http://globex.localhost"))

        assert "Globex" in page
        assert response.headers["Location"].startswith("http://globex.localhost/arrive/?pass=")
        assert there.get("/").status_code == 200

    def test_a_pass_works_once_and_in_its_tenant_alone(self, cast, in_both, other_tenant):
        address = cast["member"].get(f"/workspaces/{other_tenant.pk}/").headers["Location"]
        path = address.removeprefix("http://globex.localhost")

        assert Client(SERVER_NAME="acme.localhost").get(path).headers["Location"] == "/login/"
        assert Client(SERVER_NAME="globex.localhost").get(path).headers["Location"] == "/"
        assert Client(SERVER_NAME="globex.localhost").get(path).headers["Location"] == "/login/"

    def test_nobody_goes_where_they_are_no_member(self, cast, other_tenant):
        assert "Globex" not in cast["member"].get("/workspaces/").content.decode()
        assert cast["member"].get(f"/workspaces/{other_tenant.pk}/").status_code == 404

    @pytest.mark.parametrize("pass_id", ["", "nonsense", "0197e2f0-0000-7000-8000-000000000000"])
    def test_a_wrong_pass_leads_to_the_sign_in(self, cast, pass_id):
        assert cast["stranger"].get("/arrive/", {"pass": pass_id}).headers["Location"] == "/login/"
