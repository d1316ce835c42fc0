"""What every kind of value can do, and the errors of one that does not fit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField

Stored = Any
"""A value as the column holds it: plain JSON, the same for everybody whatever their language. None is no value."""


class Unfit(ValueError):
    """The value is not of the kind. The message is a sentence: the rule, and an example that would pass."""


class Kind(ABC):
    """One kind of value: how it is read, stored, typed, shown, compared."""

    icon: str
    output: models.Field[Any, Any] = models.TextField()
    """What `sql` yields."""

    @abstractmethod
    def clean(self, field: CustomField, given: Any) -> Stored:
        """What is stored for a value that came from a form, a file or a program; None for an empty one.

        Raises:
            Unfit: it is not of this kind.
        """

    @abstractmethod
    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        """The input for a value."""

    def initial(self, field: CustomField, stored: Stored) -> Any:
        """What the input shows of a stored value; what the input gives back, `clean` takes."""
        return stored

    def value(self, field: CustomField, stored: Stored) -> Any:
        """The stored value as Python knows it."""
        return stored

    def text(self, field: CustomField, stored: Stored) -> Any:
        """The value as exports write it: text, number or time."""
        return "" if stored is None else self.value(field, stored)

    def show(self, field: CustomField, stored: Stored) -> Any:
        """The value as pages show it."""
        return self.text(field, stored)

    def sql(self, field: CustomField) -> BaseExpression:
        """The value as queries compare and order it."""
        return KT(f"custom__{field.key}")

    def words(self, field: CustomField, stored: Stored) -> str:
        """What the search finds it by; nothing for most kinds."""
        return ""


def as_text(given: Any) -> str:
    """A value as trimmed text; None is an empty one."""
    return "" if given is None else str(given).strip()
