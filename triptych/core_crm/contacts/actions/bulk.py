"""Many companies and contacts at once, for imports: the same rules, a handful of statements."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from triptych.core_crm.contacts.actions.companies import CompanyFields, checked_company
from triptych.core_crm.contacts.actions.companies import search_entry as company_entry
from triptych.core_crm.contacts.actions.contacts import ContactFields, checked_contact, links_of
from triptych.core_crm.contacts.actions.contacts import search_entry as contact_entry
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.platform import events, search
from triptych.tenants.members.models import Member

CHUNK = 1_000


@transaction.atomic
def create_companies_in_bulk(rows: Sequence[CompanyFields], *, by: Member | None, now: datetime) -> list[Company]:
    """Keep all these companies, in the order given; all or none.

    Announces `company.created_in_bulk` once for each thousand, with their ids as the fact `ids`.

    Raises:
        Refused: as `create_company`, for the first that breaks a rule.
    """
    companies = [checked_company(by=by, now=now, **row) for row in rows]
    Company.objects.bulk_create(companies)
    search.index_many(company_entry(company) for company in companies)
    for start in range(0, len(companies), CHUNK):
        ids = [str(company.pk) for company in companies[start : start + CHUNK]]
        events.announce("company.created_in_bulk", None, by=by, at=now, ids=ids)
    return companies


@transaction.atomic
def create_contacts_in_bulk(rows: Sequence[ContactFields], *, by: Member | None, now: datetime) -> list[Contact]:
    """Keep all these contacts with their companies, in the order given; all or none.

    Announces `contact.created_in_bulk` once for each thousand, with their ids as the fact `ids`.

    Raises:
        Refused: as `create_contact`, for the first that breaks a rule.
    """
    checked = [checked_contact(by=by, now=now, **row) for row in rows]
    contacts = [contact for contact, _links in checked]
    Contact.objects.bulk_create(contacts)
    ContactCompany.objects.bulk_create(one for contact, links in checked for one in links_of(contact, links))
    search.index_many(contact_entry(contact, links) for contact, links in checked)
    for start in range(0, len(contacts), CHUNK):
        ids = [str(contact.pk) for contact in contacts[start : start + CHUNK]]
        events.announce("contact.created_in_bulk", None, by=by, at=now, ids=ids)
    return contacts
