"""What the pages of the import show of rows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from triptych.core_crm.imports.importer import Field, Kind, Row

register = template.Library()


@register.simple_tag
def value_of(row: Row, field: Field) -> Any:
    """What the row will hold in the field: links and choices by their text, dates and numbers as the reader writes."""
    if field.name not in row.values and field.name not in row.texts:
        return mark_safe('<span class="quiet">—</span>')
    value = row.values.get(field.name)
    if field.kind in (Kind.LINK, Kind.CHOICE):
        return _said(field, value, row.texts[field.name])
    return _shown(value)


def _said(field: Field, value: Any, text: str) -> str:
    return next((str(label) for known, label in field.choices if known == value), text)


def _shown(value: Any) -> str | SafeString:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime | date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, Decimal | int):
        return str(number_format(value, use_l10n=True, force_grouping=value >= 10_000))
    return str(value)
