"""What people type about cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.cases.access import cases_visible_to
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.deals.access import deals_visible_to
from triptych.core_crm.editing.fields import OwnerField, PickedField
from triptych.core_crm.editing.forms import RecordForm
from triptych.tenants.members.models import Member

LONGEST = 20_000


class QueueField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def __init__(self) -> None:
        queues = Queue.objects.active().in_order()
        super().__init__(queues, label=_("Queue"), required=False, empty_label=_("None"))


def optional(choices: Any, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", "—"), *choices], label=label, required=False)


class CaseForm(RecordForm):
    custom_of = "case"

    subject = forms.CharField(label=_("Subject"), max_length=200)
    description = forms.CharField(
        label=_("What happened?"), max_length=LONGEST, required=False, widget=forms.Textarea({"rows": 6})
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Case.Priority.choices, initial=Case.Priority.NORMAL)
    type = optional(Case.Type.choices, _("Type"))
    origin = optional(Case.Origin.choices, _("Origin"))
    queue = QueueField()
    owner = OwnerField()
    contact = PickedField(records=contacts_visible_to, url="/contacts/pick/", label=_("Contact"))
    company = PickedField(records=companies_visible_to, url="/companies/pick/", label=_("Company"))
    deal = PickedField(records=deals_visible_to, url="/deals/pick/", label=_("Deal"))


class NewCaseForm(CaseForm):
    """A new case waits in the default queue for somebody to take it."""

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        return {"queue": Queue.objects.filter(is_default=True).first()}


STATUSES = [choice for choice in Case.Status.choices if choice[0] != Case.Status.DUPLICATE]
"""What a person may choose; a duplicate is made by merging."""


class StatusForm(forms.Form):
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES)


class MergeForm(RecordForm):
    """Of which case another one is a duplicate."""

    into = PickedField(
        records=cases_visible_to,
        url="/cases/pick/",
        label=_("Merge into"),
        required=True,
        help_text=_("The messages of both stand in that case's conversation, in the order of time."),
    )
    tell = forms.BooleanField(label=_("Tell the requester where their case goes on"), required=False)


class SplitForm(forms.Form):
    """What the case is called that begins with a message."""

    subject = forms.CharField(label=_("Subject of the new case"), max_length=200)


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given if one]


class ReplyForm(forms.Form):
    """A public reply, and what becomes of the case with it."""

    body = forms.CharField(label=_("Reply to the customer"), max_length=LONGEST, widget=forms.Textarea({"rows": 4}))
    then = forms.ChoiceField(
        label=_("And then"),
        required=False,
        choices=[
            ("", _("Leave the status as it is")),
            (Case.Status.PENDING, _("Wait for the customer")),
            (Case.Status.CLOSED, _("Close the case")),
        ],
    )
    attachments = FilesField(label=_("Attach files"), required=False)


class InternalNoteForm(forms.Form):
    body = forms.CharField(
        label=_("Note for colleagues; the customer never sees it"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4, "data-mentions": "1"}),
    )


class CustomerForm(forms.Form):
    """What the customer said by a channel that is not connected, e.g. on the phone."""

    body = forms.CharField(
        label=_("What did the customer say?"), max_length=LONGEST, widget=forms.Textarea({"rows": 4})
    )


class QueueForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For example: Support, Complaints, Returns."))
    mailbox = forms.CharField(
        label=_("Mail name"),
        max_length=63,
        required=False,
        help_text=_("What stands before the @ of its address, for example “support”. From the name if empty."),
    )
    reopen_days = forms.IntegerField(
        label=_("Days to reopen"),
        min_value=0,
        max_value=3650,
        required=False,
        initial=14,
        help_text=_("An answer reopens a case closed within these days; a later one begins a new case. 14 if empty."),
    )
    members = forms.ModelMultipleChoiceField(
        Member.objects.active().by_name(),
        label=_("Who looks after it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They find its cases under “My queues”. Others see them, too."),
    )


class DeleteQueueForm(forms.Form):
    """Where the cases of a queue go that is deleted."""

    into = forms.ModelChoiceField(
        Queue.objects.none(), label=_("Its cases go to"), empty_label=None, help_text=_("Undo brings them back.")
    )

    def __init__(self, data: Any = None, *, queue: Queue) -> None:
        super().__init__(data, label_suffix="")
        others = Queue.objects.active().in_order().exclude(pk=queue.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]
