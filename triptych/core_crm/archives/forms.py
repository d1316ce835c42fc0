"""What a person chooses to read an archive in."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ArchiveForm(forms.Form):
    """The file."""

    file = forms.FileField(label=_("Choose an archive"), widget=forms.FileInput({"accept": ".zip"}))
