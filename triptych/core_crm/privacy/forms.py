"""What people type about privacy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.privacy.models import Consent, Purpose, RetentionRule


class LookUpForm(forms.Form):
    """Whom somebody asks about."""

    email = forms.CharField(
        label=_("Email address of the person"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@example.com"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class ConfirmForm(forms.Form):
    """That this person, and no other, is to be erased."""

    confirmation = forms.CharField(
        max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"})
    )

    def __init__(self, data: Any = None, *, expected: str) -> None:
        super().__init__(data, label_suffix="")
        self.fields["confirmation"].label = _("Type “%(who)s” to confirm") % {"who": expected}


class ConsentForm(forms.Form):
    """What somebody agreed to, or took back."""

    purpose = forms.ModelChoiceField(label=_("Purpose"), queryset=Purpose.objects.none())
    state = forms.ChoiceField(label=_("What they said"), choices=Consent.State.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=Consent.Channel.choices, initial=Consent.Channel.ANY)
    basis = forms.ChoiceField(label=_("Lawful basis"), choices=Consent.Basis.choices, initial=Consent.Basis.CONSENT)
    source = forms.CharField(
        label=_("How do you know?"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": _("For example: form on the website, call, letter")}),
    )
    at = forms.DateTimeField(
        label=_("When did they say so?"),
        required=False,
        help_text=_("Now, if left empty."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        purposes = Purpose.objects.active().by_name()
        self.fields["purpose"].queryset = purposes  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        return dict(self.cleaned_data)


class PurposeForm(forms.Form):
    """What for data may be used."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(
        label=_("What people are told"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(self, data: Any = None, *, initial: Any = None, changes: bool = False) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        if not changes:
            del self.fields["is_active"]


class RetentionForm(forms.Form):
    """How long records are kept."""

    kind = forms.ChoiceField(label=_("Records"), choices=RetentionRule.Kind.choices)
    condition = forms.ChoiceField(label=_("When"), choices=RetentionRule.Condition.choices)
    age = forms.IntegerField(label=_("For how long"), min_value=1, max_value=1200, initial=36)
    unit = forms.ChoiceField(label=_("Unit"), choices=RetentionRule.Unit.choices, initial=RetentionRule.Unit.MONTHS)
    act = forms.ChoiceField(label=_("What then"), choices=RetentionRule.Act.choices)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")
