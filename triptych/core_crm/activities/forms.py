"""What people type about activities: the short forms under a record, and the whole form of each kind."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.plan_fields import (
    DAY_REMINDERS,
    REMINDERS,
    offer_people,
    people_of,
    reminder_choices,
    repeat_choices,
    repeating,
    rule_of,
)
from triptych.core_crm.calendar.days import DayInput
from triptych.core_crm.custom_fields.forms import PREFIX
from triptych.core_crm.editing.forms import MINE, THEIRS, RecordForm
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 20_000


def end_of(day: date) -> datetime:
    """The last minute of a day, in the current time zone: when something due on that day is due."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


class MomentField(forms.DateTimeField):
    """A date with a time, chosen in the browser's own way."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)


class DayField(forms.DateField):
    """A date, chosen in the browser's own way."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def owner_field(**options: Any) -> forms.ModelChoiceField[Member]:
    return forms.ModelChoiceField(
        Member.objects.active().by_name(), label=_("Owner"), required=False, empty_label=_("Nobody"), **options
    )


def text_field(label: StrOrPromise, *, rows: int = 3, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget)


class ComposerForm(forms.Form):
    """A short form under a record. `verb` is the end of its address."""

    verb: ClassVar[str]
    label: ClassVar[StrOrPromise]
    icon: ClassVar[str]
    button: ClassVar[StrOrPromise]
    done: ClassVar[StrOrPromise]

    def __init__(self, *args: Any, owner: Member, **options: Any) -> None:
        super().__init__(*args, **options)
        self.writer = owner

    def fields_of_activity(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class NoteForm(ComposerForm):
    verb, icon = "note", "note"
    label, button, done = _("Note"), _("Add note"), _("Note added.")

    description = text_field(_("Write a note"))
    description.widget.attrs["data-mentions"] = "1"


class TaskForm(ComposerForm):
    verb, icon = "task", "checkbox"
    label, button, done = _("Task"), _("Add task"), _("Task added.")

    subject = forms.CharField(label=_("What is to be done?"), max_length=200)
    due = DayField(label=_("Due"), required=False, widget=DayInput)
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Activity.Priority.choices, initial=Activity.Priority.NORMAL
    )

    def fields_of_activity(self) -> dict[str, Any]:
        fields = super().fields_of_activity()
        if day := fields.pop("due", None):
            fields["due_at"] = end_of(day)
        return fields


class CallForm(ComposerForm):
    verb, icon = "call", "phone"
    label, button, done = _("Call"), _("Log call"), _("Call logged.")

    description = text_field(_("What was said?"), required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=reversed(Activity.Direction.choices))
    start_at = MomentField(label=_("When, if not now"), required=False)
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)


class MeetingForm(ComposerForm):
    verb, icon = "meeting", "calendar-event"
    label, button, done = _("Meeting"), _("Add meeting"), _("Meeting added.")

    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    start_at = MomentField(label=_("When, if not now"), required=False)
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    description = text_field(_("Notes"), rows=2, required=False)


COMPOSED: tuple[type[ComposerForm], ...] = (NoteForm, TaskForm, CallForm, MeetingForm)


PLANNED = ("members", "contacts", "repeats", "until", "reminders")
"""What calls and meetings have besides: who takes part, how they repeat, when one is reminded."""


class ActivityForm(RecordForm):
    """The whole form of an activity: what its kind has of it."""

    custom_of = "activity"

    FIELDS_OF = {
        Activity.Kind.NOTE: ("description",),
        Activity.Kind.TASK: (
            "subject", "description", "due", "status", "priority", "owner", "repeats", "until", "reminders",
        ),
        Activity.Kind.CALL: (
            "subject", "description", "direction", "start_at", "duration_minutes", "status", "owner", *PLANNED,
        ),
        Activity.Kind.MEETING: (
            "subject", "description", "start_at", "duration_minutes", "location", "status", "owner", *PLANNED,
        ),
        Activity.Kind.EMAIL: ("subject", "description", "direction", "start_at", "owner"),
    }  # fmt: skip

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    description = text_field(_("Description"), rows=5, required=False)
    due = DayField(label=_("Due"), required=False, widget=DayInput)
    direction = forms.ChoiceField(label=_("Direction"), choices=Activity.Direction.choices, required=False)
    start_at = MomentField(label=_("Start"), required=False)
    duration_minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Activity.Priority.choices, required=False)
    owner = owner_field()
    location = forms.CharField(label=_("Place"), max_length=200, required=False)
    members = forms.ModelMultipleChoiceField(Member.objects.none(), label=_("Colleagues"), required=False)
    contacts = forms.ModelMultipleChoiceField(
        Member.objects.none(), label=_("Contacts"), required=False, help_text=_("They are asked by mail.")
    )
    repeats = forms.ChoiceField(label=_("Repeats"), required=False)
    until = DayField(label=_("Until"), required=False)
    reminders = forms.MultipleChoiceField(label=_("Reminders"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        self.kind = Activity.Kind(kind)
        super().__init__(*args, **options)
        wanted = (*self.FIELDS_OF[self.kind], "version")
        own = [name for name in self.fields if name.startswith(PREFIX)]
        self.fields = {name: self.fields[name] for name in (*wanted, *own) if name in self.fields}
        self._offer_plan()
        if "status" in self.fields:
            choices = [(status, status.label) for status in Activity.STATUSES_OF[self.kind]]
            self.fields["status"].choices = choices  # type: ignore[attr-defined]
        if self.kind in (Activity.Kind.TASK, Activity.Kind.MEETING):
            self.fields["subject"].required = True

    def _offer_plan(self) -> None:
        fields: dict[str, Any] = self.fields
        if "members" in fields:
            offer_people(fields, self.member, self.data if self.is_bound else None, self.initial)
        if "repeats" in fields:
            offered = DAY_REMINDERS if self.kind == Activity.Kind.TASK else REMINDERS
            fields["repeats"].choices = repeat_choices(self.initial.get("repeats", ""))
            fields["reminders"].choices = reminder_choices(offered, [int(one) for one in self.initial["reminders"]])

    def initial_of(self, record: Any) -> dict[str, Any]:
        due = timezone.localdate(record.due_at) if record.due_at else None
        plan = {**repeating(record), "reminders": [str(one) for one in record.reminders]}
        return {**super().initial_of(record), "due": due, **plan, **people_of(record, self.member)}

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        return {**super().initial_of_new(member), "priority": Activity.Priority.NORMAL, "reminders": []}

    def given(self) -> dict[str, Any]:
        """What was typed, as the actions take it. A due day that was left alone keeps its time of day."""
        fields = super().given()
        for name in ("status", "priority"):
            if not fields.get(name, "as it is"):
                fields.pop(name)
        if "due" in fields:
            day, activity = fields.pop("due"), cast(Activity | None, self.record)
            kept = activity.due_at if activity else None
            unchanged = kept is not None and day == timezone.localdate(kept)
            fields["due_at"] = kept if unchanged else end_of(day) if day else None
        return self._with_plan(fields)

    def _with_plan(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Repeating and reminders as the actions take them; who takes part is set by itself."""
        repeats, until = fields.pop("repeats", None), fields.pop("until", None)
        if {"repeats", "until"} & set(self.changed_data) and repeats is not None:
            fields["rule"] = rule_of(repeats, until, start=fields.get("due_at") or fields.get("start_at"))
        if "reminders" in fields:
            fields["reminders"] = [int(one) for one in fields["reminders"]]
        for name in ("members", "contacts"):
            fields.pop(name, None)
        return fields

    @property
    def people(self) -> dict[str, Any]:
        """Who is to take part from now on, if that was changed."""
        if not {"members", "contacts"} & set(self.changed_data) or "members" not in self.fields:
            return {}
        theirs = people_of(cast(Activity, self.record), self.member) if self.record else {}
        return {
            name: theirs[name] if self.data.get(f"take-{name}", MINE) == THEIRS else list(self.cleaned_data[name])
            for name in ("members", "contacts")
        }
