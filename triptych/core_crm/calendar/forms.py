"""What people type about working hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.core import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.calendar.actions import OwnDay
from triptych.core_crm.calendar.holidays import countries_by_name, regions_by_name
from triptych.core_crm.calendar.models import BusinessCalendar, spans_in
from triptych.core_crm.calendar.typing_hours import spans_shown, spans_typed
from triptych.platform.refusals import Refused
from triptych.tenants.members.forms import zone_choices


class SpansField(forms.CharField):
    """Spans of a day, typed; empty for a day off."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=200, **options)

    def to_python(self, value: Any) -> Any:
        try:
            return spans_typed(super().to_python(value) or "")
        except Refused as refused:
            raise ValidationError(refused.message) from refused


def weekday_names() -> list[str]:
    """The days of the week in the reader's language, Monday first."""
    names = Locale.parse((get_language() or "en").replace("-", "_")).days["stand-alone"]["wide"]
    return [names[day].capitalize() for day in range(7)]


class CalendarForm(forms.Form):
    """A business calendar without its own days. The fields of the week are called `day_0` (Monday) to `day_6`."""

    name = forms.CharField(label=_("Name"), max_length=100)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)
    country = forms.ChoiceField(label=_("Public holidays of"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, calendar: BusinessCalendar) -> None:
        weekly = [spans_in(day) for day in calendar.weekly]
        initial = {name: getattr(calendar, name) for name in self.base_fields}
        country = (data or {}).get("country", calendar.country)
        super().__init__(data, initial=initial, label_suffix="")
        for day, label in enumerate(weekday_names()):
            field = SpansField(label=label, initial=spans_shown(weekly[day]))
            field.widget.attrs.update(placeholder=str(_("Closed")), autocomplete="off")
            self.fields[f"day_{day}"] = field
        self._choices("timezone", [("", _("As the workspace")), *zone_choices()])
        self._choices("country", [("", _("No country")), *countries_by_name(get_language() or "en")])
        self._choices("region", [("", _("The whole country")), *regions_by_name(country)])
        self.fields["country"].widget.attrs.update(
            {"hx-get": "/settings/working-hours/regions/", "hx-target": "#region", "hx-swap": "outerHTML"}
        )

    def _choices(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices
        if name != "region":
            field.widget.attrs["data-picker"] = "1"

    @property
    def days(self) -> list[Any]:
        """The fields of the week."""
        return [self[f"day_{day}"] for day in range(7)]

    def given(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        typed = self.cleaned_data
        return {
            **{name: typed[name] for name in ("name", "timezone", "country", "region")},
            "weekly": tuple(typed[f"day_{day}"] for day in range(7)),
        }


class OwnDayForm(forms.Form):
    """A day of one's own, or several in a row, with other hours than usual or none."""

    first = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=_("What is it?"), max_length=100)
    spans = SpansField(label=_("Working hours"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["spans"].widget.attrs.update(placeholder=str(_("Closed")), autocomplete="off")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if first and last and not 0 <= (last - first).days <= 366:
            self.add_error("last", ValidationError(_("Choose a last day within a year after the first one.")))
        return typed

    def days(self) -> list[OwnDay]:
        """Each of the days."""
        typed = self.cleaned_data
        first, last = typed["first"], typed["last"] or typed["first"]
        dates = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
        return [{"date": day, "name": typed["name"], "spans": typed["spans"]} for day in dates]
