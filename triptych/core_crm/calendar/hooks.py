"""What business calendars contribute to the generic hooks."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.platform.languages.naming import say_names
from triptych.platform.plugins import hookimpl

HOURS = _("Business hours")


@hookimpl
def tenant_defaults(now: datetime) -> None:
    """Every workspace begins with one calendar, nine to five, in its own time zone. A second run changes nothing."""
    if BusinessCalendar.objects.alive().filter(is_default=True).exists():
        return
    BusinessCalendar.objects.create(name=str(HOURS), is_default=True, created_at=now, updated_at=now)


@hookimpl
def tenant_named() -> None:
    say_names(BusinessCalendar.objects.all(), [HOURS])
