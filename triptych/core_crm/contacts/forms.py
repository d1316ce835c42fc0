"""What people type about contacts and companies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from triptych.core_crm.contacts import access
from triptych.core_crm.contacts.models import Company
from triptych.core_crm.editing.fields import AddressField, OwnerField, Part, PickedField, RowsField
from triptych.core_crm.editing.forms import RecordForm
from triptych.platform.languages.numbers import DecimalField

EMAIL_LABELS = (
    ("", _("Label")),
    ("work", _("Work")),
    ("home", pgettext_lazy("address", "Home")),
    ("other", _("Other")),
)
PHONE_LABELS = (
    ("", _("Label")),
    ("work", _("Work")),
    ("mobile", _("Mobile")),
    ("home", pgettext_lazy("address", "Home")),
    ("fax", _("Fax")),
)
ADDRESS_PARTS = (
    Part("street", _("Street and number"), autocomplete="off"),
    Part("postal_code", _("Postal code")),
    Part("city", _("Town")),
    Part("state", _("State or region")),
    Part("country", _("Country")),
)


def text(label: Any, length: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, **options)


def description() -> forms.CharField:
    return forms.CharField(
        label=_("Description"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 3})
    )


class ContactForm(RecordForm):
    custom_of = "contact"

    salutation = text(_("Salutation"), 30)
    first_name = text(_("First name"), 100)
    last_name = text(_("Last name"), 100)
    job_title = text(_("Job title"), 150)
    emails = RowsField(
        (Part("email", _("Email"), "email"), Part("label", _("Label"), choices=EMAIL_LABELS)),
        add=_("Another email"),
        label=_("Emails"),
        help_text=_("The first one is the primary one."),
    )
    phones = RowsField(
        (Part("phone", _("Phone"), "tel"), Part("label", _("Label"), choices=PHONE_LABELS)),
        add=_("Another phone"),
        label=_("Phones"),
        help_text=_("With the country code, for example +39 02 1234 5678."),
    )
    addresses = RowsField(ADDRESS_PARTS, add=_("Another address"), any_part=True, label=_("Addresses"))
    owner = OwnerField()
    do_not_call = forms.BooleanField(label=_("Do not call"), required=False)
    do_not_email = forms.BooleanField(label=_("Do not email"), required=False)
    description = description()


class NewContactForm(ContactForm):
    """A contact that is yet to be made, with the company they work for, which may be new as well."""

    company = PickedField(
        records=access.companies_visible_to, url="/companies/pick/", create=_("Add company"), label=_("Company")
    )
    role = text(_("Role there"), 100, help_text=_("For example: Head of purchasing."))

    field_order = ("version", "salutation", "first_name", "last_name", "job_title", "company", "role")


class LinkForm(RecordForm):
    """That a contact works for a company."""

    company = PickedField(
        records=access.companies_visible_to,
        url="/companies/pick/",
        create=_("Add company"),
        label=_("Company"),
        required=True,
    )
    role = text(_("Role there"), 100, help_text=_("For example: Head of purchasing."))
    is_primary = forms.BooleanField(label=_("This is the primary company"), required=False)


class CompanyForm(RecordForm):
    custom_of = "company"

    name = forms.CharField(label=_("Name"), max_length=200)
    type = forms.ChoiceField(label=_("Type"), choices=Company.Type.choices, initial=Company.Type.PROSPECT)
    industry = text(_("Industry"), 100)
    website = text(_("Website"), 300, help_text=_("For example: https://example.com."))
    domain = text(_("Domain"), 200, help_text=_("Read from the website if left empty."))
    phone = text(_("Phone"), 50)
    number_of_employees = forms.IntegerField(label=_("Employees"), required=False, min_value=0, max_value=2_000_000_000)
    annual_revenue = DecimalField(
        label=_("Annual revenue"), required=False, max_digits=18, decimal_places=2, localize=True
    )
    currency = text(_("Currency"), 3, help_text=_("Three letters, for example EUR."))
    founded_year = forms.IntegerField(label=_("Founded"), required=False, min_value=1000, max_value=2200)
    parent = PickedField(records=access.companies_visible_to, url="/companies/pick/", label=_("Belongs to"))
    billing_address = AddressField(ADDRESS_PARTS, add="", any_part=True, label=_("Billing address"))
    shipping_address = AddressField(ADDRESS_PARTS, add="", any_part=True, label=_("Shipping address"))
    owner = OwnerField()
    description = description()
