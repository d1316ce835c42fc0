"""Days that people promise something for: quick choices beside a date, by the default calendar.

No page pays for them: the day is asked for once somebody chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.calendar.access import default_hours
from triptych.core_crm.calendar.hours import DAY, first_working_day

WEEK = timedelta(days=7)
CHOICES: Mapping[str, Any] = {
    "today": gettext_lazy("Today"),
    "next": gettext_lazy("Next working day"),
    "week": gettext_lazy("In a week"),
}


def chosen_day(choice: str, *, today: date) -> date:
    """The day behind one of `CHOICES`: today, the next working day, the first from a week on."""
    if choice == "today":
        return today
    return first_working_day(default_hours(), today + (WEEK if choice == "week" else DAY))


class DayInput(forms.DateInput):
    """A date, chosen in the browser's own way or by a button below it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "date", **(attrs or {})}, format="%Y-%m-%d")

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The input and its buttons, which a script shows that can fill it."""
        shown = super().render(name, value, attrs, renderer)
        buttons = format_html_join(
            "",
            '<button type="button" class="chip-button" data-day-url="{}">{}</button>',
            ((reverse("working_hours:day", args=[choice]), label) for choice, label in CHOICES.items()),
        )
        group = '<span class="day-choices">{}<span class="chips-line" role="group" aria-label="{}">{}</span></span>'
        return format_html(group, shown, _("Choose a day"), buttons)
