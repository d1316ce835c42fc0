"""The calendar in the API: moments between two times, changes to one of a series, attendees, the secret address."""

from datetime import datetime, timedelta
from typing import Any

import strawberry
import strawberry_django
from django.urls import reverse
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.activities import access, models
from triptych.core_crm.activities.planning.actions import Which, change_occurrence, delete_occurrence
from triptych.core_crm.activities.planning.attendees import answer_invitation, refuse_too_many, set_attendees
from triptych.core_crm.activities.planning.feed import create_feed, revoke_feed
from triptych.core_crm.activities.planning.window import occurrences
from triptych.core_crm.activities.schema.activities import (
    Activity,
    ActivityFields,
    ActivityPayload,
    activity_fields,
    activity_list,
)
from triptych.core_crm.contacts.schema.contacts import Contact, contact_list
from triptych.graphql.context import ApiInfo, group_as_peers
from triptych.graphql.errors import bad_input
from triptych.graphql.ids import pk_of
from triptych.graphql.listings import link
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    key_of,
    mutation,
    own_mutation,
    record_chosen,
    version_of,
)
from triptych.graphql.schema import Member, member_list
from triptych.platform.refusals import Refused

LONGEST = timedelta(days=62)
MOST = 500

strawberry.enum(models.Attendee.Answer, name="AttendeeAnswer")
strawberry.enum(Which, name="WhichOfSeries", description="How much of a series a change concerns.")


@strawberry_django.type(models.Attendee, name="Attendee", description="Somebody who is asked to take part.")
class Attendee(relay.Node):
    answer: models.Attendee.Answer
    answered_at: datetime | None
    member: Member | None
    contact: Contact | None = link("contact", "The contact, if it is no member.")


@strawberry.type
class ActivityPeople:
    @strawberry_django.field(only=["pk"], description="Who is asked to take part.")
    def attendees(self, info: ApiInfo) -> list[Attendee]:
        def load(activities: list[Any]) -> dict[Any, list[Any]]:
            keys = [activity.pk for activity in activities]
            rows = models.Attendee.objects.filter(activity__in=keys).select_related("member", "contact").order_by("pk")
            found: dict[Any, list[Any]] = {}
            for row in rows:
                found.setdefault(row.activity_id, []).append(row)
            for people in found.values():
                group_as_peers(people)
            return found

        return info.context.batch("activity.attendees", self, load) or []


@strawberry.type(description="An activity at one moment of a calendar.")
class CalendarEntry:
    start_at: datetime
    end_at: datetime
    repeats: bool = strawberry.field(description="Whether it is one of a series; then `startAt` names the moment.")
    activity: Activity


@strawberry.type
class Queries:
    @strawberry.field(
        description="What stands on calendars between two times, at most 62 days apart, in order; 500 at most.",
        metadata={"cost": 100, "paged": True},
    )
    def calendar(
        self, info: ApiInfo, start: datetime, end: datetime, of: list[relay.GlobalID] | None = None
    ) -> list[CalendarEntry]:
        if not timedelta() < end - start <= LONGEST or not 1970 <= start.year <= 2200:
            raise bad_input(_("Ask for a span of at most 62 days, from an earlier to a later time."))
        members = None if of is None else [pk_of(one, of="Member", argument="of") for one in of]
        visible = access.activities_visible_to(info.context.member)
        found = occurrences(visible, start, end, of=members)[:MOST]
        group_as_peers([one.activity for one in found])
        return [
            CalendarEntry(
                start_at=one.start_at,
                end_at=one.end_at,
                repeats=one.repeats,
                activity=one.activity,  # type: ignore[arg-type]
            )
            for one in found
        ]


@strawberry.input(description="Only the given fields change. A new start is that of the moment `occursAt`.")
class ChangeOccurrenceInput(ActivityFields):
    id: relay.GlobalID
    occurs_at: datetime
    which: Which = Which.THIS
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteOccurrenceInput:
    id: relay.GlobalID
    occurs_at: datetime
    which: Which = Which.THIS


@strawberry.input(description="All who are to take part; the others are asked no more.")
class SetAttendeesInput:
    id: relay.GlobalID
    members: list[relay.GlobalID] = strawberry.field(default_factory=list)
    contacts: list[relay.GlobalID] = strawberry.field(default_factory=list)


@strawberry.input
class AnswerInvitationInput(IdInput):
    answer: models.Attendee.Answer


@strawberry.input
class CreateCalendarFeedInput:
    client_note: str = strawberry.field(default="", description="Not kept.")


@strawberry.input
class RevokeCalendarFeedInput:
    client_note: str = strawberry.field(default="", description="Not kept.")


@strawberry.type
class CalendarFeedPayload(Answer):
    @strawberry.field(description="The address, told only now. Null when it was revoked or there is a problem.")
    def url(self) -> str | None:
        found: str | None = self.records.get("url")
        return found


@strawberry.type
class Mutations:
    @mutation
    def change_occurrence(self, info: ApiInfo, input: ChangeOccurrenceInput) -> ActivityPayload:
        """Change one moment of a series, it and all following ones, or all; the answer holds it from now on."""
        activity = access.activity_to_change(info.context.member, key_of(input.id, activity_list))
        fields = activity_fields(info, input)
        chosen = {"occurs_at": fields.pop("occurs_at"), "which": Which(fields.pop("which"))}
        version = version_of(input)
        activity = change_occurrence(activity=activity, version=version, **acting(info), **chosen, **fields)
        return ActivityPayload.of(activity=activity)

    @mutation
    def delete_occurrence(self, info: ApiInfo, input: DeleteOccurrenceInput) -> ActivityPayload:
        """Put one moment of a series, it and all following ones, or all into the bin."""
        activity = access.activity_to_delete(info.context.member, key_of(input.id, activity_list))
        which = Which(input.which)
        gone = delete_occurrence(activity=activity, occurs_at=input.occurs_at, which=which, **acting(info))
        return ActivityPayload.of(activity=gone)

    @mutation
    def set_attendees(self, info: ApiInfo, input: SetAttendeesInput) -> ActivityPayload:
        """Say who is to take part in a call or meeting. Who is new among them is invited."""
        activity = access.activity_to_change(info.context.member, key_of(input.id, activity_list))
        refuse_too_many(len(input.members) + len(input.contacts))
        members = [record_chosen(info, one, member_list, field="members") for one in input.members]
        contacts = [record_chosen(info, one, contact_list, field="contacts") for one in input.contacts]
        set_attendees(activity=activity, members=members, contacts=contacts, **acting(info))
        return ActivityPayload.of(activity=activity)

    @own_mutation
    def answer_invitation(self, info: ApiInfo, input: AnswerInvitationInput) -> ActivityPayload:
        """Answer whether you take part."""
        activity = access.activity_to_see(info.context.member, key_of(input.id, activity_list))
        mine = activity.attendees.filter(member=info.context.member).first()
        if mine is None:
            raise Refused(_("You are not asked to take part in this."), field="id", code="NOT_FOUND")
        answer_invitation(attendee=mine, answer=input.answer.value, **acting(info))
        return ActivityPayload.of(activity=activity)

    @own_mutation
    def create_calendar_feed(self, info: ApiInfo, input: CreateCalendarFeedInput) -> CalendarFeedPayload:
        """Make the secret address of your calendar, in place of the one before."""
        secret = create_feed(member=info.context.member, now=info.context.now)
        address = reverse("calendar:feed", args=[secret])
        return CalendarFeedPayload.of(url=info.context.request.build_absolute_uri(address))

    @own_mutation
    def revoke_calendar_feed(self, info: ApiInfo, input: RevokeCalendarFeedInput) -> CalendarFeedPayload:
        """Make the secret address of your calendar useless."""
        revoke_feed(member=info.context.member)
        return CalendarFeedPayload.of(url=None)
