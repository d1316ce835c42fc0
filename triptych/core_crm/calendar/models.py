"""Business calendars: when the people of a tenant work. The arithmetic stands in `hours`."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.calendar.hours import Span, WorkingHours
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.records import Record, RecordQuerySet

OFFICE_DAY = [["09:00", "17:00"]]


def office_week() -> list[list[list[str]]]:
    """Monday to Friday from nine to five, until somebody says otherwise."""
    return [OFFICE_DAY] * 5 + [[], []]


class BusinessCalendarQuerySet(RecordQuerySet):
    def in_order(self) -> BusinessCalendarQuerySet:
        """The default one first, then by name."""
        return self.order_by("-is_default", "name", "pk")


class BusinessCalendar(Record):
    """Working hours by weekday, public holidays of a country or region, and days of one's own."""

    name = models.CharField(_("name"), max_length=100)
    timezone = models.CharField(
        _("time zone"), max_length=60, blank=True, help_text="Empty: that of the workspace, whatever it becomes."
    )
    weekly = models.JSONField(
        _("working hours"), default=office_week, help_text='Seven days, Monday first, each of spans ["09:00", "12:00"].'
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text="Whose public holidays are free.")
    region = models.CharField(_("region"), max_length=20, blank=True)
    own_days = models.JSONField(
        _("own days"), default=list, blank=True, help_text='By date: {"date", "name", "spans"}; no spans: closed.'
    )
    is_default = models.BooleanField(_("default"), default=False)

    objects = BusinessCalendarQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], name="calendar_one_default", condition=Q(is_default=True, deleted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("working_hours:edit", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone or current_tenant().timezone)

    def working_hours(self) -> WorkingHours:
        """What the arithmetic asks for."""
        return WorkingHours(
            zone=self.zone,
            weekly=tuple(spans_in(day) for day in self.weekly),
            country=self.country,
            region=self.region,
            own_days={date.fromisoformat(day["date"]): spans_in(day["spans"]) for day in self.own_days},
        )


def spans_in(day: list[list[str]]) -> tuple[Span, ...]:
    """The spans of a day as they are kept, in minutes."""
    return tuple((minutes_of(start), minutes_of(end)) for start, end in day)


def minutes_of(text: str) -> int:
    """“09:30” in minutes since midnight; “24:00” is the end of the day."""
    hours, _colon, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def kept(spans: tuple[Span, ...]) -> list[list[str]]:
    """Spans as they are kept."""
    return [[clock_text(start), clock_text(end)] for start, end in spans]


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def own_day(day: date, name: str, spans: tuple[Span, ...]) -> dict[str, Any]:
    """A day of one's own as it is kept."""
    return {"date": day.isoformat(), "name": name, "spans": kept(spans)}
