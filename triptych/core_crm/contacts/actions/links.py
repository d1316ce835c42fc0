"""Writes to the links between a contact and companies, one at a time. Rights are checked by `access` before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts.actions.contacts import CompanyLink, update_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def link_contact(
    *, contact: Contact, company: Company, role: str = "", is_primary: bool = False, by: Member | None, now: datetime
) -> Contact:
    """Note that a contact works for a company; a link that has ended begins anew. Announces `contact.updated`.

    Raises:
        Refused: they work there already, or the role is longer than 100 characters.
    """

    def linked(links: list[CompanyLink]) -> list[CompanyLink]:
        if any(link.company.pk == company.pk and link.ended_on is None for link in links):
            raise Refused(_("%(contact)s works there already.") % {"contact": contact}, field="company")
        others = [link for link in links if link.company.pk != company.pk]
        if is_primary:
            others = [replace(link, is_primary=False) for link in others]
        return [*others, CompanyLink(company, role, is_primary)]

    return _with_links(contact, linked, by, now)


def unlink_contact(*, contact: Contact, company: Company, by: Member | None, now: datetime) -> Contact:
    """Take a link away as if it had never been. Announces `contact.updated`."""
    return _with_links(contact, lambda links: [link for link in links if link.company.pk != company.pk], by, now)


def end_link(*, contact: Contact, company: Company, on: date, by: Member | None, now: datetime) -> Contact:
    """Note that a contact no longer works for a company since that day. Announces `contact.updated`."""

    def ended(links: list[CompanyLink]) -> list[CompanyLink]:
        return [
            replace(link, ended_on=on, is_primary=False) if link.company.pk == company.pk else link for link in links
        ]

    return _with_links(contact, ended, by, now)


def make_primary(*, contact: Contact, company: Company, by: Member | None, now: datetime) -> Contact:
    """Make a company the one that a contact stands for. Announces `contact.updated`."""

    def chosen(links: list[CompanyLink]) -> list[CompanyLink]:
        return [
            replace(link, is_primary=True, ended_on=None)
            if link.company.pk == company.pk
            else replace(link, is_primary=False)
            for link in links
        ]

    return _with_links(contact, chosen, by, now)


@transaction.atomic
def _with_links(
    contact: Contact, changed: Callable[[list[CompanyLink]], list[CompanyLink]], by: Member | None, now: datetime
) -> Contact:
    """Replace the links by what `changed` makes of them, with nobody else in between."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    links = [
        CompanyLink(link.company, link.role, link.is_primary, link.ended_on)
        for link in contact.company_links.select_related("company").order_by("-is_primary", "pk")
    ]
    return update_contact(contact=contact, by=by, now=now, companies=changed(links))
