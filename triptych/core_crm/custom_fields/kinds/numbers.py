"""Numbers and money. Both are stored as texts: JSON numbers lose digits on the way."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from babel.numbers import is_currency
from django import forms
from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from triptych.core_crm.custom_fields.kinds.base import Kind, Stored, Unfit, as_text
from triptych.core_crm.money import own_currency
from triptych.platform.languages.numbers import DecimalField
from triptych.platform.web.templatetags import parts

if TYPE_CHECKING:
    from triptych.core_crm.custom_fields.models import CustomField

DIGITS = 15
DECIMALS = 6


def decimal_of(given: Any, decimals: int) -> Decimal | None:
    """A number below 10^15 with so many decimals at most; None for nothing.

    Raises:
        Unfit: it is none.
    """
    if given is None or as_text(given) == "":
        return None
    message = _("This is no number below 1,000,000,000,000,000 with %(decimals)d decimals at most. One is 1250.5.")
    try:
        number = Decimal(as_text(given).replace("\N{NO-BREAK SPACE}", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number.adjusted() >= DIGITS or isinstance(given, bool):
        raise Unfit(message % {"decimals": decimals})
    if number != round(number, decimals):
        raise Unfit(message % {"decimals": decimals})
    return number


def written(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


class Number(Kind):
    icon = "number-123"
    output = models.DecimalField(max_digits=30, decimal_places=DECIMALS)

    def clean(self, field: CustomField, given: Any) -> Stored:
        number = decimal_of(given, DECIMALS)
        return None if number is None else written(number)

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
        return DecimalField(max_digits=21, decimal_places=DECIMALS, widget=widget, **options)

    def value(self, field: CustomField, stored: Stored) -> Decimal | None:
        return None if stored is None else Decimal(stored)

    def show(self, field: CustomField, stored: Stored) -> str:
        return "" if stored is None else number_format(Decimal(stored), use_l10n=True, force_grouping=True)

    def sql(self, field: CustomField) -> BaseExpression:
        return Cast(KT(f"custom__{field.key}"), self.output)


class MoneyWidget(forms.MultiWidget):
    """An amount and its currency side by side."""

    def __init__(self) -> None:
        amount = forms.NumberInput({"step": "0.01", "inputmode": "decimal"})
        currency = forms.TextInput({"maxlength": 3, "size": 4, "aria-label": gettext_lazy("Currency")})
        super().__init__({"amount": amount, "currency": currency})

    use_fieldset = False

    def id_for_label(self, id_: str, index: Any = "0") -> str:
        return f"{id_}_0"

    def decompress(self, value: Any) -> list[Any]:
        return [value["amount"], value["currency"]] if value else [None, own_currency()]


class MoneyField(forms.MultiValueField):
    """Gives `{"amount", "currency"}`, or None without an amount."""

    widget = MoneyWidget

    def __init__(self, **options: Any) -> None:
        amount = DecimalField(max_digits=17, decimal_places=2, required=False)
        super().__init__((amount, forms.CharField(max_length=3, required=False)), require_all_fields=False, **options)

    def compress(self, data_list: Any) -> dict[str, Any] | None:
        if not data_list or data_list[0] is None:
            return None
        return {"amount": data_list[0], "currency": data_list[1]}

    def clean(self, value: Any) -> Any:
        if self.required and not as_text(value[0] if value else ""):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return super().clean(value)


class Money(Kind):
    icon = "coin"
    output = models.DecimalField(max_digits=18, decimal_places=2)

    def clean(self, field: CustomField, given: Any) -> Stored:
        amount, currency = _parts_of(given)
        number = decimal_of(amount, 2)
        if number is None:
            return None
        currency = as_text(currency).upper() or own_currency()
        if not is_currency(currency):
            raise Unfit(_("“%(currency)s” is not a currency. One looks like EUR.") % {"currency": currency[:10]})
        return {"amount": format(number, ".2f"), "currency": currency}

    def form_field(self, field: CustomField, **options: Any) -> forms.Field:
        return MoneyField(**options)

    def text(self, field: CustomField, stored: Stored) -> str:
        return f"{stored['amount']} {stored['currency']}" if stored else ""

    def show(self, field: CustomField, stored: Stored) -> Any:
        return parts.money(Decimal(stored["amount"]), stored["currency"]) if stored else ""

    def value(self, field: CustomField, stored: Stored) -> Decimal | None:
        return Decimal(stored["amount"]) if stored else None

    def sql(self, field: CustomField) -> BaseExpression:
        return Cast(KT(f"custom__{field.key}__amount"), self.output)


def _parts_of(given: Any) -> tuple[Any, Any]:
    """Amount and currency of `{"amount", "currency"}`, of “12.50 EUR”, or of a bare amount."""
    if isinstance(given, Mapping):
        return given.get("amount"), given.get("currency")
    amount, _space, currency = as_text(given).rpartition(" ")
    if currency.isalpha():
        return amount, currency
    return given, ""
