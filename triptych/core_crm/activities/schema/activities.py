"""Activities in the API."""

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import UNSET, relay

from triptych.core_crm.activities import access, actions, models
from triptych.core_crm.activities.records import LinkedRecord, RecordRef, links_of
from triptych.core_crm.custom_fields.querying import own_where
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.ids import pk_of
from triptych.graphql.listings import Listing, listing_called, listing_of
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    fields_of,
    key_of,
    mutation,
    record_chosen,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.own import OwnValues, own_field, own_input
from triptych.graphql.records import Record, choice
from triptych.graphql.schema import Member
from triptych.platform import search
from triptych.platform.refusals import Refused

strawberry.enum(models.Activity.Kind, name="ActivityKind")
strawberry.enum(models.Activity.Status, name="ActivityStatus")
strawberry.enum(models.Activity.Direction, name="ActivityDirection")
strawberry.enum(models.Activity.Priority, name="ActivityPriority")


@strawberry.type(name="LinkedRecord", description="A record that an activity is about.")
class Linked:
    id: relay.GlobalID = strawberry.field(description="Its global id, to be given to node.")
    kind: str = strawberry.field(description="What it is, e.g. contact.")
    title: str
    url: str = strawberry.field(description="Its page.")

    @classmethod
    def of(cls, linked: LinkedRecord) -> "Linked":
        listing = listing_called(linked.kind)
        type_name = listing.name if listing else linked.kind.title()
        return cls(id=relay.GlobalID(type_name, str(linked.id)), kind=linked.kind, title=linked.title, url=linked.url)


@strawberry_django.type(models.Activity, name="Activity", description="A task, call, meeting, email or note.")
class Activity(Record):
    kind: models.Activity.Kind
    subject: str
    description: str
    status: models.Activity.Status | None = choice("status", models.Activity.Status, "Notes and emails have none.")
    start_at: datetime | None
    end_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    duration_minutes: int | None
    direction: models.Activity.Direction | None = choice("direction", models.Activity.Direction)
    priority: models.Activity.Priority
    owner: Member | None
    created_by: Member | None
    at: datetime = strawberry_django.field(description="Where it stands on a timeline.")
    location: str
    rule: str = strawberry_django.field(description="How it repeats, as in RFC 5545; empty when it does not.")
    occurs_at: datetime | None = strawberry_django.field(
        description="The moment of its series for which it stands, if it was taken out of one."
    )
    custom: OwnValues | None = own_field("ActivityCustom")

    @strawberry_django.field(only=["reminders"], description="Minutes before it is due.")
    def reminders(self) -> list[int]:
        found: list[int] = self.__dict__["reminders"]
        return found

    @strawberry.field(description="The records it is about; those in the bin are left out.")
    def records(self, info: ApiInfo) -> list[Linked]:
        found = info.context.batch("activity.records", self, lambda some: links_of(some, info.context.member))
        return [Linked.of(linked) for linked in found or ()]


def _about(given: relay.GlobalID) -> Q:
    key = pk_of(given, of=given.type_name, argument="about")
    return Q(pk__in=models.ActivityLink.objects.filter(object_id=key).values("activity"))


activity_list = Listing(
    node=Activity,
    model=models.Activity,
    visible_to=access.activities_visible_to,
    filter=filter_input(
        "ActivityFilter",
        models.Activity,
        {
            "id": Where(IdFilter, "pk", of="Activity"),
            "kind": Where(choice_filter(models.Activity.Kind), "kind"),
            "subject": Where(TextFilter, "subject"),
            "status": Where(choice_filter(models.Activity.Status), "status"),
            "priority": Where(choice_filter(models.Activity.Priority), "priority"),
            "direction": Where(choice_filter(models.Activity.Direction), "direction"),
            "owner": Where(IdFilter, "owner", of="Member"),
            "about": Where(relay.GlobalID, ask=_about),
            "due_at": Where(DateTimeFilter, "due_at"),
            "start_at": Where(DateTimeFilter, "start_at"),
            "completed_at": Where(DateTimeFilter, "completed_at"),
            "at": Where(DateTimeFilter, "at"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("activity"),
        },
    ),
    order=ordering_input(
        "ActivityOrder",
        {
            "AT": By("at"),
            "DUE_AT": By("due_at"),
            "CREATED_AT": By("created_at"),
            "UPDATED_AT": By("updated_at"),
        },
    ),
    default_order=(By("at", descending=True),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("activity", words).values("pk")),
)


@strawberry.type
class Queries:
    activity = activity_list.singular("An activity by id.")
    activities = activity_list.plural("Activities, the latest first.")


@strawberry.type
class RecordLists:
    activities = activity_list.nested("The activities about it, the latest first.", via="links__object_id")


@strawberry.input
class ActivityFields:
    subject: str | None = UNSET
    description: str | None = UNSET
    status: models.Activity.Status | None = strawberry.field(
        default=UNSET, description="Calls and meetings: PLANNED, HELD, NOT_HELD. Tasks: the others."
    )
    start_at: datetime | None = UNSET
    end_at: datetime | None = UNSET
    due_at: datetime | None = UNSET
    completed_at: datetime | None = UNSET
    duration_minutes: int | None = UNSET
    direction: models.Activity.Direction | None = UNSET
    priority: models.Activity.Priority | None = UNSET
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member; at first whoever creates it.")
    records: list[relay.GlobalID] | None = strawberry.field(default=UNSET, description="All the records it is about.")
    location: str | None = UNSET
    rule: str | None = strawberry.field(
        default=UNSET, description="How it repeats, e.g. FREQ=WEEKLY;BYDAY=MO; empty ends it."
    )
    zone: str | None = strawberry.field(
        default=UNSET, description="Whose wall clock a series follows; at first that of the workspace."
    )
    reminders: list[int] | None = strawberry.field(default=UNSET, description="Minutes before it is due, at most 5.")
    custom: OwnValues | None = own_input("ActivityCustomInput")


@strawberry.input
class CreateActivityInput(ActivityFields):
    kind: models.Activity.Kind


@strawberry.input(description="Only the given fields change.")
class UpdateActivityInput(ActivityFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class CompleteActivityInput(IdInput):
    pass


@strawberry.input
class UndoCompletionInput(IdInput):
    pass


@strawberry.input
class DeleteActivityInput(IdInput):
    pass


@strawberry.input
class RestoreActivityInput(IdInput):
    pass


@strawberry.type
class ActivityPayload(Answer):
    activity = answered("activity", activity_list)


@strawberry.type
class Mutations:
    @mutation
    def create_activity(self, info: ApiInfo, input: CreateActivityInput) -> ActivityPayload:
        """Keep a new task, call, meeting, email or note."""
        return ActivityPayload.of(activity=actions.create_activity(**acting(info), **activity_fields(info, input)))

    @mutation
    def update_activity(self, info: ApiInfo, input: UpdateActivityInput) -> ActivityPayload:
        """Change the given fields of an activity; the list of records is replaced as a whole."""
        activity = access.activity_to_change(info.context.member, key_of(input.id, activity_list))
        fields = activity_fields(info, input)
        activity = actions.update_activity(activity=activity, version=version_of(input), **acting(info), **fields)
        return ActivityPayload.of(activity=activity)

    @mutation
    def complete_activity(self, info: ApiInfo, input: CompleteActivityInput) -> ActivityPayload:
        """Note that a task is completed, or that a call or meeting was held."""
        activity = access.activity_to_change(info.context.member, key_of(input.id, activity_list))
        return ActivityPayload.of(activity=actions.complete_activity(activity=activity, **acting(info)))

    @mutation
    def undo_completion(self, info: ApiInfo, input: UndoCompletionInput) -> ActivityPayload:
        """Put it back among what is to be done."""
        activity = access.activity_to_change(info.context.member, key_of(input.id, activity_list))
        return ActivityPayload.of(activity=actions.undo_completion(activity=activity, **acting(info)))

    @mutation
    def delete_activity(self, info: ApiInfo, input: DeleteActivityInput) -> ActivityPayload:
        """Put an activity into the bin."""
        activity = access.activity_to_delete(info.context.member, key_of(input.id, activity_list))
        return ActivityPayload.of(activity=actions.delete_activity(activity=activity, **acting(info)))

    @mutation
    def restore_activity(self, info: ApiInfo, input: RestoreActivityInput) -> ActivityPayload:
        """Take an activity out of the bin."""
        activity = access.activity_to_restore(info.context.member, key_of(input.id, activity_list))
        return ActivityPayload.of(activity=actions.restore_activity(activity=activity, **acting(info)))


def activity_fields(info: ApiInfo, input: ActivityFields) -> dict[str, Any]:
    """The fields that the client sent, as the actions take them."""
    fields = fields_of(info, input, models.Activity)
    fields = {name: [] if name == "reminders" and value is None else value for name, value in fields.items()}
    if "records" in fields:
        fields["records"] = [_record(info, given) for given in fields["records"] or ()]
    return fields


def _record(info: ApiInfo, given: relay.GlobalID) -> RecordRef:
    listing = listing_of(given.type_name)
    if listing is None:
        raise Refused("This is not the id of a record.", field="records", code="NOT_FOUND")
    return RecordRef.of(record_chosen(info, given, listing, field="records"))
