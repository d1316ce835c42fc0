"""Values that nobody types: they come from `computed`, already worked out, with the reason where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models.expressions import BaseExpression
from django.utils.html import format_html
from django.utils.translation import gettext as _

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField


class Computed(Kind):
    """A formula or a rollup. `text`, `show` and `value` take the `{"value", "currency", "error"}` of `values_of`."""

    def __init__(self, icon: str) -> None:
        self.icon = icon

    def clean(self, field: CustomField, given: Any) -> Stored:
        raise Unfit(_("This is worked out; nobody types it."))

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        raise TypeError(f"{field} is worked out: no form asks for it.")

    def value(self, field: CustomField, stored: Stored) -> Any:
        plain = plain_of(field, stored)
        return None if plain is None else _kind_of_result(field).value(field, plain)

    def text(self, field: CustomField, stored: Stored) -> Any:
        if reason := reason_of(stored):
            return f"— ({reason})"
        return _kind_of_result(field).text(field, plain_of(field, stored))

    def show(self, field: CustomField, stored: Stored) -> Any:
        if reason := reason_of(stored):
            shown = '<span class="quiet" title="{0}">—<span class="visually-hidden"> {0}</span></span>'
            return format_html(shown, reason)
        return _kind_of_result(field).show(field, plain_of(field, stored))

    def sql(self, field: CustomField) -> BaseExpression:
        from triptych.core_crm.custom_fields.computed.resolving import Computed as Expression

        return Expression(field)


def plain_of(field: CustomField, stored: Mapping[str, Any] | None) -> Stored:
    """The value in the form in which a typed field of that kind would hold it."""
    value: Any = stored.get("value") if stored else None
    if not stored or value is None:
        return None
    if field.result == "money":
        return {"amount": format(Decimal(value), ".2f"), "currency": stored.get("currency") or ""}
    return value == "true" if field.result == "boolean" else value


def reason_of(stored: Mapping[str, Any] | None) -> str:
    """Why there is no value, in words; empty where there is nothing wrong."""
    from triptych.core_crm.custom_fields.computed.terms import told

    return told(stored["error"]) if stored and stored.get("error") else ""


def _kind_of_result(field: CustomField) -> Kind:
    from triptych.core_crm.custom_fields.kinds import KINDS

    return KINDS[field.result or "text"]
