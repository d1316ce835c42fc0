"""What people type about products, price books and lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.forms import description, text
from triptych.core_crm.editing.fields import PickedField
from triptych.core_crm.editing.forms import RecordForm
from triptych.core_crm.money import own_currency
from triptych.platform.languages.numbers import DecimalField
from triptych.plugins.operational.sales.access import products_visible_to
from triptych.plugins.operational.sales.models import PriceBook
from triptych.tenants.members.models import Member

PICKER = "/x/sales/products/pick/"


def money(label: Any, **options: Any) -> DecimalField:
    """An amount that is not negative."""
    return DecimalField(label=label, min_value=0, max_digits=18, decimal_places=2, **options)


def day(label: Any) -> forms.DateField:
    """A day, or none."""
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def product_field(**options: Any) -> PickedField:
    """A product that is sold, chosen while typing."""
    return PickedField(records=products_visible_to, url=PICKER, **{"label": _("Product"), **options})


class ProductForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    sku = text(_("SKU"), 60, help_text=_("The number by which your shelves and books know it."))
    category = text(_("Category"), 100)
    unit = text(_("Unit"), 30, help_text=_("For example: piece, hour, month."))
    unit_price = money(_("Unit price"))
    cost = money(_("Cost"), required=False)
    currency = text(_("Currency"), 3)
    is_active = forms.BooleanField(label=_("It is sold"), required=False)
    description = description()

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        return {"currency": own_currency(), "is_active": True}


class PriceBookForm(RecordForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    currency = text(_("Currency"), 3)
    valid_from = day(_("Valid from"))
    valid_until = day(_("Valid until"))
    is_default = forms.BooleanField(
        label=_("Default of its currency"), required=False, help_text=_("Its prices apply where no other book has one.")
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def initial_of_new(self, member: Member) -> dict[str, Any]:
        return {"currency": own_currency(), "is_active": True, "is_default": not PriceBook.objects.alive().exists()}


class PriceForm(forms.Form):
    """A price in a book."""

    product = product_field(required=True)
    min_quantity = DecimalField(
        label=_("From quantity"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2, initial=1
    )
    price = money(_("Price"))

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data, label_suffix="")
        self.fields["product"].for_member(member)  # type: ignore[attr-defined]


class LineForm(forms.Form):
    """A line of a deal. Without a price it takes the one that applies to its product."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    product = product_field()
    description = text(_("Description"), 300)
    quantity = DecimalField(label=_("Quantity"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2, initial=1)
    unit_price = money(_("Price"), required=False)
    discount = DecimalField(
        label=_("Discount, %"), min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )

    def __init__(self, data: Any = None, *, member: Member, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="", auto_id="line-%s")
        self.fields["product"].for_member(member)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The fields for the actions."""
        fields = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {**fields, "discount": fields["discount"] or Decimal(0)}
