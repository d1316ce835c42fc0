"""The workspace in the API: its settings, its invitations and its plugins, by the actions of the settings pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry
from django.http import Http404
from strawberry import UNSET

from triptych.graphql.context import ApiInfo
from triptych.graphql.member_changes import Invitation
from triptych.graphql.mutations import Answer, acting, mutation, sent
from triptych.tenants import plugins, seats
from triptych.tenants.members import access, actions
from triptych.tenants.models import Tenant
from triptych.tenants.plugin_overview import PluginLine, plugin_overview


@strawberry.type(description="How many people may sign in here.")
class Seats:
    granted: int | None = strawberry.field(description="Null without limit.")
    taken: int
    invited: int = strawberry.field(description="Offered, and not taken yet.")


@strawberry.type(description="The workspace in which everything of this API is.")
class Workspace:
    tenant: strawberry.Private[Tenant]

    @strawberry.field
    def name(self) -> str:
        return self.tenant.name

    @strawberry.field(description="By which days begin, such as Europe/Rome.")
    def timezone(self) -> str:
        return self.tenant.timezone

    @strawberry.field(description="In which sums are told, ISO 4217.")
    def currency(self) -> str:
        return self.tenant.currency

    @strawberry.field(description="For who has chosen none, such as en.")
    def language(self) -> str:
        return self.tenant.language

    @strawberry.field(description="Its colour, such as #005d65; empty for that of Triptych.")
    def accent(self) -> str:
        return self.tenant.accent

    @strawberry.field
    def seats(self, info: ApiInfo) -> Seats:
        found = seats.seats_here(at=info.context.now)
        return Seats(granted=found.granted, taken=found.taken, invited=found.invited)


@strawberry.type(name="InstalledPlugin", description="A plugin of this installation as it stands in the workspace.")
class InstalledPlugin:
    id: str
    label: str
    version: str
    description: str
    is_enabled: bool
    obstacle: str = strawberry.field(description="Why it cannot be enabled; empty when it can.")
    failures: int = strawberry.field(description="In how many places it failed in the last seven days.")

    @classmethod
    def of(cls, line: PluginLine) -> InstalledPlugin:
        return cls(
            id=line.plugin.id,
            label=str(line.plugin.label),
            version=line.plugin.version,
            description=str(line.plugin.description),
            is_enabled=line.is_enabled,
            obstacle=line.obstacle,
            failures=len(line.failures),
        )


@strawberry.type
class Queries:
    @strawberry.field(description="The workspace and its settings.")
    def workspace(self, info: ApiInfo) -> Workspace:
        return Workspace(tenant=info.context.tenant)

    @strawberry.field(description="The invitations that can be accepted, the newest first.")
    def invitations(self, info: ApiInfo) -> list[Invitation]:
        found = access.open_invitations(info.context.member, now=info.context.now)
        return [Invitation.of(one) for one in found]

    @strawberry.field(description="All plugins of this installation. For owners and admins.")
    def plugins(self, info: ApiInfo) -> list[InstalledPlugin]:
        access.administering(info.context.member)
        return _plugins(info)


@strawberry.input(description="Only the given fields change.")
class UpdateWorkspaceInput:
    name: str | None = UNSET
    timezone: str | None = strawberry.field(default=UNSET, description="Such as Europe/Rome.")
    currency: str | None = strawberry.field(default=UNSET, description="ISO 4217.")
    language: str | None = strawberry.field(default=UNSET, description="Such as de.")
    accent: str | None = strawberry.field(default=UNSET, description="Such as #005d65; null: that of Triptych.")


@strawberry.type
class UpdateWorkspacePayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def workspace(self) -> Workspace | None:
        changed = self.records.get("workspace")
        return Workspace(tenant=changed) if changed else None


@strawberry.input
class RevokeInvitationInput:
    id: strawberry.ID = strawberry.field(description="Of the invitation.")


@strawberry.type
class RevokeInvitationPayload(Answer):
    @strawberry.field(description="The invitation, void now. Null when there is a problem.")
    def invitation(self) -> Invitation | None:
        revoked = self.records.get("invitation")
        return Invitation.of(revoked) if revoked else None


@strawberry.input
class SwitchPluginInput:
    id: str = strawberry.field(description="Of the plugin.")


@strawberry.type
class SwitchPluginPayload(Answer):
    @strawberry.field(description="The plugin as it stands now. Null when there is a problem.")
    def plugin(self, info: ApiInfo) -> InstalledPlugin | None:
        switched = self.records.get("plugin")
        return next((one for one in _plugins(info) if one.id == switched), None)


@strawberry.type
class Mutations:
    @mutation
    def update_workspace(self, info: ApiInfo, input: UpdateWorkspaceInput) -> UpdateWorkspacePayload:
        """Change what the workspace is called, how it counts days and money, and its colour."""
        tenant = info.context.tenant
        names = ("name", "timezone", "currency", "language", "accent")
        fields: dict[str, Any] = {name: getattr(tenant, name) for name in names}
        fields |= {name: value or "" for name, value in sent(input).items()}
        return UpdateWorkspacePayload.of(workspace=actions.change_workspace(tenant=tenant, **fields, **acting(info)))

    @mutation
    def revoke_invitation(self, info: ApiInfo, input: RevokeInvitationInput) -> RevokeInvitationPayload:
        """Make an invitation useless."""
        invitation = access.invitation_to_change(info.context.member, _key(input.id))
        actions.revoke_invitation(invitation=invitation, **acting(info))
        return RevokeInvitationPayload.of(invitation=invitation)

    @mutation
    def enable_plugin(self, info: ApiInfo, input: SwitchPluginInput) -> SwitchPluginPayload:
        """Switch a plugin on. What it brings is in the schema of the next request."""
        access.administering(info.context.member)
        plugins.enable_plugin(tenant=info.context.tenant, plugin_id=input.id, **acting(info))
        return SwitchPluginPayload.of(plugin=input.id)

    @mutation
    def disable_plugin(self, info: ApiInfo, input: SwitchPluginInput) -> SwitchPluginPayload:
        """Switch a plugin off. Its data is kept."""
        access.administering(info.context.member)
        plugins.disable_plugin(tenant=info.context.tenant, plugin_id=input.id, **acting(info))
        return SwitchPluginPayload.of(plugin=input.id)


def _plugins(info: ApiInfo) -> list[InstalledPlugin]:
    overview = plugin_overview(info.context.tenant, now=info.context.now)
    return [InstalledPlugin.of(line) for line in overview.lines]


def _key(given: strawberry.ID) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise Http404 from error
