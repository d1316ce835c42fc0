"""Writes to contacts: check (rights too), write, record, announce."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from unicodedata import category

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import channels
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.custom_fields.values import words_of
from triptych.core_crm.rights.access import CHANGE, CREATE, DELETE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import Changes, apply_changes, check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class CompanyLink:
    """That a contact works for a company, as `role`, until `ended_on` if it is over."""

    company: Company
    role: str = ""
    is_primary: bool = False
    ended_on: date | None = None


class ContactFields(TypedDict, total=False):
    """What can be set on a contact. Emails and phones may be plain texts or `{email|phone, label}`, primary first."""

    salutation: str
    first_name: str
    last_name: str
    job_title: str
    emails: Iterable[Mapping[str, str] | str]
    phones: Iterable[Mapping[str, str] | str]
    addresses: Iterable[Mapping[str, Any]]
    do_not_call: bool
    do_not_email: bool
    description: str
    owner: Member | None
    companies: Sequence[CompanyLink]
    custom: Mapping[str, Any]


@transaction.atomic
def create_contact(*, by: Member | None, now: datetime, **fields: Unpack[ContactFields]) -> Contact:
    """Keep a new contact. Without an `owner` among the fields it belongs to whoever makes it.

    Announces `contact.created`.

    Raises:
        Refused: there is no name and no email, or a value breaks a rule; it names the field.
    """
    contact, links = checked_contact(by=by, now=now, **fields)
    contact.save(force_insert=True)
    ContactCompany.objects.bulk_create(links_of(contact, links))
    search.index(search_entry(contact, links))
    events.announce("contact.created", contact, by=by, at=now)
    return contact


def checked_contact(
    *, by: Member | None, now: datetime, **fields: Unpack[ContactFields]
) -> tuple[Contact, Sequence[CompanyLink]]:
    """The contact that `create_contact` would keep and its links, not kept. Raises as it does."""
    contact = Contact(created_at=now, updated_at=now, owner=by)
    links = _checked_links(fields.pop("companies", ()))
    apply_changes(contact, _cleaned(fields))
    check_fields(contact)
    _check_has_a_name(contact)
    must(by, CREATE, contact)
    return contact, links


@transaction.atomic
def update_contact(
    *, contact: Contact, by: Member | None, now: datetime, version: int | None = None, **fields: Unpack[ContactFields]
) -> Contact:
    """Change the given fields of a contact; `companies` replaces all its links.

    `version` is the one that the editor saw. Announces `contact.updated` with the names of the changed fields,
    and nothing when nothing changed.

    Raises:
        Conflict: somebody changed the contact since `version`.
        Refused: a value breaks a rule; it names the field.
    """
    contact = Contact.objects.select_for_update().with_companies().get(pk=contact.pk)
    contact.expect_version(version)
    changes, links = change_contact(contact, by=by, **fields)
    if not changes:
        return contact
    contact.save_fields(*(changes.keys() - {"companies"}), "sort_key", at=now)
    search.index(search_entry(contact, links))
    events.announce("contact.updated", contact, by=by, at=now, changed=sorted(changes))
    return contact


def change_contact(
    contact: Contact, *, by: Member | None, **fields: Unpack[ContactFields]
) -> tuple[Changes, Sequence[CompanyLink | ContactCompany]]:
    """Set these fields of a locked contact on the object, its links in the database; what has changed, and the links.
    Raises as `update_contact` does.
    """
    must(by, CHANGE, contact)
    links: Sequence[CompanyLink | ContactCompany] = contact.current_links
    given = fields.pop("companies", None)
    changes = apply_changes(contact, _cleaned(fields))
    must_set(by, contact, changes)
    if given is not None:
        links = _checked_links(given)
        changes |= _replace_links(contact, links)
    if changes:
        _check_has_a_name(contact)
    return changes, links


@transaction.atomic
def delete_contact(*, contact: Contact, by: Member | None, now: datetime) -> Contact:
    """Put a contact into the bin, from which `restore_contact` takes it. Announces `contact.deleted`."""
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    must(by, DELETE, contact)
    if contact.deleted_at:
        return contact
    contact.deleted_at = now
    contact.save_fields("deleted_at", at=now)
    search.remove(kind="contact", id=contact.pk)
    events.announce("contact.deleted", contact, by=by, at=now)
    return contact


@transaction.atomic
def restore_contact(*, contact: Contact, by: Member | None, now: datetime) -> Contact:
    """Take a contact out of the bin, as it was. Announces `contact.restored`."""
    contact = Contact.objects.select_for_update().with_companies().get(pk=contact.pk)
    must(by, DELETE, contact)
    if not contact.deleted_at:
        return contact
    contact.deleted_at = None
    contact.save_fields("deleted_at", at=now)
    search.index(search_entry(contact, contact.current_links))
    events.announce("contact.restored", contact, by=by, at=now)
    return contact


def search_entry(contact: Contact, links: Sequence[CompanyLink | ContactCompany]) -> search.Entry:
    """What the search knows of a contact: the name first; title, companies, emails, phones and towns beside it."""
    companies = [link.company.name for link in links if link.ended_on is None]
    emails = [entry["email"] for entry in contact.emails]
    phones = [channels.phone_digits(entry["phone"]) for entry in contact.phones]
    towns = [address.get("city", "") for address in contact.addresses]
    return search.Entry(
        kind="contact",
        id=contact.pk,
        title=str(contact),
        subtitle=" · ".join(filter(None, (contact.job_title, *companies[:1]))),
        url=contact.get_absolute_url(),
        owner_id=contact.owner_id,
        updated_at=contact.updated_at,
        text=" ".join((contact.job_title, *companies, *emails, *phones, *towns, words_of(contact))),
    )


def _cleaned(fields: ContactFields) -> dict[str, Any]:
    """The fields with emails, phones, addresses and texts in their one form."""
    cleaned: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in fields.items()
    }
    for name in {"first_name", "last_name"} & cleaned.keys():
        if cleaned[name] and not _shows(cleaned[name]):
            cleaned[name] = ""
    if "emails" in fields:
        cleaned["emails"] = channels.clean_emails(fields["emails"])
    if "addresses" in fields:
        cleaned["addresses"] = channels.clean_addresses(fields["addresses"])
    if "phones" in fields:
        cleaned["phones"] = channels.clean_phones(fields["phones"])
    return cleaned


def _shows(text: str) -> bool:
    """Whether there is anything in it to be seen: more than spaces, marks of direction and joiners of no width."""
    return any(category(character) not in ("Cf", "Zs", "Zl", "Zp") for character in text)


def _check_has_a_name(contact: Contact) -> None:
    if not str(contact):
        raise Refused(_("Give at least a last name, a first name or an email address."), field="last_name")


def _checked_links(links: Sequence[CompanyLink]) -> Sequence[CompanyLink]:
    """The links, with the first one that lasts as primary unless another one says it is."""
    if len({link.company.pk for link in links}) < len(links):
        raise Refused(_("A company can be named once for each contact."), field="companies")
    if sum(link.is_primary for link in links) > 1:
        raise Refused(_("Only one company can be the primary one."), field="companies")
    if any(len(link.role) > 100 for link in links):
        raise Refused(_("A role has at most 100 characters."), field="companies")
    lasting = [link for link in links if link.ended_on is None]
    primary = next((link for link in links if link.is_primary), lasting[0] if lasting else None)
    return [replace(link, role=link.role.strip(), is_primary=link is primary) for link in links]


def links_of(contact: Contact, links: Sequence[CompanyLink]) -> list[ContactCompany]:
    """The rows that say for which companies a contact works, not kept."""
    return [
        ContactCompany(
            contact=contact, company=link.company, role=link.role, is_primary=link.is_primary, ended_on=link.ended_on
        )
        for link in links
    ]


def _replace_links(contact: Contact, links: Sequence[CompanyLink]) -> Changes:
    """Write other links than the contact has; the change, or nothing when they are the same."""
    before = sorted((_link_told(link) for link in contact.company_links.all()), key=str)
    after = sorted((_link_told(link) for link in links), key=str)
    if before == after:
        return {}
    ContactCompany.objects.filter(contact=contact).delete()
    ContactCompany.objects.bulk_create(links_of(contact, links))
    contact._prefetched_objects_cache.clear()  # type: ignore[attr-defined]
    return {"companies": (before, after)}


def _link_told(link: CompanyLink | ContactCompany) -> dict[str, Any]:
    ended_on = link.ended_on.isoformat() if link.ended_on else None
    return {"company": str(link.company.pk), "role": link.role, "is_primary": link.is_primary, "ended_on": ended_on}
