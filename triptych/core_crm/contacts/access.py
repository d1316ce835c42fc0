"""Who may see or change contacts and companies: the one way to fetch them for somebody.

Roles decide, in `rights.access`.
"""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.contacts.models import Company, CompanyQuerySet, Contact, ContactQuerySet
from triptych.core_crm.rights.access import CHANGE, DELETE, must, visible
from triptych.tenants.members.models import Member


def contacts_visible_to(member: Member) -> ContactQuerySet:
    """The contacts that the member may see, without those in the bin."""
    return visible(member, Contact.objects.alive())


def companies_visible_to(member: Member) -> CompanyQuerySet:
    """The companies that the member may see, without those in the bin."""
    return visible(member, Company.objects.alive())


def contact_to_see(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for a contact that is not there for this member."""
    found: Contact = get_object_or_404(contacts_visible_to(member).select_related("owner").with_companies(), pk=pk)
    return found


def contact_to_change(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    contact = contact_to_see(member, pk)
    must(member, CHANGE, contact)
    return contact


def contact_to_delete(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    contact = contact_to_see(member, pk)
    must(member, DELETE, contact)
    return contact


def contact_to_restore(member: Member, pk: UUID) -> Contact:
    """A contact in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    contact: Contact = get_object_or_404(visible(member, Contact.objects.all()), pk=pk)
    must(member, DELETE, contact)
    return contact


def company_to_see(member: Member, pk: UUID) -> Company:
    """Raises Http404 for a company that is not there for this member."""
    found: Company = get_object_or_404(companies_visible_to(member).select_related("owner", "parent"), pk=pk)
    return found


def company_to_change(member: Member, pk: UUID) -> Company:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not change it."""
    company = company_to_see(member, pk)
    must(member, CHANGE, company)
    return company


def company_to_delete(member: Member, pk: UUID) -> Company:
    """Raises Http404 for one that is not there for this member, Forbidden if they may not delete it."""
    company = company_to_see(member, pk)
    must(member, DELETE, company)
    return company


def company_to_restore(member: Member, pk: UUID) -> Company:
    """A company in the bin or out again; Http404 if none is there for them, Forbidden if they may not delete it."""
    company: Company = get_object_or_404(visible(member, Company.objects.all()), pk=pk)
    must(member, DELETE, company)
    return company
