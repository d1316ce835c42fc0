"""Roles in the API. The built-in ones have ids, too: they can be given, not changed."""

from __future__ import annotations

from typing import Any

import strawberry
from django.http import Http404
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.rights import actions
from triptych.core_crm.rights.levels import Act, FieldRight, Level, level_of
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import NOT_FOUND
from triptych.graphql.ids import key_in
from triptych.graphql.mutations import Answer, IdInput, acting, mutation, record_chosen, version_of
from triptych.graphql.schema import Member, member_list
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.tenants.members import models

strawberry.enum(Level, name="RightsLevel", description="On which records. TEAM takes in records of nobody.")
strawberry.enum(FieldRight, name="FieldRight", description="READ: seen and not changed. HIDDEN: not seen.")
KIND = "Role"


@strawberry.type(description="What a role gives for one kind of record.")
class ObjectRights:
    kind: str = strawberry.field(description="As search and events call it, e.g. deal.")
    read: Level
    create: Level
    change: Level
    delete: Level
    export: Level


@strawberry.type(description="A field that a role hides or makes read-only.")
class RoleField:
    kind: str
    field: str = strawberry.field(description="As the database calls it, e.g. annual_revenue.")
    right: FieldRight


@strawberry.type(description="Which records somebody sees, creates, changes, deletes and exports.")
class Role:
    id: relay.GlobalID
    name: str
    base: models.RoleCode = strawberry.field(description="The built-in role whose general rights it has.")
    is_built_in: bool
    rights: list[ObjectRights]
    fields: list[RoleField] = strawberry.field(description="Those that are hidden or read-only.")
    version: int = strawberry.field(description="Counted up by each change; 0 for a built-in one.")

    @classmethod
    def of(cls, role: models.Role | models.RoleCode) -> Role:
        """The role as the API shows it."""
        record = role if isinstance(role, models.Role) else None
        base = models.RoleCode(role.base if isinstance(role, models.Role) else role)
        nouns = hooks.gather("record_nouns")
        rights = [
            ObjectRights(kind=noun.kind, **{str(act): level_of(record, base, noun.kind, act) for act in Act})
            for noun in nouns
        ]
        hidden = record.field_rights if record else {}
        return cls(
            id=relay.GlobalID(KIND, str(record.pk) if record else base),
            name=record.name if record else str(base.label),
            base=base,
            is_built_in=record is None,
            rights=rights,
            fields=[
                RoleField(kind=noun.kind, field=name, right=FieldRight(right))
                for noun in nouns
                for name, right in hidden.get(noun.kind, {}).items()
            ],
            version=record.version if record else 0,
        )


@strawberry.type
class Queries:
    @strawberry.field(description="The built-in roles, then the workspace's own by name.", metadata={"cost": 20})
    def roles(self) -> list[Role]:
        return [*map(Role.of, models.RoleCode), *map(Role.of, models.Role.objects.by_name())]


@strawberry.type
class MemberRole:
    @strawberry.field(description="The role that they have.", metadata={"cost": 2})
    def access_role(self, info: ApiInfo) -> Role:
        found = info.context.batch(("access_role",), self, _roles_of)
        return Role.of(found)


def _roles_of(members: list[Any]) -> dict[Any, models.Role | models.RoleCode]:
    """The roles of all these members, in one statement."""
    keys = [member.pk for member in members]
    rows = models.Member.objects.filter(pk__in=keys).select_related("role_record")
    return {row.pk: row.role_record or models.RoleCode(row.role) for row in rows}


@strawberry.input(description="What is left out stays as it is, in a new role as in its base.")
class ObjectRightsInput:
    kind: str
    read: Level | None = UNSET
    create: Level | None = UNSET
    change: Level | None = UNSET
    delete: Level | None = UNSET
    export: Level | None = UNSET


@strawberry.input
class RoleFieldInput:
    kind: str
    field: str
    right: FieldRight


@strawberry.input
class CreateRoleInput:
    name: str
    base: models.RoleCode = strawberry.field(default=models.RoleCode.MEMBER, description="ADMIN, MEMBER or READER.")
    rights: list[ObjectRightsInput] = strawberry.field(default_factory=list)
    fields: list[RoleFieldInput] = strawberry.field(default_factory=list)


@strawberry.input(description="Only what is given changes; `fields` replaces those of the kinds that it names.")
class UpdateRoleInput:
    id: relay.GlobalID
    name: str | None = UNSET
    base: models.RoleCode | None = UNSET
    rights: list[ObjectRightsInput] = strawberry.field(default_factory=list)
    fields: list[RoleFieldInput] = strawberry.field(default_factory=list)
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteRoleInput(IdInput):
    pass


@strawberry.input
class GiveRoleInput:
    member: relay.GlobalID
    role: relay.GlobalID = strawberry.field(description="Also the id of a built-in one.")


@strawberry.type
class RolePayload(Answer):
    @strawberry.field(description="Null when there is a problem, and after a deletion.")
    def role(self) -> Role | None:
        role = self.records.get("role")
        return Role.of(role) if role is not None else None


@strawberry.type
class GiveRolePayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def member(self) -> Member | None:
        member: Any = self.records.get("member")
        found: Member | None = member
        return found


@strawberry.type
class Mutations:
    @mutation
    def create_role(self, info: ApiInfo, input: CreateRoleInput) -> RolePayload:
        """Make a role of the workspace's own, for owners and admins."""
        role = actions.create_role(
            name=input.name,
            base=input.base.value,
            rights=_rights(input.rights, {}),
            field_rights=_fields(input.fields),
            **acting(info),
        )
        return RolePayload.of(role=role)

    @mutation
    def update_role(self, info: ApiInfo, input: UpdateRoleInput) -> RolePayload:
        """Change a role, for everybody who has it at once."""
        role = _own_role(input.id)
        role = actions.update_role(
            role=role,
            name=input.name or None,
            base=input.base.value if input.base else None,
            rights=_rights(input.rights, role.rights),
            field_rights=_fields(input.fields),
            version=version_of(input),
            **acting(info),
        )
        return RolePayload.of(role=role)

    @mutation
    def delete_role(self, info: ApiInfo, input: DeleteRoleInput) -> RolePayload:
        """Take a role away that nobody has."""
        actions.delete_role(role=_own_role(input.id), **acting(info))
        return RolePayload.of()

    @mutation
    def give_role(self, info: ApiInfo, input: GiveRoleInput) -> GiveRolePayload:
        """Give a member another role, for owners and admins."""
        member = record_chosen(info, input.member, member_list, field="member")
        role = _any_role(input.role)
        return GiveRolePayload.of(member=actions.give_role(member=member, role=role, **acting(info)))


def _own_role(given: relay.GlobalID) -> models.Role:
    """Raises Http404 unless it is the id of one of the workspace's own roles."""
    key = key_in(given, of=KIND)
    role = models.Role.objects.filter(pk=key).first() if key else None
    if role is None:
        raise Http404
    return role


def _any_role(given: relay.GlobalID) -> models.Role | models.RoleCode:
    if given.type_name == KIND and given.node_id in models.RoleCode.values:
        return models.RoleCode(given.node_id)
    try:
        return _own_role(given)
    except Http404:
        raise Refused(_("There is no such role."), field="role", code=NOT_FOUND) from None


def _rights(given: list[ObjectRightsInput], before: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The rights of each kind that is given, with what it leaves out as before."""
    return {
        one.kind: before.get(one.kind, {})
        | {str(act): level.value for act in Act if (level := getattr(one, act)) not in (UNSET, None)}
        for one in given
    }


def _fields(given: list[RoleFieldInput]) -> dict[str, dict[str, str]]:
    fields: dict[str, dict[str, str]] = {}
    for one in given:
        fields.setdefault(one.kind, {})[one.field] = one.right.value
    return fields
