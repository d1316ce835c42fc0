from django import forms
from django.utils.translation import gettext_lazy as _

from triptych_loyalty.actions import MOST_AT_ONCE


class AdjustForm(forms.Form):
    points = forms.IntegerField(
        label=_("Points"),
        min_value=-MOST_AT_ONCE,
        max_value=MOST_AT_ONCE,
        help_text=_("A negative number takes points away."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    source = forms.CharField(max_length=80, widget=forms.HiddenInput)
