"""Changes to queues in the API, for owners and admins."""

from typing import Any

import strawberry
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.cases import access, actions, models
from triptych.core_crm.cases.schema.cases import queue_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.ids import chosen
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
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


@strawberry.input
class CreateQueueInput:
    name: str
    mailbox: str = strawberry.field(default="", description="What stands before the @ of its address.")
    members: list[relay.GlobalID] = strawberry.field(default_factory=list, description="Who looks after it.")


@strawberry.input(description="Only the given fields change.")
class UpdateQueueInput:
    id: relay.GlobalID
    name: str | None = UNSET
    mailbox: str | None = strawberry.field(
        default=UNSET, description="What stands before the @ of its address; empty: from its name."
    )
    reopen_days: int | None = strawberry.field(
        default=UNSET, description="Within which an answer reopens a closed case."
    )
    is_active: bool | None = strawberry.field(default=UNSET, description="False retires it: it takes no new cases.")
    is_default: bool | None = strawberry.field(
        default=UNSET, description="True makes it the default one in place of the one that was."
    )
    members: list[relay.GlobalID] | None = strawberry.field(default=UNSET, description="All who look after it.")
    position: int | None = strawberry.field(default=UNSET, description="Its place among the queues, from 0.")
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteQueueInput(IdInput):
    into: relay.GlobalID = strawberry.field(description="The queue that takes its cases.")


@strawberry.input
class RestoreQueueInput(IdInput):
    pass


@strawberry.type
class QueuePayload(Answer):
    queue = answered("queue", queue_list)


@strawberry.type
class DeleteQueuePayload(Answer):
    queue = answered("queue", queue_list)

    @strawberry.field(description="How many cases moved. Null when there is a problem.")
    def moved_count(self) -> int | None:
        return self.records.get("moved_count")


@strawberry.type
class Mutations:
    @mutation
    def create_queue(self, info: ApiInfo, input: CreateQueueInput) -> QueuePayload:
        """Keep a new queue, after the others. For owners and admins."""
        administering(info.context.member)
        queue = actions.create_queue(name=input.name, mailbox=input.mailbox, **acting(info))
        members = _members(input.members)
        return QueuePayload.of(queue=actions.set_queue_members(queue=queue, members=members, **acting(info)))

    @mutation
    def update_queue(self, info: ApiInfo, input: UpdateQueueInput) -> QueuePayload:
        """Rename a queue, retire it or take it back, make it the default, say who looks after it or where it stands.

        For owners and admins.
        """
        queue = access.queue_to_change(info.context.member, key_of(input.id, queue_list))
        fields: dict[str, Any] = {name: "" if value is None else value for name, value in sent(input).items()}
        members, position = fields.pop("members", None), fields.pop("position", None)
        queue = actions.update_queue(queue=queue, version=version_of(input), **acting(info), **fields)
        if members is not None:
            queue = actions.set_queue_members(queue=queue, members=_members(members or []), **acting(info))
        if isinstance(position, int):
            _place(info, queue, position)
        return QueuePayload.of(queue=queue)

    @mutation
    def delete_queue(self, info: ApiInfo, input: DeleteQueueInput) -> DeleteQueuePayload:
        """Put a queue into the bin and its cases into another one. For owners and admins."""
        queue = access.queue_to_change(info.context.member, key_of(input.id, queue_list))
        into = record_chosen(info, input.into, queue_list, field="into")
        moved = actions.delete_queue(queue=queue, into=into, **acting(info))
        return DeleteQueuePayload.of(queue=queue, moved_count=moved)

    @mutation
    def restore_queue(self, info: ApiInfo, input: RestoreQueueInput) -> QueuePayload:
        """Take a queue out of the bin, with its cases that nobody has put elsewhere since. For owners and admins."""
        queue = access.queue_to_restore(info.context.member, key_of(input.id, queue_list))
        return QueuePayload.of(queue=actions.restore_queue(queue=queue, **acting(info)))


def _members(given: list[relay.GlobalID]) -> list[Member]:
    keys = {chosen(one, of="Member", field="members") for one in given}
    found = list(Member.objects.active().filter(pk__in=keys))
    if len(found) < len(keys):
        raise Refused(_("There is no such person here. Choose somebody else."), field="members", code="NOT_FOUND")
    return found


def _place(info: ApiInfo, queue: models.Queue, position: int) -> None:
    others = access.queues_visible_to(info.context.member).exclude(pk=queue.pk).in_order()
    ids = list(others.values_list("pk", flat=True))
    ids.insert(max(0, position), queue.pk)
    actions.reorder_queues(order=ids, **acting(info))
