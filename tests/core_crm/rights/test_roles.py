"""Roles of a workspace's own: made, changed, given and deleted through pages and the API."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases.models import Queue
from triptych.core_crm.rights import actions
from triptych.core_crm.rights.levels import Noun
from triptych.platform.refusals import Forbidden, Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member, Role

pytestmark = pytest.mark.django_db

KINDS = ("contact", "company", "deal", "lead", "case", "activity")
CREATE = """mutation ($input: CreateRoleInput!) { createRole(input: $input) {
    role { id name base isBuiltIn rights { kind read delete } fields { kind field right } }
    problems { code field } } }"""
GIVE = """mutation ($input: GiveRoleInput!) { giveRole(input: $input) {
    member { name role accessRole { name } } problems { code field } } }"""


def form_of(**changed):
    """A whole form of a role: everything allowed, but for what is changed."""
    acts = ("read", "create", "change", "delete", "export")
    everything = {f"{kind}-{act}": "all" for kind in KINDS for act in acts}
    return {"name": "Sales, own", "base": "member", **everything, **changed}


def test_an_admin_makes_a_role_and_gives_it_to_somebody(cast, tenant, members):
    response = cast["admin"].post("/settings/roles/new/", form_of(**{"deal-read": "own", "deal.amount": "hidden"}))
    assert (response.status_code, response["Location"]) == (302, "/settings/roles/")
    with entered(tenant):
        role = Role.objects.get()
    cast["admin"].post(f"/settings/people/{members['member'].pk}/role/", {"role": role.pk})

    assert (role.name, role.rights["deal"]["read"], role.field_rights) == (
        "Sales, own",
        "own",
        {"deal": {"amount": "hidden"}},
    )
    with entered(tenant):
        member = Member.objects.get(pk=members["member"].pk)
        assert (member.role, member.role_record_id, member.role_name) == ("member", role.pk, "Sales, own")
    assert "Sales, own" in cast["member"].get("/settings/people/").content.decode()
    cast["admin"].post(f"/settings/people/{members['member'].pk}/role/", {"role": "reader"})
    with entered(tenant):
        member.refresh_from_db()
    assert (member.role, member.role_record_id) == ("reader", None)


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("admin", 200), ("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)],
)
def test_only_who_administers_opens_the_form_of_a_role(cast, who, status):
    assert cast[who].get("/settings/roles/new/?from=reader").status_code == status


@pytest.mark.parametrize("who", ["owner", "reader"])
def test_everybody_may_know_the_roles(cast, who):
    assert "Built-in roles" in cast[who].get("/settings/roles/").content.decode()
    assert "Reader" in cast[who].get("/settings/roles/built-in/reader/").content.decode()
    assert cast[who].get("/settings/roles/built-in/king/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Owner"}, "There is a role of that name already"),
        ({"deal-read": "everything"}, "not one of the available choices"),
        ({"base": "owner"}, "not one of the available choices"),
    ],
)
def test_a_role_that_makes_no_sense_is_not_made(cast, tenant, changed, words):
    response = cast["owner"].post("/settings/roles/new/", form_of(**changed))

    assert (response.status_code, words in response.content.decode()) == (422, True)
    with entered(tenant):
        assert not Role.objects.exists()


def test_a_role_built_on_reader_writes_nothing_whatever_was_chosen(cast, tenant):
    cast["owner"].post("/settings/roles/new/", form_of(base="reader"))
    with entered(tenant):
        assert Role.objects.get().rights["deal"] == {
            "read": "all", "create": "none", "change": "none", "delete": "none", "export": "all"
        }  # fmt: skip


def test_two_people_who_change_a_role_are_told_of_each_other(cast, role_given, members, tenant):
    role = role_given({}).role_record
    cast["owner"].post(f"/settings/roles/{role.pk}/", form_of(version="1", name="Field sales"))
    response = cast["admin"].post(f"/settings/roles/{role.pk}/", form_of(version="1", name="Inside sales"))

    assert response.status_code == 422
    assert "Somebody changed this record" in response.content.decode()
    with entered(tenant):
        role.refresh_from_db()
    assert role.name == "Field sales"


def test_a_role_that_somebody_has_is_not_deleted(cast, role_given, tenant, members, now):
    member = role_given({})
    role = member.role_record
    cast["owner"].post(f"/settings/roles/{role.pk}/delete/")
    with entered(tenant):
        assert Role.objects.exists()
        actions.give_role(member=member, role=Member.Role.MEMBER, by=members["owner"], now=now)
    cast["owner"].post(f"/settings/roles/{role.pk}/delete/")
    with entered(tenant):
        assert not Role.objects.exists()


def test_nobody_locks_the_owner_out(members, now, in_tenant, role_given, rights_of):
    record = role_given(rights_of("none", *KINDS), who="member").role_record
    with pytest.raises(Forbidden):
        actions.give_role(member=members["owner"], role=record, by=members["admin"], now=now)
    with pytest.raises(Refused):
        actions.give_role(member=members["owner"], role=record, by=members["owner"], now=now)
    with pytest.raises(Refused):
        actions.create_role(name="King", base="owner", rights={}, field_rights={}, by=members["owner"], now=now)


def test_the_api_makes_gives_and_shows_roles(api, members):
    rights = [{"kind": "deal", "read": "TEAM", "delete": "NONE"}]
    fields = [{"kind": "deal", "field": "amount", "right": "READ"}]
    made = api(CREATE, who="admin", input={"name": "Team sales", "rights": rights, "fields": fields})["data"][
        "createRole"
    ]
    role = made["role"]
    assert made["problems"] == []
    assert role["fields"] == [{"kind": "deal", "field": "amount", "right": "READ"}]
    assert {one["kind"]: (one["read"], one["delete"]) for one in role["rights"]} == {
        **dict.fromkeys(KINDS, ("ALL", "ALL")), "deal": ("TEAM", "NONE")
    }  # fmt: skip
    member = to_base64("Member", str(members["member"].pk))
    given = api(GIVE, who="admin", input={"member": member, "role": role["id"]})["data"]["giveRole"]
    assert given["member"] == {"name": "Member", "role": "MEMBER", "accessRole": {"name": "Team sales"}}
    names = api("{ roles { name isBuiltIn } }", who="reader")["data"]["roles"]
    assert [one["name"] for one in names] == ["Owner", "Admin", "Member", "Reader", "Team sales"]
    back = api(GIVE, who="admin", input={"member": member, "role": to_base64("Role", "reader")})["data"]["giveRole"]
    assert back["member"]["role"] == "READER"


@pytest.mark.parametrize(
    ("rights", "fields", "problem"),
    [
        ([{"kind": "unicorn", "read": "ALL"}], [], {"code": "REFUSED", "field": "rights"}),
        ([], [{"kind": "deal", "field": "name", "right": "HIDDEN"}], {"code": "REFUSED", "field": "fields"}),
        ([], [{"kind": "unicorn", "field": "horn", "right": "HIDDEN"}], {"code": "REFUSED", "field": "fields"}),
    ],
)
def test_the_api_refuses_rights_to_what_there_is_not(api, rights, fields, problem):
    answer = api(CREATE, input={"name": "X", "rights": rights, "fields": fields})
    assert answer["data"]["createRole"] == {"role": None, "problems": [problem]}


def test_a_member_makes_and_gives_no_role(api, members):
    assert api(CREATE, who="member", input={"name": "X"})["data"]["createRole"]["problems"][0]["code"] == "FORBIDDEN"
    member = to_base64("Member", str(members["member"].pk))
    answer = api(GIVE, who="member", input={"member": member, "role": to_base64("Role", "admin")})
    assert answer["data"]["giveRole"]["problems"][0]["code"] == "FORBIDDEN"


def test_record_nouns_of_a_plugin_stand_in_the_form(cast, pretend):
    assert "Pear queues" not in cast["owner"].get("/settings/roles/new/").content.decode()
    pretend("pear", record_nouns=lambda: [Noun(Queue, "Pear queues", title="name", owner="")])

    assert "Pear queues" in cast["owner"].get("/settings/roles/new/").content.decode()
