"""Notifications in the API: what the caller was told, marking it, and how they want to be told."""

from datetime import datetime, time
from typing import Any

import strawberry
import strawberry_django
from strawberry import UNSET, relay

from triptych.core_crm.notifications import access, actions, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, filter_input
from triptych.graphql.ids import chosen
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, acting, own_mutation, sent
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.schema import Member
from triptych.platform.plugins import GraphQLExtension
from triptych.tenants.members.models import Member as MemberModel


@strawberry_django.type(models.Notification, name="Notification", description="Something that you were told.")
class Notification(relay.Node):
    kind: str = strawberry_django.field(description="Why, e.g. assigned, mentioned, due.")
    title: str
    body: str
    url: str = strawberry_django.field(description="The page that it leads to; may be empty.")
    created_at: datetime
    read_at: datetime | None
    by: Member | None = strawberry_django.field(description="Who did it, if somebody did.")


def notifications_seen_by(member: MemberModel) -> Any:
    """The member's own; those about a record that they no longer see are left out."""
    return access.seen_by(member)


notification_list = Listing(
    node=Notification,
    model=models.Notification,
    visible_to=notifications_seen_by,
    filter=filter_input(
        "NotificationFilter",
        models.Notification,
        {
            "id": Where(IdFilter, "pk", of="Notification"),
            "kind": Where(TextFilter, "kind"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "read_at": Where(DateTimeFilter, "read_at"),
        },
    ),
    order=ordering_input("NotificationOrder", {"CREATED_AT": By("created_at")}),
    default_order=(By("created_at", descending=True),),
)


@strawberry.type(description="How you are told of one kind of thing.")
class NotificationChannel:
    kind: str
    label: str
    in_app: bool
    by_mail: bool


@strawberry.type(description="How you want to be told.")
class NotificationSettings:
    channels: list[NotificationChannel]
    is_quiet: bool = strawberry.field(description="Whether mails wait for working hours.")
    is_digest: bool = strawberry.field(description="Whether all mails of a day come as one.")
    digest_time: time

    @classmethod
    def of(cls, member: MemberModel) -> "NotificationSettings":
        setting = access.setting_of(member)
        channels = []
        for kind in actions.kinds(member):
            told = actions.channels_of(setting, kind)
            channels.append(
                NotificationChannel(kind=kind.name, label=str(kind.label), in_app=told["app"], by_mail=told["mail"])
            )
        return cls(
            channels=channels,
            is_quiet=setting.is_quiet,
            is_digest=setting.is_digest,
            digest_time=setting.digest_time,
        )


@strawberry.type
class Queries:
    notifications = notification_list.plural("What you were told, the latest first.")

    @strawberry.field(description="How many you have not read, up to 100.")
    def unread_notification_count(self, info: ApiInfo) -> int:
        return access.unread_count(info.context.member)

    @strawberry.field(description="How you want to be told.")
    def notification_settings(self, info: ApiInfo) -> NotificationSettings:
        return NotificationSettings.of(info.context.member)


@strawberry.input
class MarkNotificationsReadInput:
    ids: list[relay.GlobalID]
    is_read: bool = strawberry.field(default=True, description="False makes them unread again.")


@strawberry.input
class MarkAllNotificationsReadInput:
    before: datetime | None = strawberry.field(default=None, description="Only those until then; at first all.")


@strawberry.input
class NotificationChannelInput:
    kind: str
    in_app: bool
    by_mail: bool


@strawberry.input(description="Only the given fields change.")
class UpdateNotificationSettingsInput:
    channels: list[NotificationChannelInput] | None = UNSET
    is_quiet: bool | None = UNSET
    is_digest: bool | None = UNSET
    digest_time: time | None = UNSET


@strawberry.type
class MarkNotificationsPayload(Answer):
    @strawberry.field(description="How many of yours were changed.")
    def count(self) -> int | None:
        found: int | None = self.records.get("count")
        return found


@strawberry.type
class NotificationSettingsPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def settings(self, info: ApiInfo) -> NotificationSettings | None:
        return None if self.problems else NotificationSettings.of(info.context.member)


@strawberry.type
class Mutations:
    @own_mutation
    def mark_notifications_read(self, info: ApiInfo, input: MarkNotificationsReadInput) -> MarkNotificationsPayload:
        """Mark some of yours as read, or as unread again. Those of others are not touched."""
        ids = [chosen(one, of="Notification", field="ids") for one in input.ids[:500]]
        member = info.context.member
        if input.is_read:
            return MarkNotificationsPayload.of(count=actions.mark_read(member=member, ids=ids, now=info.context.now))
        return MarkNotificationsPayload.of(count=actions.mark_unread(member=member, ids=ids))

    @own_mutation
    def mark_all_notifications_read(
        self, info: ApiInfo, input: MarkAllNotificationsReadInput
    ) -> MarkNotificationsPayload:
        """Mark all of yours as read."""
        by = acting(info)
        count = actions.mark_read(member=by["by"], ids=None, now=by["now"], until=input.before)
        return MarkNotificationsPayload.of(count=count)

    @own_mutation
    def update_notification_settings(
        self, info: ApiInfo, input: UpdateNotificationSettingsInput
    ) -> NotificationSettingsPayload:
        """Choose how you are told of what."""
        fields = sent(input)
        given = fields.pop("channels", None) or []
        channels = {one["kind"]: {"app": one["in_app"], "mail": one["by_mail"]} for one in given}
        actions.change_settings(member=info.context.member, channels=channels, **fields)
        return NotificationSettingsPayload.of()


extensions = [GraphQLExtension(on="Query", fields=Queries), GraphQLExtension(on="Mutation", fields=Mutations)]
