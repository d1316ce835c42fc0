"""Who may see or change leads: the one way to fetch them for somebody. Roles decide, in `rights.access`."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.contacts.access import companies_visible_to, contacts_visible_to
from triptych.core_crm.contacts.channels import clean_domain
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.leads.models import Lead, LeadQuerySet
from triptych.core_crm.rights.access import CHANGE, DELETE, must, visible
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MAIL_PROVIDERS = frozenset(
    (
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "libero.it",
        "virgilio.it",
        "tiscali.it",
        "wp.pl",
        "onet.pl",
        "o2.pl",
        "interia.pl",
        "mail.ru",
        "yandex.ru",
        "bk.ru",
        "rambler.ru",
        "proton.me",
        "protonmail.com",
        "hotmail.es",
        "yahoo.es",
        "zoho.com",
    )
)
"""Domains of which an email address says nothing about the company."""


def leads_visible_to(member: Member) -> LeadQuerySet:
    """The leads that the member may see, without those in the bin."""
    return visible(member, Lead.objects.alive())


def lead_to_see(member: Member, pk: UUID) -> Lead:
    """Raises Http404 for a lead that is not there for this member."""
    related = ("owner", "converted_contact", "converted_company", "converted_deal")
    found: Lead = get_object_or_404(leads_visible_to(member).select_related(*related), pk=pk)
    return found


def lead_to_change(member: Member, pk: UUID) -> Lead:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    lead = lead_to_see(member, pk)
    must(member, CHANGE, lead)
    return lead


def lead_to_delete(member: Member, pk: UUID) -> Lead:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    lead = lead_to_see(member, pk)
    must(member, DELETE, lead)
    return lead


def lead_to_restore(member: Member, pk: UUID) -> Lead:
    """A lead in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    lead: Lead = get_object_or_404(visible(member, Lead.objects.all()), pk=pk)
    must(member, DELETE, lead)
    return lead


def contacts_like(member: Member, lead: Lead, *, limit: int = 5) -> list[Contact]:
    """Contacts whom the lead may already be: those reached at the same email."""
    if not lead.email:
        return []
    contacts = contacts_visible_to(member).reached_at(lead.email).with_companies()
    return list(contacts.by_name()[:limit])


def companies_like(member: Member, lead: Lead, *, limit: int = 5) -> list[Company]:
    """Companies that the lead's company may already be: those of the same name, then those of the same domain."""
    found: dict[UUID, Company] = {}
    companies = companies_visible_to(member)
    if lead.company_name:
        found |= {company.pk: company for company in companies.named(lead.company_name).by_name()[:limit]}
    for domain in domains_of(lead):
        found |= {company.pk: company for company in companies.at_domain(domain).by_name()[:limit]}
    return list(found.values())[:limit]


def domains_of(lead: Lead) -> list[str]:
    """The domains by which the lead's company may be known, from its website and from a business email."""
    domains = []
    for text in (lead.website, lead.email.rpartition("@")[2]):
        try:
            domain = clean_domain(text)
        except Refused:
            continue
        if domain and domain not in MAIL_PROVIDERS:
            domains.append(domain)
    return list(dict.fromkeys(domains))
