"""What people type about privacy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
