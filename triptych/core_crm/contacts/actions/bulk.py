"""Many companies and contacts at once, for imports: the same rules, a handful of statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from triptych.core_crm.contacts.actions.companies import CompanyFields, change_company, checked_company
from triptych.core_crm.contacts.actions.companies import search_entry as company_entry
from triptych.core_crm.contacts.actions.contacts import ContactFields, change_contact, checked_contact, links_of
from triptych.core_crm.contacts.actions.contacts import search_entry as contact_entry
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.platform import events, search
from triptych.platform.records import save_many
from triptych.tenants.members.models import Member


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
    events.announce_in_bulk("company.created_in_bulk", companies, by=by, at=now)
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
    events.announce_in_bulk("contact.created_in_bulk", contacts, by=by, at=now)
    return contacts


@transaction.atomic
def update_companies_in_bulk(rows: Mapping[UUID, CompanyFields], *, by: Member | None, now: datetime) -> list[Company]:
    """Change these fields of these companies (id → fields, no parents); those that changed.

    Announces `company.updated` for each of them, as `update_company` does.

    Raises:
        Refused: as `update_company`, for the first that breaks a rule.
    """
    known = Company.objects.select_for_update().order_by("pk").in_bulk(list(rows))
    changes = {pk: change_company(known[pk], by=by, **fields) for pk, fields in rows.items() if pk in known}
    changed = [known[pk] for pk, of_one in changes.items() if of_one]
    for company in changed:
        company.touch(at=now)
    save_many(changed, {"domain", "sort_key", *(name for of_one in changes.values() for name in of_one)})
    search.index_many(company_entry(company) for company in changed)
    told = [(company, {"changed": sorted(changes[company.pk])}) for company in changed]
    events.announce_many("company.updated", told, by=by, at=now)
    return changed


@transaction.atomic
def update_contacts_in_bulk(rows: Mapping[UUID, ContactFields], *, by: Member | None, now: datetime) -> list[Contact]:
    """Change these fields of these contacts (id → fields); those that changed.

    Announces `contact.updated` for each of them, as `update_contact` does.

    Raises:
        Refused: as `update_contact`, for the first that breaks a rule.
    """
    known = Contact.objects.select_for_update().with_companies().order_by("pk").in_bulk(list(rows))
    outcomes = {pk: change_contact(known[pk], by=by, **fields) for pk, fields in rows.items() if pk in known}
    changed = [known[pk] for pk, (changes, _links) in outcomes.items() if changes]
    for contact in changed:
        contact.touch(at=now)
    names = {name for changes, _links in outcomes.values() for name in changes} - {"companies"}
    save_many(changed, {"sort_key", *names})
    search.index_many(contact_entry(contact, outcomes[contact.pk][1]) for contact in changed)
    told = [(contact, {"changed": sorted(outcomes[contact.pk][0])}) for contact in changed]
    events.announce_many("contact.updated", told, by=by, at=now)
    return changed
