"""Teams in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from django.http import Http404
from strawberry import UNSET, relay

from triptych.core_crm.rights import actions, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import IdFilter, TextFilter, Where, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    key_of,
    mutation,
    record_chosen,
    sent,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.schema import Member, member_list
from triptych.tenants.members import models as members


@strawberry_django.type(models.TeamMember, name="TeamMember", description="That somebody is in a team.")
class TeamMember:
    member: Member
    is_manager: bool = strawberry_django.field(description="Whether they see the teams below, too.")

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.order_by("-is_manager", "member__name", "pk")


@strawberry_django.type(models.Team, name="Team", description="People who share their records where roles say so.")
class Team(relay.Node):
    name: str
    parent: Team | None = strawberry_django.field(description="The team above.")
    territories: list[str] = strawberry_django.field(
        description="Regions: whoever has one of them belongs to the team."
    )
    people: list[TeamMember] = strawberry_django.field(field_name="places", description="Managers first.")
    created_at: datetime
    version: int


def teams_visible_to(member: members.Member) -> Any:
    """Everybody in the workspace sees its teams."""
    return models.Team.objects.all()


team_list = Listing(
    node=Team,
    model=models.Team,
    visible_to=teams_visible_to,
    filter=filter_input(
        "TeamFilter",
        models.Team,
        {
            "id": Where(IdFilter, "pk", of="Team"),
            "name": Where(TextFilter, "name"),
            "parent": Where(IdFilter, "parent", of="Team"),
            "member": Where(IdFilter, "places__member", of="Member", many=True),
        },
    ),
    order=ordering_input("TeamOrder", {"NAME": By("name"), "CREATED_AT": By("created_at")}),
    default_order=(By("name"),),
)


@strawberry.type
class Queries:
    team = team_list.singular("A team by id.")
    teams = team_list.plural("The teams of the workspace, by name.")


@strawberry.input
class CreateTeamInput:
    name: str
    parent: relay.GlobalID | None = None
    territories: list[str] = strawberry.field(default_factory=list)


@strawberry.input(description="Only the given fields change.")
class UpdateTeamInput:
    id: relay.GlobalID
    name: str | None = UNSET
    parent: relay.GlobalID | None = UNSET
    territories: list[str] | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteTeamInput(IdInput):
    pass


@strawberry.input
class PutInTeamInput:
    team: relay.GlobalID
    member: relay.GlobalID
    is_manager: bool = False


@strawberry.input
class TakeOutOfTeamInput:
    team: relay.GlobalID
    member: relay.GlobalID


@strawberry.type
class TeamPayload(Answer):
    team = answered("team", team_list)


@strawberry.type
class Mutations:
    @mutation
    def create_team(self, info: ApiInfo, input: CreateTeamInput) -> TeamPayload:
        """Make a team, for owners and admins."""
        parent = record_chosen(info, input.parent, team_list, field="parent") if input.parent else None
        team = actions.create_team(name=input.name, parent=parent, territories=input.territories, **acting(info))
        return TeamPayload.of(team=team)

    @mutation
    def update_team(self, info: ApiInfo, input: UpdateTeamInput) -> TeamPayload:
        """Change the given fields of a team."""
        fields = {name: value for name, value in sent(input).items() if value is not None or name == "parent"}
        if fields.get("parent"):
            fields["parent"] = record_chosen(info, fields["parent"], team_list, field="parent")
        team = actions.update_team(team=_team(input.id), version=version_of(input), **acting(info), **fields)
        return TeamPayload.of(team=team)

    @mutation
    def delete_team(self, info: ApiInfo, input: DeleteTeamInput) -> TeamPayload:
        """Take a team away that has none below."""
        actions.delete_team(team=_team(input.id), **acting(info))
        return TeamPayload.of()

    @mutation
    def put_in_team(self, info: ApiInfo, input: PutInTeamInput) -> TeamPayload:
        """Put somebody into a team, or change whether they manage it."""
        team = record_chosen(info, input.team, team_list, field="team")
        member = record_chosen(info, input.member, member_list, field="member")
        actions.put_in_team(team=team, member=member, is_manager=input.is_manager, **acting(info))
        return TeamPayload.of(team=team)

    @mutation
    def take_out_of_team(self, info: ApiInfo, input: TakeOutOfTeamInput) -> TeamPayload:
        """Take somebody out of a team."""
        team = record_chosen(info, input.team, team_list, field="team")
        member = record_chosen(info, input.member, member_list, field="member")
        actions.take_out_of_team(team=team, member=member, **acting(info))
        return TeamPayload.of(team=team)


def _team(given: relay.GlobalID) -> models.Team:
    """Raises Http404 unless it is the id of a team."""
    team = models.Team.objects.filter(pk=key_of(given, team_list)).first()
    if team is None:
        raise Http404
    return team
