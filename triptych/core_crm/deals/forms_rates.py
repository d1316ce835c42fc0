"""What people type about exchange rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.models.rates import SMALLEST
from triptych.platform.languages.numbers import DecimalField


class RatesForm(forms.Form):
    """One rate, or a file of them."""

    currency = forms.CharField(
        label=_("Currency"), max_length=3, required=False, widget=forms.TextInput({"placeholder": "USD"})
    )
    rate = DecimalField(
        label=_("What one unit is worth"), required=False, min_value=SMALLEST, max_digits=20, decimal_places=10,
        widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
    )  # fmt: skip
    effective_date = forms.DateField(
        label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    file = forms.FileField(label=_("Or a file of rates"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("file") is None:
            for name, said in (
                ("currency", _now("Say which currency, with its three letters, e.g. USD. Or choose a file.")),
                ("rate", _now("Say what one unit is worth, e.g. 0.92. Or choose a file.")),
            ):
                if name not in self.errors and not given.get(name):
                    self.add_error(name, said)
        return given
