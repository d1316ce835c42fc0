"""Business calendars in the API, with their arithmetic."""

from datetime import date, datetime, timedelta
from typing import Any

import strawberry
import strawberry_django
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.calendar import access, actions, hours, models
from triptych.core_crm.calendar.holidays import holidays_in
from triptych.core_crm.calendar.typing_hours import spans_typed
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import bad_input
from triptych.graphql.filters import BooleanFilter, IdFilter, TextFilter, Where, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation, sent, version_of
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.records import Record
from triptych.platform.plugins import GraphQLExtension
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering

KEPT = ["timezone", "weekly", "country", "region", "own_days"]
YEARS = range(1950, 2101)
MOST_MINUTES = 10_000_000


@strawberry.type(description="A day with other hours than the week says.")
class OwnDay:
    date: date
    name: str
    hours: list[str] = strawberry.field(description='Spans like "09:00-12:00"; none when closed.')


@strawberry.type(description="A public holiday.")
class Holiday:
    date: date
    name: str


@strawberry_django.type(models.BusinessCalendar, name="BusinessCalendar", description="When people work here.")
class BusinessCalendar(Record):
    name: str
    country: str = strawberry_django.field(description="Whose public holidays are free, e.g. DE; may be empty.")
    region: str
    is_default: bool = strawberry_django.field(description="Whether deadlines that name no calendar follow it.")

    @strawberry_django.field(only=["timezone"], description="The zone of the wall clock, e.g. Europe/Berlin.")
    def timezone(self) -> str:
        return self.zone.key  # type: ignore[attr-defined, no-any-return]

    @strawberry_django.field(only=["weekly"], description='Seven days, Monday first, of spans like "09:00-12:00".')
    def weekly(self) -> list[list[str]]:
        return [_spans(day) for day in self.__dict__["weekly"]]

    @strawberry_django.field(only=["own_days"], description="Days with other hours, by date.")
    def own_days(self) -> list[OwnDay]:
        kept = self.__dict__["own_days"]
        return [
            OwnDay(date=date.fromisoformat(day["date"]), name=day["name"], hours=_spans(day["spans"])) for day in kept
        ]

    @strawberry_django.field(only=["country", "region"], description="The public holidays of a year.")
    def holidays(self, year: int) -> list[Holiday]:
        if year not in YEARS:
            raise bad_input(_("Give a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]})
        found = holidays_in(self.country, self.region, year, get_language() or "en") if self.country else {}
        return [Holiday(date=day, name=name) for day, name in found.items()]

    @strawberry_django.field(
        only=KEPT, description="That day if people work on it, else the next working day, within a year."
    )
    def first_working_day(self, day: date) -> date:
        if day.year not in YEARS:
            raise bad_input(_("Give a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]})
        return hours.first_working_day(self.working_hours(), day)  # type: ignore[attr-defined]

    @strawberry_django.field(only=KEPT, description="Whether people work at that time.")
    def is_open(self, at: datetime) -> bool:
        return hours.is_open(_hours(self, at), at)

    @strawberry_django.field(only=KEPT, description="When so many minutes of business time have passed since a time.")
    def add_business_time(self, at: datetime, minutes: int) -> datetime:
        if not 0 <= minutes <= MOST_MINUTES:
            raise bad_input(_("“minutes” is %(given)d. Give 0 to %(most)d.") % {"given": minutes, "most": MOST_MINUTES})
        try:
            return hours.add_business_time(_hours(self, at), at, timedelta(minutes=minutes))
        except hours.NoWorkingTime as error:
            raise bad_input(str(error)) from error

    @strawberry_django.field(only=KEPT, description="The business time between two times, in minutes.")
    def business_minutes_between(self, start: datetime, end: datetime) -> float:
        return hours.business_time_between(_hours(self, start, end), start, end).total_seconds() / 60


def _hours(calendar: Any, *times: datetime) -> hours.WorkingHours:
    if any(at.year not in YEARS for at in times):
        raise bad_input(_("Give a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]})
    found: hours.WorkingHours = calendar.working_hours()
    return found


def _spans(day: list[list[str]]) -> list[str]:
    return [f"{start}-{end}" for start, end in day]


calendar_list = Listing(
    node=BusinessCalendar,
    model=models.BusinessCalendar,
    visible_to=access.calendars_visible_to,
    filter=filter_input(
        "BusinessCalendarFilter",
        models.BusinessCalendar,
        {
            "id": Where(IdFilter, "pk", of="BusinessCalendar"),
            "name": Where(TextFilter, "name"),
            "is_default": Where(BooleanFilter, "is_default"),
        },
    ),
    order=ordering_input("BusinessCalendarOrder", {"NAME": By("name"), "CREATED_AT": By("created_at")}),
    default_order=(By("name"),),
)


@strawberry.type
class Queries:
    business_calendar = calendar_list.singular("A business calendar by id.")
    business_calendars = calendar_list.plural("The business calendars, by name.")


@strawberry.input
class OwnDayInput:
    date: date
    name: str
    hours: list[str] = strawberry.field(default_factory=list, description='Spans like "09:00-12:00"; none: closed.')


@strawberry.input
class BusinessCalendarFields:
    timezone: str | None = strawberry.field(default=UNSET, description="Empty: that of the workspace.")
    weekly: list[list[str]] | None = strawberry.field(
        default=UNSET, description='Seven days, Monday first, of spans like "09:00-12:00".'
    )
    country: str | None = UNSET
    region: str | None = UNSET
    own_days: list[OwnDayInput] | None = strawberry.field(default=UNSET, description="All of them.")
    is_default: bool | None = UNSET


@strawberry.input
class CreateBusinessCalendarInput(BusinessCalendarFields):
    name: str


@strawberry.input(description="Only the given fields change.")
class UpdateBusinessCalendarInput(BusinessCalendarFields):
    id: relay.GlobalID
    name: str | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteBusinessCalendarInput(IdInput):
    pass


@strawberry.type
class BusinessCalendarPayload(Answer):
    business_calendar = answered("business_calendar", calendar_list)


@strawberry.type
class Mutations:
    @mutation
    def create_business_calendar(self, info: ApiInfo, input: CreateBusinessCalendarInput) -> BusinessCalendarPayload:
        """Keep a new business calendar. For owners and admins."""
        administering(info.context.member)
        made = actions.create_calendar(**acting(info), **_fields(input))
        return BusinessCalendarPayload.of(business_calendar=made)

    @mutation
    def update_business_calendar(self, info: ApiInfo, input: UpdateBusinessCalendarInput) -> BusinessCalendarPayload:
        """Change the given fields of a business calendar. For owners and admins."""
        calendar = access.calendar_to_change(info.context.member, key_of(input.id, calendar_list))
        version = version_of(input)
        changed = actions.update_calendar(calendar=calendar, version=version, **acting(info), **_fields(input))
        return BusinessCalendarPayload.of(business_calendar=changed)

    @mutation
    def delete_business_calendar(self, info: ApiInfo, input: DeleteBusinessCalendarInput) -> BusinessCalendarPayload:
        """Put a business calendar away; the default one stays. For owners and admins."""
        calendar = access.calendar_to_change(info.context.member, key_of(input.id, calendar_list))
        deleted = actions.delete_calendar(calendar=calendar, **acting(info))
        return BusinessCalendarPayload.of(business_calendar=deleted)


def _fields(input: Any) -> dict[str, Any]:
    """The fields that were sent, as the actions take them; null means as at first."""
    fields = {name: value for name, value in sent(input).items() if value is not None}
    if "weekly" in fields:
        fields["weekly"] = tuple(_typed(day, field="weekly") for day in fields["weekly"])
    if "own_days" in fields:
        fields["own_days"] = [
            {"date": day["date"], "name": day["name"], "spans": _typed(day["hours"], field="own_days")}
            for day in fields["own_days"]
        ]
    return fields


def _typed(spans: list[str], *, field: str) -> tuple[hours.Span, ...]:
    try:
        return spans_typed(",".join(spans)[:1000])
    except Refused as refused:
        raise Refused(refused.message, field=field) from None


extensions = [GraphQLExtension(on="Query", fields=Queries), GraphQLExtension(on="Mutation", fields=Mutations)]
