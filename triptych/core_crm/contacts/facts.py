"""What the pages of contacts and companies show of them, and how."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts.channels import address_lines, spoken_phone
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.editing.pages import Fact
from triptych.core_crm.money import own_currency
from triptych.platform.web.templatetags import parts


def plain(name: str, label: Any, **more: Any) -> Fact:
    """A field shown as it is."""
    return Fact(name, label, lambda record: getattr(record, name), **more)


def _entries(entries: list[dict[str, str]], key: str) -> SafeString:
    lines = ((_phone_or_text(entry[key], key), _label(entry.get("label", ""))) for entry in entries)
    return format_html_join("", '<span class="d-block">{}{}</span>', lines)


def _phone_or_text(text: str, key: str) -> SafeString | str:
    """A phone as it is spoken; of an address, the line breaks after the @ rather than within a word."""
    if key == "phone":
        return spoken_phone(text)
    name, at, host = text.rpartition("@")
    return format_html("{}@<wbr>{}", name, host) if at else text


def _label(label: str) -> SafeString | str:
    return format_html(' <span class="quiet small">{}</span>', label) if label else ""


def _address(address: dict[str, str]) -> SafeString:
    return format_html_join("", '<span class="d-block">{}</span>', ((line,) for line in address_lines(address)))


def _addresses(contact: Contact) -> SafeString:
    return format_html_join("", '<span class="d-block mb-1">{}</span>', ((_address(one),) for one in contact.addresses))


def _owner(record: Any) -> SafeString | str:
    return parts.person(record.owner.name) if record.owner else ""


def _owner_name(record: Any) -> str:
    return record.owner.name if record.owner else ""


def owner_fact() -> Fact:
    """Whose the record is."""
    return Fact("owner", _("Owner"), _owner, plain=_owner_name)


def _yes(name: str, label: Any) -> Fact:
    return Fact(name, label, lambda record: _("Yes") if getattr(record, name) else _("No"))


CONTACT_FACTS = (
    plain("first_name", _("First name")),
    plain("last_name", _("Last name")),
    plain("salutation", _("Salutation")),
    plain("job_title", _("Job title")),
    owner_fact(),
    Fact("emails", _("Emails"), lambda contact: _entries(contact.emails, "email"), heading=_("How to reach them")),
    Fact("phones", _("Phones"), lambda contact: _entries(contact.phones, "phone")),
    Fact("addresses", _("Addresses"), _addresses),
    _yes("do_not_call", _("Do not call")),
    _yes("do_not_email", _("Do not email")),
    plain("description", _("Description"), heading=_("More")),
)

COMPANY_FACTS = (
    plain("name", _("Name")),
    Fact("type", _("Type"), Company.get_type_display),
    plain("industry", _("Industry")),
    owner_fact(),
    Fact("parent", _("Belongs to"), lambda company: company.parent),
    plain("website", _("Website"), heading=_("How to reach them")),
    plain("domain", _("Domain")),
    Fact("phone", _("Phone"), lambda company: spoken_phone(company.phone)),
    Fact("billing_address", _("Billing address"), lambda company: _address(company.billing_address)),
    Fact("shipping_address", _("Shipping address"), lambda company: _address(company.shipping_address)),
    Fact(
        "number_of_employees",
        _("Employees"),
        lambda company: "" if company.number_of_employees is None else parts.figure(company.number_of_employees),
        heading=_("Size"),
    ),
    Fact(
        "annual_revenue",
        _("Annual revenue"),
        lambda company: (
            ""
            if company.annual_revenue is None
            else parts.money(company.annual_revenue, company.currency or own_currency())
        ),
        plain=lambda company: f"{company.annual_revenue or ''} {company.currency}".strip(),
    ),
    plain("currency", _("Currency")),
    plain("founded_year", _("Founded")),
    plain("description", _("Description"), heading=_("More")),
)


def contact_head(contact: Contact, *, may_write: bool) -> dict[str, Any]:
    """What the head of a contact's page says; one click calls or writes, unless that is not wanted."""
    facts: list[Any] = []
    if contact.company:
        facts.append(format_html('<a href="{}">{}</a>', contact.company.get_absolute_url(), contact.company))
    if contact.primary_email:
        facts.append(_reach("mailto", contact.primary_email, contact.primary_email, barred=contact.do_not_email))
    if contact.primary_phone:
        shown = spoken_phone(contact.primary_phone)
        facts.append(_reach("tel", contact.primary_phone.replace(" ", ""), shown, barred=contact.do_not_call))
    return {
        "title": str(contact),
        "subtitle": contact.job_title,
        "avatar_name": str(contact),
        "facts": facts,
        "acts_template": "contacts/acts.html" if may_write else "",
    }


def company_head(company: Company, *, may_write: bool) -> dict[str, Any]:
    """What the head of a company's page says."""
    facts: list[Any] = [parts.tag(company.get_type_display(), "accent")]
    if company.website:
        link = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'
        facts.append(format_html(link, company.website, company.domain or company.website))
    if company.phone:
        shown = spoken_phone(company.phone)
        facts.append(_reach("tel", company.phone.replace(" ", ""), shown, barred=False))
    return {
        "title": company.name,
        "subtitle": company.industry,
        "icon": "building",
        "facts": facts,
        "acts_template": "companies/acts.html" if may_write else "",
    }


def _reach(scheme: str, address: str, shown: str, *, barred: bool) -> SafeString:
    if barred:
        return format_html('<s title="{}">{}</s>', _("They do not want this."), shown)
    return format_html('<a href="{}:{}">{}</a>', scheme, address, shown)
