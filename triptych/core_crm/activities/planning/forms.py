"""What people type on the calendar."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities.forms import LONGEST, DayField, MomentField
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.actions import Which
from triptych.core_crm.activities.planning.plans import lasting
from triptych.core_crm.activities.planning.recurrence import DAYS, parts_of, text_of
from triptych.core_crm.contacts.access import contacts_visible_to
from triptych.tenants.members.models import Member

KINDS = [(kind, kind.label) for kind in (Activity.Kind.MEETING, Activity.Kind.CALL, Activity.Kind.TASK)]
REPEATS = {
    "": _("Does not repeat"),
    "FREQ=DAILY": _("Every day"),
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": _("Monday to Friday"),
    "FREQ=WEEKLY": _("Every week"),
    "FREQ=WEEKLY;INTERVAL=2": _("Every two weeks"),
    "FREQ=MONTHLY": _("Every month, on the same date"),
    "FREQ=MONTHLY;BYDAY=NTH": _("Every month, on the same weekday"),
    "FREQ=YEARLY": _("Every year"),
}
REMINDERS = [
    ("", _("None")),
    ("0", _("When it begins")),
    ("5", _("5 minutes before")),
    ("15", _("15 minutes before")),
    ("60", _("An hour before")),
    ("1440", _("A day before")),
]
WHICH = [
    (Which.THIS, _("Only this one")),
    (Which.FOLLOWING, _("This and all following")),
    (Which.ALL, _("The whole series")),
]


def repeat_words(rule: str) -> str:
    """How people say that a rule repeats; its own text for one that the calendar does not offer."""
    parts = parts_of(rule)
    parts.pop("UNTIL", None)
    if parts.get("FREQ") == "MONTHLY" and re.fullmatch(r"-?\d[A-Z]{2}", parts.get("BYDAY", "")):
        parts["BYDAY"] = "NTH"
    text = text_of(parts)
    return str(REPEATS.get(text, text))


class WhichForm(forms.Form):
    """Of what repeats: which moment, and how much of the series."""

    occurs_at = forms.DateTimeField(required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    which = forms.ChoiceField(label=_("Change"), choices=WHICH, initial=Which.THIS, required=False)

    def chosen(self) -> dict[str, Any]:
        """As the actions take it."""
        return {
            "occurs_at": self.cleaned_data["occurs_at"],
            "which": Which(self.cleaned_data.get("which") or Which.THIS),
        }


class MoveForm(WhichForm):
    """Another time, dragged or typed."""

    start = MomentField(label=_("Start"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=31 * 1440, required=False)


class EventForm(WhichForm):
    """An activity as the calendar makes and changes it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    start = MomentField(label=_("Start"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=31 * 1440, required=False, initial=30)
    location = forms.CharField(label=_("Place"), max_length=200, required=False)
    repeats = forms.ChoiceField(label=_("Repeats"), required=False)
    until = DayField(label=_("Until"), required=False)
    reminder = forms.ChoiceField(label=_("Reminder"), required=False, choices=REMINDERS)
    members = forms.ModelMultipleChoiceField(Member.objects.none(), label=_("Colleagues"), required=False)
    contacts = forms.ModelMultipleChoiceField(Member.objects.none(), label=_("Contacts"), required=False)
    description = forms.CharField(
        label=_("Notes"), max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, member: Member, activity: Activity | None = None, **more: Any) -> None:
        initial = {**(self._initial_of(activity) if activity else {}), **more.pop("initial", {})}
        super().__init__(data, initial=initial, label_suffix="", **more)
        self.activity = activity
        fields: dict[str, Any] = self.fields
        if activity is not None:
            del fields["kind"]
        if activity is None or not activity.is_series:
            del fields["which"]
        if activity is not None and activity.kind == Activity.Kind.TASK:
            fields["start"].label = _("Due")
            for name in ("minutes", "members", "contacts"):
                del fields[name]
        choices: dict[str, Any] = dict(REPEATS)
        if activity is not None and initial.get("repeats") not in choices:
            choices[initial["repeats"]] = repeat_words(initial["repeats"])
        fields["repeats"].choices = list(choices.items())
        if "members" in fields:
            fields["members"].queryset = Member.objects.active().by_name()
            fields["members"].widget.attrs["data-picker"] = "1"
            self._offer_contacts(member, data, initial)

    def _offer_contacts(self, member: Member, data: Any, initial: dict[str, Any]) -> None:
        """Only those chosen stand in the page; the rest is found while typing."""
        field: Any = self.fields["contacts"]
        field.queryset = contacts_visible_to(member)
        chosen = data.getlist("contacts") if data is not None else initial.get("contacts", [])
        known = [str(one) for one in chosen if len(str(one)) == 36]
        field.choices = [(one.pk, str(one)) for one in field.queryset.filter(pk__in=known)] if known else []
        field.widget.attrs.update({"data-picker": "1", "data-url": "/contacts/pick/"})

    @staticmethod
    def _initial_of(activity: Activity) -> dict[str, Any]:
        parts = parts_of(activity.rule)
        until = parts.pop("UNTIL", "")
        people = list(activity.attendees.all())
        return {
            "subject": activity.subject,
            "start": activity.due_at,
            "minutes": int(lasting(activity).total_seconds() // 60),
            "location": activity.location,
            "repeats": text_of(parts),
            "until": datetime.strptime(until[:8], "%Y%m%d").date() if until else None,
            "reminder": str(activity.reminders[-1]) if activity.reminders else "",
            "members": [one.member_id for one in people if one.member_id],
            "contacts": [one.contact_id for one in people if one.contact_id],
            "description": activity.description,
            "version": activity.version,
        }

    @property
    def of_kind(self) -> str:
        return str(self.activity.kind if self.activity else self.cleaned_data.get("kind") or Activity.Kind.MEETING)

    def given(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        typed = self.cleaned_data
        fields = {name: typed[name] for name in ("subject", "location", "description")}
        fields |= moment_fields(self.of_kind, typed["start"], typed.get("minutes"))
        if "reminder" in self.changed_data or self.activity is None:
            fields["reminders"] = [int(typed["reminder"])] if typed["reminder"] else []
        if {"repeats", "until"} & set(self.changed_data):
            fields["rule"] = self._rule()
        return fields

    def _rule(self) -> str:
        rule, start, until = str(self.cleaned_data["repeats"]), self.cleaned_data["start"], self.cleaned_data["until"]
        if not rule:
            return ""
        local = timezone.localtime(start)
        place = (local.day - 1) // 7 + 1 if local.day <= 28 else -1
        rule = rule.replace("BYDAY=NTH", f"BYDAY={place}{DAYS[local.weekday()]}")
        if until:
            last = timezone.make_aware(datetime.combine(until, time(23, 59, 59)))
            rule += f";UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return rule


def moment_fields(kind: str, start: datetime, minutes: int | None) -> dict[str, Any]:
    """The fields that say when something is: a task is due, the rest begins and lasts."""
    if kind == Activity.Kind.TASK:
        return {"due_at": start}
    return {"start_at": start, **({} if minutes is None else {"duration_minutes": minutes})}
