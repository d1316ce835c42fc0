"""The form of a field, and the custom fields within the forms of records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.choices import KeptChoiceField
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, ObjectKind, Who
from triptych.core_crm.custom_fields.objects import LINKABLE
from triptych.core_crm.editing.fields import Part, RowsField
from triptych.tenants.members.models import Member

PREFIX = "custom-"
"""What the names of custom inputs begin with."""

ABOUT: dict[str, Any] = {
    FieldKind.TEXT: _("One line, up to 300 characters."),
    FieldKind.LONG_TEXT: _("Several lines, as for notes."),
    FieldKind.NUMBER: _("Counts, sizes, per cent."),
    FieldKind.MONEY: _("An amount with its currency."),
    FieldKind.DATE: _("A day, such as the end of a contract."),
    FieldKind.DATETIME: _("A day and a time."),
    FieldKind.CHOICE: _("One of several options."),
    FieldKind.CHOICES: _("Any number of several options."),
    FieldKind.BOOLEAN: _("One or the other, or not known yet."),
    FieldKind.URL: _("A page that one click opens."),
    FieldKind.RECORD: _("A contact, company, deal or case."),
}
"""What each kind is good for, in a few words."""


class FieldForm(forms.Form):
    """What can be said about a field of one kind. `field` is the one that is changed, None for a new one."""

    label = forms.CharField(label=_("Label"), max_length=60)
    options = RowsField(
        (Part("label", _("Option")), Part("name", "", "hidden")), add=_("Another option"), label=_("Options")
    )
    target = forms.ChoiceField(
        label=_("Leads to"), choices=[(kind, ObjectKind(kind).label) for kind in LINKABLE], required=False
    )
    help_text = forms.CharField(
        label=_("Help text"), max_length=300, required=False, help_text=_("Shown below the input.")
    )
    is_required = forms.BooleanField(label=_("Every new record needs a value"), required=False)
    seen_by = forms.ChoiceField(label=_("Who may see it"), choices=Who.choices)
    changed_by = forms.ChoiceField(label=_("Who may change it"), choices=Who.choices)
    api_name = forms.CharField(
        label=_("API name"),
        max_length=40,
        required=False,
        help_text=_("What programs call it. Made of the label if left empty; it never changes afterwards."),
    )

    def __init__(self, data: Any = None, *, kind: str, field: CustomField | None = None) -> None:
        names = ("label", "help_text", "options", "is_required", "seen_by", "changed_by")
        initial = {name: getattr(field, name) for name in names} if field else {}
        if field:
            initial["options"] = field.active_options
        super().__init__(data, initial=initial, label_suffix="")
        if kind not in (FieldKind.CHOICE, FieldKind.CHOICES):
            del self.fields["options"]
        if kind != FieldKind.RECORD or field:
            del self.fields["target"]
        if field:
            del self.fields["api_name"]


def form_fields(kind: str, member: Member) -> dict[str, forms.Field]:
    """The inputs of the custom fields that the member may fill in, by their names in the form of a record."""
    return {field.form_name: input_of(field) for field in definitions.of(kind).changed_by(member)}


def input_of(field: CustomField) -> forms.Field:
    """The input for a value of the field."""
    options = {"label": field.label, "help_text": field.help_text, "required": field.is_required}
    return kind_of(field).form_field(field, **options)


def initial_of(kind: str, member: Member, record: Any) -> dict[str, Any]:
    """What those inputs show of a record."""
    fields = definitions.of(kind).changed_by(member)
    return {field.form_name: kind_of(field).initial(field, record.custom.get(field.key)) for field in fields}


def keep_values(fields: dict[str, forms.Field], initial: dict[str, Any]) -> None:
    """Offer, among the options of a choice, what the record has even where it is offered no longer."""
    for name, field in fields.items():
        if isinstance(field, KeptChoiceField) and initial.get(name):
            field.keep(initial[name])
