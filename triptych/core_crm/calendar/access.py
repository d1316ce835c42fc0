"""Who may see or change business calendars: everybody sees them, owners and admins change them."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.calendar.hours import WorkingHours
from triptych.core_crm.calendar.models import BusinessCalendar, BusinessCalendarQuerySet
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def calendars_visible_to(member: Member) -> BusinessCalendarQuerySet:
    """The calendars of the workspace."""
    return BusinessCalendar.objects.alive()


def calendar_to_see(member: Member, pk: UUID) -> BusinessCalendar:
    """Raises Http404 for a calendar that is not there."""
    found: BusinessCalendar = get_object_or_404(calendars_visible_to(member), pk=pk)
    return found


def calendar_to_change(member: Member, pk: UUID) -> BusinessCalendar:
    """Raises Http404 for a calendar that is not there, Forbidden for who does not administer."""
    calendar = calendar_to_see(member, pk)
    administering(member)
    return calendar


def default_calendar() -> BusinessCalendar:
    """The calendar behind every deadline that names no other. A workspace without any works from nine to five."""
    found = BusinessCalendar.objects.alive().filter(is_default=True).first()
    return found or BusinessCalendar(name=_("Business hours"), is_default=True)


def default_hours() -> WorkingHours:
    """The working hours of the default calendar, in one statement."""
    return default_calendar().working_hours()
