"""Inviting and changing people through the API, by the actions of the settings pages. For owners and admins."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from django.urls import reverse
from strawberry import UNSET, relay

from triptych.graphql.context import ApiInfo
from triptych.graphql.members import member_list
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    key_of,
    mutation,
    own_mutation,
    record_chosen,
    sent,
)
from triptych.tenants.members import access, actions, mail, models


@strawberry.type(description="A seat offered by mail. Who accepts it becomes a member.")
class Invitation:
    id: strawberry.ID = strawberry.field(description="For `revokeInvitation`.")
    email: str
    role: models.RoleCode
    expires_at: datetime

    @classmethod
    def of(cls, made: models.Invitation) -> Invitation:
        return cls(
            id=strawberry.ID(str(made.pk)),
            email=made.email,
            role=models.RoleCode(made.role),
            expires_at=made.expires_at,
        )


@strawberry.input
class InviteMemberInput:
    email: str
    role: models.RoleCode = models.RoleCode.MEMBER


@strawberry.input
class UpdateMemberInput:
    id: relay.GlobalID
    role: models.RoleCode | None = UNSET
    manager: relay.GlobalID | None = strawberry.field(default=UNSET, description="To whom they report; null: nobody.")
    region: str | None = UNSET
    is_active: bool | None = strawberry.field(default=UNSET, description="Whether they still work here.")


@strawberry.input
class UpdateProfileInput:
    name: str | None = UNSET
    language: str | None = strawberry.field(default=UNSET, description="Such as `de`; null: that of the workspace.")


@strawberry.input
class DeactivateMemberInput(IdInput):
    pass


@strawberry.type
class InviteMemberPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def invitation(self) -> Invitation | None:
        made: models.Invitation | None = self.records.get("invitation")
        return Invitation.of(made) if made else None


@strawberry.type
class MemberPayload(Answer):
    member = answered("member", member_list)


@strawberry.type
class Mutations:
    @mutation
    def invite_member(self, info: ApiInfo, input: InviteMemberInput) -> InviteMemberPayload:
        """Offer somebody a seat. The link by which they join stands in the mail alone."""
        made, secret = actions.invite_member(email=input.email, role=input.role.value, **acting(info))
        link = info.context.request.build_absolute_uri(reverse("join", args=[secret]))
        mail.send_invitation(made, link=link, tenant=info.context.tenant)
        return InviteMemberPayload.of(invitation=made)

    @mutation
    def update_member(self, info: ApiInfo, input: UpdateMemberInput) -> MemberPayload:
        """Change a member's role, manager, region or access. What is left out stays as it is."""
        member = _to_change(info, input.id)
        given = sent(input)
        if given.get("role") not in (None, member.role):
            member = actions.change_role(member=member, role=given["role"], **acting(info))
        if given.keys() & {"manager", "region"}:
            member = actions.place_member(member=member, **_place(info, member, given), **acting(info))
        if given.get("is_active") not in (None, member.is_active):
            switch = actions.reactivate_member if given["is_active"] else actions.deactivate_member
            member = switch(member=member, tenant=info.context.tenant, **acting(info))
        return MemberPayload.of(member=member)

    @own_mutation
    def update_profile(self, info: ApiInfo, input: UpdateProfileInput) -> MemberPayload:
        """Change one's own name or language. What is left out stays as it is."""
        member, given = info.context.member, sent(input)
        name, language = given.get("name", member.name) or "", given.get("language", member.language) or ""
        return MemberPayload.of(member=actions.change_profile(name=name, language=language, **acting(info)))

    @mutation
    def deactivate_member(self, info: ApiInfo, input: DeactivateMemberInput) -> MemberPayload:
        """End somebody's access. Their records stay theirs until somebody reassigns them."""
        member = _to_change(info, input.id)
        return MemberPayload.of(
            member=actions.deactivate_member(member=member, tenant=info.context.tenant, **acting(info))
        )


def _to_change(info: ApiInfo, given: relay.GlobalID) -> models.Member:
    key: UUID = key_of(given, member_list)
    return access.member_to_change(info.context.member, key)


def _place(info: ApiInfo, member: models.Member, given: dict[str, Any]) -> dict[str, Any]:
    manager: Any = member.manager
    if "manager" in given:
        chosen = given["manager"]
        manager = None if chosen is None else record_chosen(info, chosen, member_list, field="manager")
    return {"manager": manager, "region": (given["region"] or "") if "region" in given else member.region}
