"""Writes to business calendars. Rights are checked by `access` before."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any, TypedDict, Unpack
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.calendar.holidays import regions, regions_by_name
from triptych.core_crm.calendar.hours import Span
from triptych.core_crm.calendar.models import BusinessCalendar, kept, own_day
from triptych.platform import events
from triptych.platform.changes import apply_changes
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST_OWN_DAYS = 500
MOST_CALENDARS = 50
FULL_DAY = 24 * 60


class OwnDay(TypedDict):
    """A day on which the week does not count: closed, or open in these spans."""

    date: date
    name: str
    spans: tuple[Span, ...]


class CalendarFields(TypedDict, total=False):
    """What can be set. `weekly` has seven days, Monday first; spans are minutes of the day."""

    name: str
    timezone: str
    weekly: tuple[tuple[Span, ...], ...]
    country: str
    region: str
    own_days: list[OwnDay]
    is_default: bool


@transaction.atomic
def create_calendar(*, by: Member | None, now: datetime, **fields: Unpack[CalendarFields]) -> BusinessCalendar:
    """Keep a new calendar; the first one is the default. Announces `business_calendar.created`.

    Raises:
        Refused: a value breaks a rule; it names the field.
    """
    calendars = BusinessCalendar.objects.alive()
    if calendars.count() >= MOST_CALENDARS:
        raise Refused(_("There are %d calendars already. Change or delete one of them.") % MOST_CALENDARS)
    calendar = BusinessCalendar(created_at=now, updated_at=now)
    apply_changes(calendar, {"name": "", **_checked(calendar, fields)})
    _check(calendar)
    calendar.is_default = fields.get("is_default", False) or not calendars.filter(is_default=True).exists()
    if calendar.is_default:
        calendars.filter(is_default=True).update(is_default=False)
    calendar.save(force_insert=True)
    events.announce("business_calendar.created", calendar, by=by, at=now)
    return calendar


@transaction.atomic
def update_calendar(
    *,
    calendar: BusinessCalendar,
    by: Member | None,
    now: datetime,
    version: int | None = None,
    **fields: Unpack[CalendarFields],
) -> BusinessCalendar:
    """Change the given fields; `is_default=True` takes the place of the default one.

    Deadlines that were worked out before stay; those worked out from now on follow. Announces
    `business_calendar.updated` with the names of what changed.

    Raises:
        Conflict: somebody changed the calendar since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    calendar = _locked(calendar)
    calendar.expect_version(version)
    if calendar.is_default and fields.get("is_default") is False:
        raise Refused(_("One calendar is the default one. Make another one the default instead."), field="is_default")
    changes = apply_changes(calendar, _checked(calendar, fields))
    if not changes:
        return calendar
    _check(calendar)
    if "is_default" in changes:
        BusinessCalendar.objects.alive().filter(is_default=True).update(is_default=False)
    calendar.save_fields(*changes, at=now)
    events.announce("business_calendar.updated", calendar, by=by, at=now, changed=sorted(changes))
    return calendar


@transaction.atomic
def delete_calendar(*, calendar: BusinessCalendar, by: Member | None, now: datetime) -> BusinessCalendar:
    """Put a calendar away. Announces `business_calendar.deleted`.

    Raises:
        Refused: it is the default one.
    """
    calendar = _locked(calendar)
    if calendar.deleted_at:
        return calendar
    if calendar.is_default:
        raise Refused(_("The default calendar is needed. Make another one the default, then delete this one."))
    calendar.deleted_at = now
    calendar.save_fields("deleted_at", at=now)
    events.announce("business_calendar.deleted", calendar, by=by, at=now)
    return calendar


def _locked(calendar: BusinessCalendar) -> BusinessCalendar:
    found: BusinessCalendar = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
    return found


def _checked(calendar: BusinessCalendar, fields: CalendarFields) -> dict[str, Any]:
    """The fields as the model keeps them.

    Raises:
        Refused: spans overlap or lie outside of a day, or there are too many own days.
    """
    found: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if "country" in found and found["country"] != calendar.country:
        found.setdefault("region", "")
    if (weekly := fields.get("weekly")) is not None:
        if len(weekly) != 7:
            raise Refused(_("A week has seven days, beginning with Monday."), field="weekly")
        found["weekly"] = [kept(_in_order(spans, field="weekly")) for spans in weekly]
    if (own_days := fields.get("own_days")) is not None:
        if len(own_days) > MOST_OWN_DAYS:
            raise Refused(
                _("Keep %d own days at most; take out those that are past.") % MOST_OWN_DAYS, field="own_days"
            )
        by_date = {day["date"]: day for day in own_days}
        found["own_days"] = [
            own_day(at, by_date[at]["name"].strip()[:100], _in_order(by_date[at]["spans"], field="own_days"))
            for at in sorted(by_date)
        ]
    return found


def _in_order(spans: tuple[Span, ...], *, field: str) -> tuple[Span, ...]:
    ordered = tuple(sorted(spans))
    for start, end in ordered:
        if not 0 <= start < end <= FULL_DAY:
            raise Refused(_("Working hours end later than they begin, e.g. 09:00–17:00."), field=field)
    for (_start, end), (start, _end) in pairwise(ordered):
        if start < end:
            raise Refused(
                _("Two spans of a day overlap. Write them apart, e.g. 09:00–12:00, 13:00–17:00."), field=field
            )
    return ordered


def _check(calendar: BusinessCalendar) -> None:
    if not calendar.name:
        raise Refused(_("Give the calendar a name, e.g. Office hours."), field="name")
    if calendar.timezone and calendar.timezone not in available_timezones():
        message = _("“%s” is no time zone. Name one like “Europe/Berlin”.") % calendar.timezone
        raise Refused(message, field="timezone")
    if calendar.country and calendar.country not in regions():
        message = _("“%s” is no country whose holidays are known. Name one by its two letters, like “DE”.")
        raise Refused(message % calendar.country, field="country")
    if calendar.region and calendar.region not in dict(regions_by_name(calendar.country)):
        message = _("“%(region)s” is no region of %(country)s.")
        raise Refused(message % {"region": calendar.region, "country": calendar.country or "—"}, field="region")
    if not any(calendar.weekly):
        raise Refused(_("Nobody would ever work. Give at least one day its hours, e.g. 09:00–17:00."), field="weekly")
