"""Every write to contacts and companies."""

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

__all__ = [
    "CompanyFields",
    "CompanyLink",
    "ContactFields",
    "create_company",
    "create_contact",
    "delete_company",
    "delete_contact",
    "restore_company",
    "restore_contact",
    "update_company",
    "update_contact",
]
