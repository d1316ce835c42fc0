"""What people type about leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.forms import description, text
from triptych.core_crm.editing.fields import OwnerField
from triptych.core_crm.editing.forms import RecordForm
from triptych.core_crm.leads.models import Lead
from triptych.platform.languages.numbers import DecimalField


class LeadForm(RecordForm):
    custom_of = "lead"

    first_name = text(_("First name"), 100)
    last_name = text(_("Last name"), 100)
    company_name = text(_("Company"), 200)
    job_title = text(_("Job title"), 150)
    email = text(_("Email"), 254, widget=forms.EmailInput({"autocomplete": "off"}))
    phone = text(_("Phone"), 50, help_text=_("With the country code, for example +39 02 1234 5678."))
    website = text(_("Website"), 300)
    status = forms.ChoiceField(label=_("Status"), choices=[(one.value, one.label) for one in Lead.WORKABLE])
    source = text(_("Source"), 100, help_text=_("Where they heard of you, for example: Web form."))
    industry = text(_("Industry"), 100)
    campaign = text(_("Campaign"), 200)
    owner = OwnerField()
    description = description()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.record is not None and "status" in self.fields and self.record.status not in Lead.WORKABLE:  # type: ignore[attr-defined]
            del self.fields["status"]  # it is dead or converted; recycling or undoing changes that


class DeadForm(forms.Form):
    """Why a lead is given up."""

    reason = forms.CharField(
        label=_("Why is this lead given up?"), max_length=300, help_text=_("For example: chose another supplier.")
    )


class ConversionForm(forms.Form):
    """What a lead becomes: a new or known contact, a new, known or no company, a deal or none."""

    NEW, NONE = "new", "none"

    version = forms.IntegerField(widget=forms.HiddenInput)
    contact = forms.ChoiceField(label=_("Contact"), widget=forms.RadioSelect)
    company = forms.ChoiceField(label=_("Company"), widget=forms.RadioSelect)
    with_deal = forms.BooleanField(label=_("Open a deal"), required=False, initial=True)
    deal_name = forms.CharField(label=_("Deal"), max_length=200, required=False)
    amount = DecimalField(label=_("Amount"), required=False, min_value=0, max_digits=18, decimal_places=2)
    close_date = forms.DateField(
        label=_("Expected close"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, lead: Lead, contacts: list[Any], companies: list[Any], name: str) -> None:
        initial = {
            "version": lead.version,
            "contact": str(contacts[0].pk) if contacts else self.NEW,
            "company": str(companies[0].pk) if companies else self.NEW if lead.company_name else self.NONE,
            "deal_name": name,
        }
        super().__init__(data, initial=initial, label_suffix="")
        self.known_contacts = {str(contact.pk): contact for contact in contacts}
        self.known_companies = {str(company.pk): company for company in companies}
        known = _("Use %(record)s, known already")
        person, business = self.fields["contact"], self.fields["company"]
        person.choices = [  # type: ignore[attr-defined]
            *((pk, known % {"record": contact}) for pk, contact in self.known_contacts.items()),
            (self.NEW, _("Make a new contact: %(name)s") % {"name": lead}),
        ]
        new_one = _("Make a new company: %(name)s") % {"name": lead.company_name}
        business.choices = [  # type: ignore[attr-defined]
            *((pk, known % {"record": company}) for pk, company in self.known_companies.items()),
            *([(self.NEW, new_one)] if lead.company_name else []),
            (self.NONE, _("No company")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("with_deal") and not cleaned.get("deal_name"):
            self.add_error("deal_name", _("A deal needs a name, for example “Spring order”."))
        return cleaned

    def choices_made(self) -> dict[str, Any]:
        """The arguments of `convert_lead` that the person chose."""
        chosen = self.cleaned_data
        deal = {"name": chosen["deal_name"], "amount": chosen["amount"], "close_date": chosen["close_date"]}
        return {
            "version": chosen["version"],
            "contact": self.known_contacts.get(chosen["contact"]),
            "company": self.known_companies.get(chosen["company"]),
            "with_company": chosen["company"] != self.NONE,
            "with_deal": chosen["with_deal"],
            "deal": deal if chosen["with_deal"] else None,
        }
