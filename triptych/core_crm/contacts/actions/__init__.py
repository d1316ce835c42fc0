"""Every write to contacts and companies."""

from triptych.core_crm.contacts.actions.bulk import (
    create_companies_in_bulk,
    create_contacts_in_bulk,
    update_companies_in_bulk,
    update_contacts_in_bulk,
)
from triptych.core_crm.contacts.actions.companies import (
    CompanyFields,
    create_company,
    delete_company,
    restore_company,
    update_company,
)
from triptych.core_crm.contacts.actions.contacts import (
    CompanyLink,
    ContactFields,
    create_contact,
    delete_contact,
    restore_contact,
    update_contact,
)
from triptych.core_crm.contacts.actions.links import end_link, link_contact, make_primary, unlink_contact

__all__ = [
    "CompanyFields",
    "CompanyLink",
    "ContactFields",
    "create_companies_in_bulk",
    "create_company",
    "create_contact",
    "create_contacts_in_bulk",
    "delete_company",
    "delete_contact",
    "end_link",
    "link_contact",
    "make_primary",
    "restore_company",
    "restore_contact",
    "unlink_contact",
    "update_companies_in_bulk",
    "update_company",
    "update_contact",
    "update_contacts_in_bulk",
]
