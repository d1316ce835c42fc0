"""Who may see or change contacts and companies: the one way to fetch them for somebody.

Everybody in the tenant sees everything; readers change nothing.
"""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.contacts.models import Company, CompanyQuerySet, Contact, ContactQuerySet
from triptych.core_crm.rights import must_be_writer
from triptych.tenants.members.models import Member


def contacts_visible_to(member: Member) -> ContactQuerySet:
    """The contacts that the member may see, without those in the bin."""
    return Contact.objects.alive()


def companies_visible_to(member: Member) -> CompanyQuerySet:
    """The companies that the member may see, without those in the bin."""
    return Company.objects.alive()


def contact_to_see(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for a contact that is not there for this member."""
    found: Contact = get_object_or_404(contacts_visible_to(member).select_related("owner").with_companies(), pk=pk)
    return found


def contact_to_change(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for a contact that is not there for this member, Forbidden if they only may read it."""
    contact = contact_to_see(member, pk)
    must_be_writer(member)
    return contact


def contact_to_restore(member: Member, pk: UUID) -> Contact:
    """A contact in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    contact: Contact = get_object_or_404(Contact.objects.deleted(), pk=pk)
    must_be_writer(member)
    return contact


def company_to_see(member: Member, pk: UUID) -> Company:
    """Raises Http404 for a company that is not there for this member."""
    found: Company = get_object_or_404(companies_visible_to(member).select_related("owner", "parent"), pk=pk)
    return found


def company_to_change(member: Member, pk: UUID) -> Company:
    """Raises Http404 for a company that is not there for this member, Forbidden if they only may read it."""
    company = company_to_see(member, pk)
    must_be_writer(member)
    return company


def company_to_restore(member: Member, pk: UUID) -> Company:
    """A company in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    company: Company = get_object_or_404(Company.objects.deleted(), pk=pk)
    must_be_writer(member)
    return company
