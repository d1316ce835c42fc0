"""One of the options of a field, or several of them. Stored by their names, which never change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models import Case, Value, When
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT, KeyTransform
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit, as_text
from triptych.platform.web.templatetags import parts

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField


def labels_of(field: CustomField) -> dict[str, str]:
    """The words of all options, those that are no longer offered included."""
    return {option["name"]: option["label"] for option in field.options}


def option_named(field: CustomField, given: Any) -> str:
    """The name of an option given by name or label, whatever the case.

    Raises:
        Unfit: there is no such option.
    """
    text = as_text(given.value if isinstance(given, Enum) else given)
    for option in field.options:
        if text == option["name"]:
            return text
    for option in field.active_options:
        if text.casefold() in (option["label"].casefold(), option["name"].casefold()):
            return str(option["name"])
    labels = ", ".join(option["label"] for option in field.active_options[:10])
    raise Unfit(_("“%(given)s” is none of the options: %(labels)s.") % {"given": text[:60], "labels": labels})


def _offered(field: CustomField, kept: Iterable[str] = ()) -> list[tuple[str, str]]:
    return [(option["name"], option["label"]) for option in field.active_options]


class Choice(Kind):
    icon = "select"

    def clean(self, field: CustomField, given: Any) -> Stored:
        return option_named(field, given) if as_text(given) else None

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return KeptChoiceField(choices=[("", "—"), *_offered(field)], kept=labels_of(field), **options)

    def text(self, field: CustomField, stored: Stored) -> str:
        return labels_of(field).get(stored, "") if stored else ""

    def show(self, field: CustomField, stored: Stored) -> Any:
        return parts.tag(self.text(field, stored)) if stored else ""

    def words(self, field: CustomField, stored: Stored) -> str:
        return self.text(field, stored)

    def place(self, field: CustomField) -> BaseExpression:
        """Where its option stands among the others: choices are ordered as they are offered, not by letters."""
        name = KT(f"custom__{field.key}")
        places = [When(**{f"custom__{field.key}": option["name"]}, then=Value(number)) for number, option in
                  enumerate(field.options)]  # fmt: skip
        return Case(*places, output_field=models.IntegerField()) if places else name


class KeptChoiceField(forms.ChoiceField):
    """A choice that also takes, and shows, an option which is no longer offered when the record has it."""

    def __init__(self, *, kept: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.kept = kept

    def valid_value(self, value: Any) -> bool:
        return value in self.kept or super().valid_value(value)

    def keep(self, stored: Stored) -> None:
        """Offer what the record has."""
        names = [stored] if isinstance(stored, str) else stored or []
        offered: list[Any] = list(self.choices)  # type: ignore[arg-type]
        known = {name for name, _label in offered}
        self.choices = [*offered, *((name, self.kept[name]) for name in names if name in self.kept.keys() - known)]


class KeptChoicesField(KeptChoiceField, forms.MultipleChoiceField):
    """Several of them."""

    widget = forms.CheckboxSelectMultiple


class Choices(Kind):
    icon = "list-check"
    output = models.JSONField()

    def clean(self, field: CustomField, given: Any) -> Stored:
        if given is None:
            return None
        if isinstance(given, str):
            given = [part for part in given.replace(";", ",").split(",") if part.strip()]
        if not isinstance(given, list | tuple):
            raise Unfit(_("Give the options as a list."))
        names = {option_named(field, one) for one in given}
        return [option["name"] for option in field.options if option["name"] in names] or None

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return KeptChoicesField(choices=_offered(field), kept=labels_of(field), **options)

    def text(self, field: CustomField, stored: Stored) -> str:
        labels = labels_of(field)
        return ", ".join(labels[name] for name in stored or () if name in labels)

    def show(self, field: CustomField, stored: Stored) -> Any:
        labels = labels_of(field)
        return format_html_join(" ", "{}", ((parts.tag(labels[name]),) for name in stored or () if name in labels))

    def words(self, field: CustomField, stored: Stored) -> str:
        return self.text(field, stored)

    def sql(self, field: CustomField) -> BaseExpression:
        return KeyTransform(field.key, "custom")
