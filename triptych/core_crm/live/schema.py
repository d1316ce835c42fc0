"""Subscriptions: records that change, and notifications that arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import strawberry
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.live.audience import Change, heard_by
from triptych.core_crm.notifications import access as notifications
from triptych.core_crm.rights.sight import sight_of
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import bad_input
from triptych.graphql.listings import listing_called
from triptych.graphql.schema import Member
from triptych.graphql.subscriptions import live
from triptych.platform.events import Event
from triptych.platform.plugins import GraphQLExtension
from triptych.tenants.members.models import Member as MemberModel

MOST = 100


@strawberry.type(description="Something that happened to a record which you may see.")
class RecordChange:
    change: strawberry.Private[Change]

    @strawberry.field(description="What happened, e.g. deal.moved.")
    def event(self) -> str:
        return self.change.event.name

    @strawberry.field(description="What kind of record, e.g. deal.")
    def kind(self) -> str:
        return self.change.kind

    @strawberry.field(description="The id of the record.")
    def id(self, info: ApiInfo) -> strawberry.ID:
        listing = listing_called(self.change.kind)
        name = listing.name if listing else self.change.kind.title()
        return strawberry.ID(str(relay.GlobalID(name, str(self.change.id))))

    @strawberry.field(description="The version of the record now.")
    def version(self) -> int:
        return self.change.version

    @strawberry.field
    def at(self) -> datetime:
        return self.change.event.at

    @strawberry.field(description="Who did it; null where it was no member.")
    def by(self) -> Member | None:
        who = self.change.event.by
        return cast(Member | None, MemberModel.objects.filter(pk=who).first() if who else None)

    @strawberry.field(description="The record as it is now; null when it is in the bin.")
    def record(self, info: ApiInfo) -> relay.Node | None:
        listing = listing_called(self.change.kind)
        found: relay.Node | None = None
        if listing is not None and info.schema.get_type_by_name(listing.name) is not None:
            found = listing.visible_to(info.context.member).filter(pk=self.change.id).first()
        return found


@strawberry.type(description="The bell has news.")
class NotificationsArrived:
    @strawberry.field(description="How many you have not read, up to 100.")
    def unread_count(self, info: ApiInfo) -> int:
        return notifications.unread_count(info.context.member)


@dataclass(frozen=True)
class Wanted:
    """The changes that a subscription is after. Empty sets want everything."""

    kinds: frozenset[str]
    events: frozenset[str]
    ids: frozenset[str]

    def choose(self, member: MemberModel, events: Sequence[Event]) -> list[RecordChange]:
        if self.events:
            events = [event for event in events if event.name in self.events]
        changes = heard_by(member, events).changes if events else []
        return [RecordChange(change=change) for change in changes if self._takes(change)]

    def _takes(self, change: Change) -> bool:
        return (not self.kinds or change.kind in self.kinds) and (not self.ids or str(change.id) in self.ids)


def arrived(member: MemberModel, events: Sequence[Event]) -> list[NotificationsArrived]:
    """At most one: what is told is their number."""
    return [NotificationsArrived()] if heard_by(member, events).is_notified else []


@strawberry.type
class Subscriptions:
    @strawberry.field(
        description="Records that change, as far as you may see them: of these kinds (contact, company, lead, deal, "
        "case, activity), by these events (deal.moved), or these records alone."
    )
    def record_changed(
        self,
        info: ApiInfo,
        kinds: list[str] | None = None,
        events: list[str] | None = None,
        ids: list[relay.GlobalID] | None = None,
    ) -> RecordChange | None:
        known = {noun.kind for noun in sight_of(info.context.member).nouns.values()}
        if unknown := sorted(set(kinds or ()) - known):
            raise bad_input(
                _("There is no kind “%(kind)s”. The kinds are %(known)s.")
                % {"kind": unknown[0], "known": ", ".join(sorted(known))}
            )
        if len(ids or ()) > MOST or len(events or ()) > MOST:
            raise bad_input(_("Name at most %d of them.") % MOST)
        keys = frozenset(one.node_id for one in ids or ())
        wanted = Wanted(frozenset(kinds or ()), frozenset(events or ()), keys)
        return live(info, wanted.choose)  # type: ignore[no-any-return]

    @strawberry.field(description="The bell has news: something was told to you.")
    def notifications_arrived(self, info: ApiInfo) -> NotificationsArrived | None:
        return live(info, arrived)  # type: ignore[no-any-return]


extensions = [GraphQLExtension(on="Subscription", fields=Subscriptions)]
