"""Who may see or change contacts and companies: the one way to fetch them for somebody.

Everybody in the tenant sees everything; readers change nothing.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

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
    contact: Contact = _there(contacts_visible_to(member).select_related("owner").with_companies().filter(pk=pk))
    return contact


def contact_to_change(member: Member, pk: UUID) -> Contact:
    """Raises Http404 for a contact that is not there for this member, Forbidden if they only may read it."""
    contact = contact_to_see(member, pk)
    must_be_writer(member)
    return contact


def contact_to_restore(member: Member, pk: UUID) -> Contact:
    """A contact in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    contact: Contact = _there(Contact.objects.deleted().filter(pk=pk))
    must_be_writer(member)
    return contact


def company_to_see(member: Member, pk: UUID) -> Company:
    """Raises Http404 for a company that is not there for this member."""
    company: Company = _there(companies_visible_to(member).select_related("owner", "parent").filter(pk=pk))
    return company


def company_to_change(member: Member, pk: UUID) -> Company:
    """Raises Http404 for a company that is not there for this member, Forbidden if they only may read it."""
    company = company_to_see(member, pk)
    must_be_writer(member)
    return company


def company_to_restore(member: Member, pk: UUID) -> Company:
    """A company in the bin; raises Http404 if there is none, Forbidden if the member only may read."""
    company: Company = _there(Company.objects.deleted().filter(pk=pk))
    must_be_writer(member)
    return company


def _there(records: QuerySet[Any]) -> Any:
    record = records.first()
    if record is None:
        raise Http404
    return record
