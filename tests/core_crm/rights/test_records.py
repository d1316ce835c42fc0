"""On a record: sharing it, and “Why?”, through pages and the API."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.rights.access import may
from triptych.core_crm.rights.explaining import ASKED, explain
from triptych.core_crm.rights.models import Share
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

WHY = """query ($id: ID!, $member: ID) { why(id: $id, member: $member) {
    member { name } verdicts { act allowed reasons } } }"""
SHARE = """mutation ($input: ShareRecordInput!) { shareRecord(input: $input) {
    share { id mayChange member { name } } problems { code field } } }"""


@pytest.fixture
def deal(tenant, members, now):
    """A deal of the owner."""
    with entered(tenant):
        return create_deal(name="Wind park", owner=members["owner"], by=members["owner"], now=now)


def test_a_shared_deal_opens_to_who_saw_only_their_own(cast, tenant, members, deal, role_given, rights_of):
    role_given(rights_of("own", "deal"))
    assert cast["member"].get(deal.get_absolute_url()).status_code == 404
    url = f"/access/deal/{deal.pk}/share/"
    assert cast["owner"].post(url, {"member": members["member"].pk}).status_code == 302
    assert cast["member"].get(deal.get_absolute_url()).status_code == 200
    assert cast["member"].get(f"{deal.get_absolute_url()}edit/").status_code == 403
    assert cast["member"].post(url, {"member": members["admin"].pk}).status_code == 403
    assert "may see it" in cast["owner"].get(deal.get_absolute_url()).content.decode()
    cast["owner"].post(url, {"member": members["member"].pk, "may_change": "on"})
    assert cast["member"].get(f"{deal.get_absolute_url()}edit/").status_code == 200
    with entered(tenant):
        share = Share.objects.get()
    cast["owner"].post(f"/access/shares/{share.pk}/remove/")
    assert cast["member"].get(deal.get_absolute_url()).status_code == 404


def test_a_share_with_a_team_opens_to_its_people(cast, deal, role_given, rights_of, team_of):
    role_given(rights_of("own", "deal"))
    team = team_of("North", "member")
    cast["owner"].post(f"/access/deal/{deal.pk}/share/", {"team": team.pk})
    assert cast["member"].get(deal.get_absolute_url()).status_code == 200


def test_what_a_role_rules_out_no_share_opens(cast, members, deal, role_given, rights_of):
    role_given(rights_of("none", "deal"))
    cast["owner"].post(f"/access/deal/{deal.pk}/share/", {"member": members["member"].pk})
    assert cast["member"].get(deal.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("who", ["reader", "outsider", "stranger"])
def test_who_may_not_change_a_deal_shares_it_with_nobody(cast, tenant, members, deal, who):
    cast[who].post(f"/access/deal/{deal.pk}/share/", {"member": members["reader"].pk})
    with entered(tenant):
        assert not Share.objects.exists()


def test_a_share_with_nobody_or_with_two_is_refused(cast, members, deal, team_of):
    url, team = f"/access/deal/{deal.pk}/share/", team_of("North")
    for chosen in ({}, {"member": members["member"].pk, "team": team.pk}):
        response = cast["owner"].post(url, chosen)
        assert (response.status_code, "Choose a person or a team" in response.content.decode()) == (422, True)


def test_the_api_shares_and_takes_back(api, members, deal):
    record, member = to_base64("Deal", str(deal.pk)), to_base64("Member", str(members["member"].pk))
    shared = api(SHARE, input={"record": record, "member": member, "mayChange": True})["data"]["shareRecord"]
    assert shared["share"]["mayChange"] is True
    assert shared["share"]["member"] == {"name": "Member"}
    asked = "{ deals { edges { node { shares { id sharedBy { name } } } } } }"
    node = api(asked)["data"]["deals"]["edges"][0]["node"]
    assert node == {"shares": [{"id": shared["share"]["id"], "sharedBy": {"name": "owner"}}]}
    unshare = "mutation ($input: UnshareRecordInput!) { unshareRecord(input: $input) { problems { code } } }"
    assert api(unshare, who="reader", input={"id": node["shares"][0]["id"]})["data"]["unshareRecord"]["problems"]
    assert api(unshare, input={"id": node["shares"][0]["id"]})["data"]["unshareRecord"]["problems"] == []
    assert api(unshare, input={"id": node["shares"][0]["id"]})["data"]["unshareRecord"]["problems"] == [
        {"code": "NOT_FOUND"}
    ]


def test_why_says_role_owner_team_and_share(in_tenant, members, deal, role_given, rights_of, team_of, now):
    member = role_given(rights_of("team", "deal", delete="none", change="own"))
    read, change, delete, _export = explain(member, deal)
    assert (read.allowed, change.allowed, delete.allowed) == (False, False, False)
    assert read.reasons == [
        "Member has the role “Sales, own”, which includes “See” for Deals of their teams.",
        "It belongs to owner.",
        "owner is in none of the teams of Member, nor in one below a team they manage.",
        "Nobody has shared it with Member to that end.",
    ]
    assert delete.reasons[0] == "Member has the role “Sales, own”, which does not include “Delete” for Deals."
    team_of("North", "member", "owner")
    read = explain(Member.objects.get(pk=member.pk), deal)[0]
    assert (read.allowed, read.reasons[-1]) == (True, "owner is in a team whose records Member sees: “North”.")


@pytest.mark.parametrize("level", ["all", "team", "own", "none"])
def test_why_and_may_say_the_same(in_tenant, members, deal, role_given, rights_of, level):
    member = role_given(rights_of(level, "deal"))
    assert [one.allowed for one in explain(member, deal)] == [may(member, act, deal) for act in ASKED]


def test_who_administers_asks_for_somebody_else(cast, api, members, deal, role_given, rights_of):
    role_given(rights_of("own", "deal"))
    record, member = to_base64("Deal", str(deal.pk)), to_base64("Member", str(members["member"].pk))
    answer = api(WHY, who="admin", id=record, member=member)["data"]["why"]
    assert answer["member"] == {"name": "Member"}
    assert {one["act"]: one["allowed"] for one in answer["verdicts"]} == dict.fromkeys(
        ("READ", "CHANGE", "DELETE", "EXPORT"), False
    )
    page = cast["admin"].get(f"/access/deal/{deal.pk}/why/?member={members['member'].pk}").content.decode()
    assert "It belongs to owner." in page
    people = cast["admin"].get(f"/access/people/{members['member'].pk}/?q=wind").content.decode()
    assert f"/access/deal/{deal.pk}/why/?member={members['member'].pk}" in people


def test_a_member_asks_for_themselves_alone(cast, api, members, deal):
    record, other = to_base64("Deal", str(deal.pk)), to_base64("Member", str(members["owner"].pk))
    assert cast["member"].get(f"/access/deal/{deal.pk}/why/").status_code == 200
    assert cast["member"].get(f"/access/deal/{deal.pk}/why/?member={members['owner'].pk}").status_code == 403
    assert cast["member"].get(f"/access/people/{members['owner'].pk}/").status_code == 403
    assert cast["member"].get(f"/access/people/{members['member'].pk}/").status_code == 200
    assert api(WHY, who="member", id=record, member=other)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_record_that_is_not_theirs_answers_as_one_that_is_not_there(
    cast, api, deal, role_given, rights_of, members, tenant, now
):
    role_given(rights_of("own", "deal"))
    missing = "01a20376-40e9-72e4-8e27-a3ff4c10eae7"
    for pk in (str(deal.pk), missing):
        assert cast["member"].get(f"/access/deal/{pk}/why/").status_code == 404
        assert api(WHY, who="member", id=to_base64("Deal", pk))["data"] == {"why": None}
        answer = api(SHARE, who="member", input={"record": to_base64("Deal", pk)})["data"]["shareRecord"]
        assert answer == {"share": None, "problems": [{"code": "NOT_FOUND", "field": "record"}]}
    assert cast["owner"].get(f"/access/unicorn/{deal.pk}/why/").status_code == 404
    assert api(WHY, id=to_base64("Pipeline", str(deal.pipeline_id)))["data"] == {"why": None}


def test_what_one_may_not_do_is_refused_at_every_door(cast, api, tenant, members, role_given, rights_of, deal, now):
    role_given(rights_of("all", "deal", delete="own", change="own", export="none", create="own"))
    with entered(tenant):
        contact = create_contact(first_name="Ann", owner=members["owner"], by=members["owner"], now=now)
    url, browser = deal.get_absolute_url(), cast["member"]
    assert browser.get(url).status_code == 200
    assert "edit/" not in browser.get(url).content.decode()
    assert [browser.post(f"{url}{act}/").status_code for act in ("edit", "delete", "move", "files")] == [403] * 4
    assert browser.get("/deals/export/").status_code == 403
    assert browser.get(contact.get_absolute_url()).status_code == 200
    key = to_base64("Deal", str(deal.pk))
    for name, kind in (("updateDeal", "UpdateDealInput"), ("deleteDeal", "DeleteDealInput")):
        document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ problems {{ code }} }} }}"
        assert api(document, who="member", input={"id": key})["data"][name]["problems"] == [{"code": "FORBIDDEN"}]
    create = "mutation ($input: CreateDealInput!) { createDeal(input: $input) { problems { code field } } }"
    owner = to_base64("Member", str(members["owner"].pk))
    given = {"name": "For the boss", "owner": owner}
    refused = api(create, who="member", input=given)["data"]["createDeal"]["problems"]
    assert refused == [{"code": "FORBIDDEN", "field": "owner"}]
    assert api(create, who="member", input={"name": "Mine"})["data"]["createDeal"]["problems"] == []
