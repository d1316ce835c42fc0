"""People through the API: invited, changed, let go and let in again, by owners and admins."""

import pytest
from django.core import mail
from strawberry.relay.utils import to_base64

from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Member
from triptych.tenants.models import Entitlement, Membership

pytestmark = pytest.mark.django_db
INVITE = """mutation ($input: InviteMemberInput!) {
    inviteMember(input: $input) { invitation { email role expiresAt } problems { code field message } }
}"""
UPDATE = """mutation ($input: UpdateMemberInput!) {
    updateMember(input: $input) {
        member { name role region isActive manager { name } } problems { code field message }
    }
}"""
DEACTIVATE = """mutation ($input: DeactivateMemberInput!) {
    deactivateMember(input: $input) { member { isActive } problems { code message } }
}"""


def gid(member):
    return to_base64("Member", str(member.pk))


@pytest.fixture
def change(api, members):
    """`change("reader", who="owner", role="ADMIN")`: the answer to updateMember."""

    def changing(whom, *, who="owner", **fields):
        return api[who].data(UPDATE, {"input": {"id": gid(members[whom]), **fields}})["updateMember"]

    return changing


def seats(tenant, quantity):
    with entered(CONTROL):
        Entitlement.objects.filter(tenant=tenant, key="seats").update(quantity=quantity, ends_at=None)


def codes(answer):
    return [problem["code"] for problem in answer["problems"]]


@pytest.mark.parametrize(
    ("who", "role", "code"),
    [
        ("owner", "OWNER", None),
        ("admin", "READER", None),
        ("admin", "OWNER", "FORBIDDEN"),
        ("member", "READER", "FORBIDDEN"),
        ("reader", "READER", "FORBIDDEN"),
    ],
)
def test_owners_and_admins_invite_by_mail(api, tenant, who, role, code):
    answer = api[who].data(INVITE, {"input": {"email": "Eva@Acme.example", "role": role}})["inviteMember"]

    assert codes(answer) == ([code] if code else [])
    assert [sent.to for sent in mail.outbox] == ([] if code else [["eva@acme.example"]])
    if not code:
        assert (answer["invitation"]["email"], answer["invitation"]["role"]) == ("eva@acme.example", role)
        assert "http://acme.localhost/join/" in mail.outbox[0].body


@pytest.mark.parametrize("email", ["owner@acme.example", "nonsense", "", "a@b\nc.de"])
def test_who_cannot_be_invited_is_told_beside_the_field(api, email):
    answer = api["owner"].data(INVITE, {"input": {"email": email}})["inviteMember"]

    assert [problem["field"] for problem in answer["problems"]] == ["email"]
    assert (answer["invitation"], mail.outbox) == (None, [])


def test_a_full_plan_is_told(api, tenant):
    seats(tenant, 4)
    answer = api["owner"].data(INVITE, {"input": {"email": "eva@acme.example"}})["inviteMember"]

    assert codes(answer) == ["NO_FREE_SEAT"]
    assert "Seats of your plan: 4." in answer["problems"][0]["message"]


def test_role_manager_and_region_are_changed(change, members):
    answer = change("reader", role="MEMBER", manager=gid(members["admin"]), region=" North ")

    assert answer["problems"] == []
    manager = answer["member"].pop("manager")["name"]
    assert (answer["member"]["role"], answer["member"]["region"], manager) == ("MEMBER", "North", members["admin"].name)
    assert change("reader", manager=None)["member"]["manager"] is None
    assert change("reader")["member"]["region"] == "North"


@pytest.mark.parametrize(
    ("whom", "who", "fields", "code"),
    [
        ("owner", "admin", {"role": "READER"}, "FORBIDDEN"),
        ("owner", "admin", {"isActive": False}, "FORBIDDEN"),
        ("reader", "admin", {"role": "OWNER"}, "FORBIDDEN"),
        ("owner", "owner", {"role": "ADMIN"}, "REFUSED"),
        ("owner", "owner", {"isActive": False}, "REFUSED"),
        ("reader", "member", {"region": "North"}, "FORBIDDEN"),
        ("reader", "owner", {"region": "N" * 101}, "REFUSED"),
    ],
)
def test_what_is_not_allowed_changes_nothing(change, tenant, members, whom, who, fields, code):
    assert codes(change(whom, who=who, **fields)) == [code]
    with entered(tenant):
        kept = Member.objects.get(pk=members[whom].pk)
    assert (kept.role, kept.region, kept.is_active) == (members[whom].role, "", True)


def test_nobody_reports_to_themselves(change, members):
    change("member", manager=gid(members["admin"]))

    assert codes(change("admin", manager=gid(members["admin"]))) == ["REFUSED"]
    assert codes(change("admin", manager=gid(members["member"]))) == ["REFUSED"]


def test_a_half_that_is_refused_takes_the_other_half_along(change, tenant, members):
    assert codes(change("reader", role="MEMBER", manager=gid(members["reader"]))) == ["REFUSED"]
    with entered(tenant):
        assert Member.objects.get(pk=members["reader"].pk).role == "reader"


def test_who_is_let_go_is_shut_out_and_can_be_let_in_again(api, change, cast, tenant, members):
    cast["reader"].get("/")
    gone = api["owner"].data(DEACTIVATE, {"input": {"id": gid(members["reader"])}})["deactivateMember"]
    assert gone == {"member": {"isActive": False}, "problems": []}
    assert cast["reader"].get("/").status_code == 302
    with entered(CONTROL):
        assert not Membership.objects.filter(person_id=members["reader"].person_id).exists()

    assert change("reader", isActive=True)["member"]["isActive"] is True
    with entered(CONTROL):
        assert Membership.objects.filter(person_id=members["reader"].person_id, tenant=tenant).exists()


def test_letting_in_again_takes_a_seat(change, tenant):
    change("reader", isActive=False)
    seats(tenant, 3)

    assert codes(change("reader", isActive=True)) == ["NO_FREE_SEAT"]


def test_members_of_another_tenant_do_not_exist(api, other_tenant):
    with entered(other_tenant):
        theirs = Member.objects.get(role="owner")
    answer = api["owner"].data(UPDATE, {"input": {"id": gid(theirs), "region": "North"}})["updateMember"]

    assert codes(answer) == ["NOT_FOUND"]


def test_an_agent_without_a_sign_in_is_let_go_and_in_again_without_a_seat(api, tenant):
    seats(tenant, 4)
    with entered(tenant):
        agent = Member.objects.create(name="Agent", created_at=clock.now())
    for is_active in (False, True):
        answer = api["owner"].data(UPDATE, {"input": {"id": gid(agent), "isActive": is_active}})["updateMember"]
        assert (answer["member"]["isActive"], answer["problems"]) == (is_active, [])


def test_somebody_changes_their_own_name_and_language(api, members):
    update = """mutation ($input: UpdateProfileInput!) {
        updateProfile(input: $input) { member { name language } problems { code field } }
    }"""

    def changed(who, **given):
        return api[who].data(update, {"input": given})["updateProfile"]

    name = members["member"].name
    assert changed("member", language="de") == {"member": {"name": name, "language": "de"}, "problems": []}
    assert changed("member", name="Ada L.")["member"] == {"name": "Ada L.", "language": "de"}
    assert changed("member", language=None)["member"] == {"name": "Ada L.", "language": ""}
    for given, field in (({"name": " "}, "name"), ({"language": "tlh"}, "language")):
        answer = changed("member", **given)
        assert (answer["member"], [one["field"] for one in answer["problems"]]) == (None, [field])
    assert changed("reader", name="X")["member"]["name"] == "X"
