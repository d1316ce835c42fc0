"""Teams: the tree, who is in them, and what a manager sees of the teams below."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.deals.access import deals_visible_to
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.rights import actions
from triptych.core_crm.rights.models import Team
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


def seen_by(member):
    """The names of the deals that somebody sees, asked anew."""
    return sorted(deals_visible_to(Member.objects.get(pk=member.pk)).values_list("name", flat=True))


def test_an_owner_builds_the_tree_in_pages(cast, tenant, members):
    cast["owner"].post("/settings/teams/new/", {"name": "Sales", "territories": "North, South,"})
    with entered(tenant):
        sales = Team.objects.get()
    assert sales.territories == ["North", "South"]
    cast["owner"].post("/settings/teams/new/", {"name": "Inside", "parent": sales.pk})
    cast["owner"].post(f"/settings/teams/{sales.pk}/people/", {"member": members["member"].pk, "is_manager": "on"})
    page = cast["reader"].get("/settings/teams/").content.decode()
    assert page.index("Sales") < page.index("Inside")
    assert "Manager" in page
    refused = cast["owner"].post(f"/settings/teams/{sales.pk}/", {"name": "Sales", "parent": sales.pk})
    assert (refused.status_code, "cannot be below itself" in refused.content.decode()) == (422, True)
    cast["owner"].post(f"/settings/teams/{sales.pk}/delete/")  # there is a team below
    cast["owner"].post(f"/settings/teams/{sales.pk}/people/{members['member'].pk}/remove/")
    with entered(tenant):
        assert (Team.objects.count(), sales.places.count()) == (2, 0)


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_others_make_no_team(cast, tenant, who, status):
    assert cast[who].post("/settings/teams/new/", {"name": "Sales"}).status_code == status
    with entered(tenant):
        assert not Team.objects.exists()


def test_a_circle_is_refused_however_long(in_tenant, team_of, members, now):
    top = team_of("Top")
    middle = team_of("Middle", parent=top)
    bottom = team_of("Bottom", parent=middle)
    with pytest.raises(Refused, match="cannot be below itself"):
        actions.update_team(team=top, parent=bottom, by=members["owner"], now=now)


def test_a_manager_sees_the_teams_below_and_a_colleague_only_their_own(
    in_tenant, team_of, role_given, rights_of, members, now
):
    north = team_of("North", "reader", manager="member")
    team_of("Far north", "admin", parent=north)
    for who in ("owner", "admin", "member", "reader"):
        create_deal(name=f"Of {who}", by=None, now=now, owner=members[who])
    create_deal(name="Of nobody", by=None, now=now, owner=None)
    role_given(rights_of("team", "deal"), who="member", name="Team")
    role_given(
        rights_of("team", "deal", change="none", create="none", delete="none"), who="reader", base="reader", name="R"
    )

    assert seen_by(members["member"]) == ["Of admin", "Of member", "Of nobody", "Of reader"]
    assert seen_by(members["reader"]) == ["Of member", "Of nobody", "Of reader"]
    assert len(seen_by(members["owner"])) == 5


def test_whoever_has_the_territory_belongs_to_the_team(in_tenant, team_of, role_given, rights_of, members, now):
    team_of("South", "member", territories=["Sicily"])
    agent = Member.objects.create(name="Agent", region="Sicily", created_at=now)
    create_deal(name="Of the agent", by=None, now=now, owner=agent)
    role_given(rights_of("team", "deal"))

    assert seen_by(members["member"]) == ["Of the agent"]
    agent.region = "Tuscany"
    agent.save()
    assert seen_by(members["member"]) == []


def test_the_api_builds_the_tree(api, members):
    create = (
        "mutation ($input: CreateTeamInput!) { createTeam(input: $input) { team { id name } problems { code field } } }"
    )
    top = api(create, input={"name": "Top", "territories": ["North"]})["data"]["createTeam"]["team"]
    made = api(create, input={"name": "Below", "parent": top["id"]})["data"]["createTeam"]["team"]
    again = api(create, input={"name": "top"})["data"]["createTeam"]
    assert again == {"team": None, "problems": [{"code": "REFUSED", "field": "name"}]}
    member = to_base64("Member", str(members["member"].pk))
    put = "mutation ($input: PutInTeamInput!) { putInTeam(input: $input) { problems { code } } }"
    assert (
        api(put, input={"team": made["id"], "member": member, "isManager": True})["data"]["putInTeam"]["problems"] == []
    )
    found = api(
        "{ teams { edges { node { name parent { name } territories people { member { name } isManager } } } } }",
        who="reader",
    )
    assert [edge["node"] for edge in found["data"]["teams"]["edges"]] == [
        {
            "name": "Below", "parent": {"name": "Top"}, "territories": [],
            "people": [{"member": {"name": "Member"}, "isManager": True}],
        },
        {"name": "Top", "parent": None, "territories": ["North"], "people": []},
    ]  # fmt: skip
    update = """mutation ($input: UpdateTeamInput!) {
        updateTeam(input: $input) { team { parent { name } } problems { field } } }"""
    circle = api(update, input={"id": top["id"], "parent": made["id"]})["data"]["updateTeam"]
    assert circle["problems"] == [{"field": "parent"}]
    loose = api(update, input={"id": made["id"], "parent": None})["data"]["updateTeam"]
    assert loose["team"] == {"parent": None}
    delete = "mutation ($input: DeleteTeamInput!) { deleteTeam(input: $input) { problems { code } } }"
    assert api(delete, who="member", input={"id": made["id"]})["data"]["deleteTeam"]["problems"] == [
        {"code": "FORBIDDEN"}
    ]
    assert api(delete, input={"id": made["id"]})["data"]["deleteTeam"]["problems"] == []


def test_of_two_who_take_a_name_in_one_moment_one_is_refused(api, cast, tenant, monkeypatch):
    cast["owner"].post("/settings/teams/new/", {"name": "North"})
    monkeypatch.setattr(Team.objects._queryset_class, "exists", lambda rows: False)  # as the second one finds it

    page = cast["owner"].post("/settings/teams/new/", {"name": "North"})
    answer = api('mutation { createTeam(input: {name: "north"}) { team { name } problems { code message } } }')

    told = "Somebody else did the same at this moment. Look at what is there now, then try again."
    assert (page.status_code, told in page.content.decode()) == (422, True)
    assert answer["data"]["createTeam"] == {"team": None, "problems": [{"code": "CONFLICT", "message": told}]}
    with entered(tenant):
        assert Team.objects.count() == 1
