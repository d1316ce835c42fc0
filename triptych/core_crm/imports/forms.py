"""What a person types or chooses on the way of an import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.imports.choices import Choice, Do
from triptych.core_crm.imports.importer import Importer
from triptych.core_crm.imports.models import Import

COLUMN, DATES, OPTION, OVERWRITE = "column-", "dates-", "option-", "overwrite-"


class SeveralFilesInput(forms.FileInput):
    """A choice of files that takes many."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """The files, as a list."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(SeveralFilesField, self).clean(one, initial) for one in data or [None]]


class UploadForm(forms.Form):
    """Files, and what they are about when the person knows."""

    file = SeveralFilesField(
        label=_("Choose files"),
        widget=SeveralFilesInput({"accept": ".csv,.tsv,.txt,.xlsx,.zip", "multiple": True}),
    )
    object_name = forms.ChoiceField(label=_("What is in it"), required=False)

    def __init__(self, *args: Any, importers: Mapping[str, Importer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, importer.label) for name, importer in importers.items()]
        self.fields["object_name"].choices = [("", _("Find out from the columns")), *choices]  # type: ignore[attr-defined]


class ChoiceForm(forms.Form):
    """What is to happen to rows that hold a value. An empty `do` takes an earlier choice back."""

    field = forms.CharField(max_length=60)
    value = forms.CharField(max_length=200, required=False, strip=False)
    do = forms.ChoiceField(choices=[("", ""), *((do.value, do.value) for do in Do)], required=False)
    other = forms.CharField(max_length=200, required=False)

    def choice(self) -> Choice | None:
        """What was chosen, None when an earlier choice is taken back."""
        do = self.cleaned_data["do"]
        return Choice(Do(do), self.cleaned_data["other"]) if do else None


def posted_mapping(record: Import, posted: QueryDict) -> dict[str, str]:
    """Field → column, from one choice per column. The first column that asks for a field gets it."""
    mapping: dict[str, str] = {}
    for position, column in enumerate(record.columns):
        name = posted.get(f"{COLUMN}{position}", "")
        if name:
            mapping.setdefault(name, column)
    return mapping


def posted_date_orders(record: Import, posted: QueryDict) -> dict[str, str]:
    """Column → order of its dates, where one was chosen."""
    orders = {column: posted.get(f"{DATES}{position}", "") for position, column in enumerate(record.columns)}
    return {column: order for column, order in orders.items() if order}


def posted_overwrite(record: Import, posted: QueryDict) -> dict[str, str]:
    """Field → when an update writes it."""
    rules = {}
    for position in range(len(record.columns)):
        name, rule = posted.get(f"{COLUMN}{position}", ""), posted.get(f"{OVERWRITE}{position}", "")
        if name and rule:
            rules[name] = rule
    return rules


def posted_options(posted: QueryDict) -> dict[str, str]:
    """The choices for the import as a whole."""
    return {name.removeprefix(OPTION): str(value) for name, value in posted.items() if name.startswith(OPTION)}
