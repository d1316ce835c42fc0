"""What people type on the calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities.forms import LONGEST, DayField, MomentField
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.actions import Which
from triptych.core_crm.activities.planning.plan_fields import (
    REMINDERS,
    offer_people,
    repeat_choices,
    repeating,
    rule_of,
)
from triptych.core_crm.activities.planning.plans import lasting
from triptych.tenants.members.models import Member

KINDS = [(kind, kind.label) for kind in (Activity.Kind.MEETING, Activity.Kind.CALL, Activity.Kind.TASK)]
WHICH = [
    (Which.THIS, _("Only this one")),
    (Which.FOLLOWING, _("This and all following")),
    (Which.ALL, _("The whole series")),
]


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
        fields["repeats"].choices = repeat_choices(initial.get("repeats", ""))
        if "members" in fields:
            offer_people(fields, member, data, initial)

    @staticmethod
    def _initial_of(activity: Activity) -> dict[str, Any]:
        people = list(activity.attendees.all())
        return {
            **repeating(activity),
            "subject": activity.subject,
            "start": activity.due_at,
            "minutes": int(lasting(activity).total_seconds() // 60) or None,
            "location": activity.location,
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
            fields["rule"] = rule_of(typed["repeats"], typed["until"], start=typed["start"])
        return fields


def moment_fields(kind: str, start: datetime, minutes: int | None) -> dict[str, Any]:
    """The fields that say when something is: a task is due, the rest begins and lasts."""
    if kind == Activity.Kind.TASK:
        return {"due_at": start}
    return {"start_at": start, **({} if minutes is None else {"duration_minutes": minutes})}
