"""The form of a field, and the custom fields within the forms of records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.custom_fields.computed.rollups import fields_to_measure
from triptych.core_crm.custom_fields.kinds import kind_of
from triptych.core_crm.custom_fields.kinds.choices import KeptChoiceField
from triptych.core_crm.custom_fields.models import CustomField, FieldKind, Measure, ObjectKind, Who
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
    FieldKind.RECORD: _("A contact, company, lead, deal, case or activity."),
    FieldKind.FORMULA: _("Worked out from other fields, such as a margin or an age."),
    FieldKind.ROLLUP: _("Worked out from related records, such as the sum of won deals."),
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
    expression = forms.CharField(
        label=_("Formula"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("Names of fields, numbers, texts in quotes, + - * / & = <> < >, and, or, not, and functions."),
    )
    measure = forms.ChoiceField(label=_("What is worked out"), choices=())
    field = forms.ChoiceField(label=_("Of which field"), choices=(), required=False)
    is_required = forms.BooleanField(label=_("Every new record needs a value"), required=False)
    seen_by = forms.ChoiceField(label=_("Who may see it"), choices=Who.choices)
    changed_by = forms.ChoiceField(label=_("Who may change it"), choices=Who.choices)
    api_name = forms.CharField(
        label=_("API name"),
        max_length=40,
        required=False,
        help_text=_("What programs call it. Made of the label if left empty; it never changes afterwards."),
    )

    def __init__(self, data: Any = None, *, kind: str, field: CustomField | None = None, target: str = "") -> None:
        names = ("label", "help_text", "options", "expression", "is_required", "seen_by", "changed_by")
        initial = {name: getattr(field, name) for name in names} if field else {}
        if field:
            initial |= {"options": field.active_options, **field.rollup}
        super().__init__(data, initial=initial, label_suffix="")
        self._fit(kind, target)
        if kind not in (FieldKind.CHOICE, FieldKind.CHOICES):
            del self.fields["options"]
        if kind != FieldKind.RECORD or field:
            del self.fields["target"]
        if field:
            del self.fields["api_name"]

    def _fit(self, kind: str, target: str) -> None:
        """Leave the inputs that a formula, a rollup of records of the kind `target`, or a typed field has."""
        if kind != FieldKind.FORMULA:
            del self.fields["expression"]
        if kind == FieldKind.ROLLUP:
            inputs: Any = self.fields
            inputs["measure"].choices = Measure.choices
            named = [(name, label) for name, label, _term in fields_to_measure(target)]
            inputs["field"].choices = [("", "—"), *named]
        else:
            del self.fields["measure"], self.fields["field"]
        if kind in (FieldKind.FORMULA, FieldKind.ROLLUP):
            del self.fields["is_required"], self.fields["changed_by"]

    def given(self, rollup: dict[str, Any] | None = None) -> dict[str, Any]:
        """What to set on the field; `rollup` has the relation and the condition of a rollup."""
        given = dict(self.cleaned_data)
        if "measure" in given:
            given["rollup"] = {**(rollup or {}), "measure": given.pop("measure"), "field": given.pop("field")}
        return given


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
