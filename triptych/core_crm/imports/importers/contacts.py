"""Contacts, with the company they work for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Concat, Trim
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.contacts import actions, channels
from triptych.core_crm.contacts.actions import CompanyLink
from triptych.core_crm.contacts.actions.contacts import search_entry
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.duplicates.comparing import comparable
from triptych.core_crm.duplicates.matching import NOBODY, Comparable
from triptych.core_crm.imports.images import image_of
from triptych.core_crm.imports.importer import Change, Field, Importer, Kind, Problem, Row, Unknown, Writing
from triptych.core_crm.imports.importers.companies import (
    PARTS,
    address_fields,
    made_for,
    owner_field,
    owner_of,
    owners_of,
)
from triptych.core_crm.imports.importers.words import with_full_names
from triptych.core_crm.imports.profiling import Profile
from triptych.core_crm.rights.access import field_rights
from triptych.platform import search
from triptych.platform.refusals import Refused

KIND, LINK_KIND = "contacts.contact", "contacts.contactcompany"


class ContactImporter(Importer):
    name = "contacts"
    home = "/contacts/"
    label = _("Contacts")
    icon = "address-book"
    model = Contact
    search_kind = "contact"
    reference_synonyms = ("contact id",)
    compared_as = "contact"
    other_names_from = "email"
    telling = ("last_name", "first_name", "full_name", "email")
    parts = (LINK_KIND,)

    def fields(self) -> tuple[Field, ...]:
        return (
            Field("last_name", _("Last name"), synonyms=("surname", "family name", "name"), max_length=100),
            Field("first_name", _("First name"), synonyms=("given name", "forename"), max_length=100),
            Field("full_name", _("Full name"), synonyms=("contact", "contact name", "person"), max_length=200),
            Field(
                "email",
                _("Email"),
                Kind.EMAIL,
                ("mail", "e-mail", "email address"),
                max_length=254,
                clean=channels.clean_email,
            ),
            Field(
                "other_email",
                _("Second email"),
                Kind.EMAIL,
                ("email 2", "private email"),
                max_length=254,
                clean=channels.clean_email,
            ),
            Field(
                "phone",
                _("Phone"),
                Kind.PHONE,
                ("telephone", "phone number", "tel", "work phone"),
                max_length=50,
                clean=channels.clean_phone,
            ),
            Field(
                "mobile",
                _("Mobile"),
                Kind.PHONE,
                ("mobile phone", "cell", "cell phone"),
                max_length=50,
                clean=channels.clean_phone,
            ),
            Field(
                "company",
                _("Company"),
                Kind.LINK,
                ("account", "company name", "employer", "organisation", "organization"),
                link="companies",
                unknown=Unknown.CREATE,
            ),
            Field("job_title", _("Job title"), synonyms=("title", "position", "role"), max_length=150),
            Field("salutation", _("Salutation"), synonyms=("prefix", "mr/ms"), max_length=30),
            owner_field(),
            *address_fields(),
            Field("do_not_call", _("Do not call"), Kind.BOOLEAN, ("no calls",)),
            Field("do_not_email", _("Do not email"), Kind.BOOLEAN, ("unsubscribed", "opt out", "no email")),
            Field("description", _("Description"), Kind.LONG_TEXT, ("notes", "comment")),
        )

    def names(self) -> Iterable[tuple[UUID, str]]:
        full = Trim(Concat(F("first_name"), Value(" "), F("last_name")))
        return Contact.objects.alive().order_by("created_at", "pk").values_list("pk", full).iterator()

    def other_names(self) -> Iterable[tuple[UUID, str]]:
        with_email = Contact.objects.alive().exclude(email="").order_by("created_at", "pk")
        return with_email.values_list("pk", "email").iterator()

    def comparable(self, row: Row) -> Comparable:
        return comparable(
            NOBODY,
            name=self.name_of(row),
            emails=[str(row.values.get(name, "")) for name in ("email", "other_email")],
            phones=[str(row.values.get(name, "")) for name in ("phone", "mobile")],
            company=row.texts.get("company", ""),
        )

    def refined(self, mapping: dict[str, str], profile: Profile) -> dict[str, str]:
        return with_full_names(mapping, profile)

    def name_of(self, row: Row) -> str:
        first, last = names_in(row)
        return f"{first} {last}".strip()

    def held(self, record: Contact, name: str) -> Any:
        if name in PARTS:
            return record.addresses and record.addresses[0].get(name)
        several = {"email": record.emails, "other_email": record.emails[1:], "phone": record.phones}
        if name in ("mobile", "company"):
            return record.phones if name == "mobile" else record.company_links.exists()
        return several[name] if name in several else super().held(record, name)

    def key(self, row: Row) -> str:
        return str(row.values.get("email", ""))

    def recognised(self, keys: Collection[str]) -> dict[str, UUID]:
        found: dict[str, UUID] = {}
        rows = Contact.objects.alive().filter(email__in=keys).order_by("created_at", "pk")
        for email, pk in rows.values_list("email", "pk"):
            found.setdefault(email, pk)
        return found

    def problems(self, row: Row) -> Iterator[Problem]:
        if not any(row.values.get(name) for name in ("last_name", "first_name", "full_name", "email")):
            message = _("The row has neither a name nor an email, so nobody could find this contact.")
            yield Problem("last_name", "nameless", str(message), refuses=True)

    def write(self, rows: Sequence[Row], writing: Writing) -> list[Change]:
        existing = Contact.objects.with_companies().in_bulk([row.existing for row in rows if row.existing])
        companies = Company.objects.in_bulk({row.values["company"] for row in rows if "company" in row.values})
        owners = owners_of(rows)
        updates: dict[UUID, tuple[Row, actions.ContactFields]] = {}
        new: list[tuple[Row, actions.ContactFields]] = []
        for row in rows:
            contact = existing.get(row.existing) if row.existing else None
            fields = _fields(row, contact)
            if contact is None or "owner" in row.values:
                fields["owner"] = owner_of(row, owners, writing)
            if company := companies.get(row.values.get("company")):
                fields["companies"] = _links(contact, company)
            if contact is None:
                new.append((row, cast(actions.ContactFields, fields)))
            else:
                updates[contact.pk] = (row, cast(actions.ContactFields, fields))
        changes = _update(updates, existing, writing)
        made = actions.create_contacts_in_bulk([fields for _row, fields in new], by=writing.by, now=writing.at)
        return [*changes, *made_for([row for row, _fields in new], made, KIND)]

    def new_named(self, names: Sequence[str], writing: Writing) -> list[Change]:
        takes_emails = "emails" not in field_rights(writing.by, Contact)
        named = [{"email" if takes_emails and _is_email(name) else "full_name": name} for name in names]
        return self.write([Row(0, dict(one), one) for one in named], writing)

    def search_entries(self, records: Sequence[Contact]) -> Iterable[search.Entry]:
        fresh = Contact.objects.with_companies().filter(pk__in=[record.pk for record in records])
        return (search_entry(contact, contact.current_links) for contact in fresh)


def _is_email(name: str) -> bool:
    try:
        return "@" in name and bool(channels.clean_email(name))
    except Refused:
        return False


def _fields(row: Row, contact: Contact | None) -> dict[str, Any]:
    """The row as the actions want it: lists of emails, phones and addresses, the row's own first."""
    combined = PARTS | {"full_name", "email", "other_email", "phone", "mobile", "company", "owner", "reference"}
    fields = {name: value for name, value in row.values.items() if name not in combined}
    if "full_name" in row.values:
        fields["first_name"], fields["last_name"] = names_in(row)
    emails = [row.values[name] for name in ("email", "other_email") if row.values.get(name)]
    if emails:
        fields["emails"] = [*emails, *(contact.emails if contact else ())]
    phones = [(row.values.get("phone"), ""), (row.values.get("mobile"), "mobile")]
    given = [{"phone": phone, "label": label} for phone, label in phones if phone]
    if given:
        fields["phones"] = [*given, *(contact.phones if contact else ())]
    address = {name: value for name, value in row.values.items() if name in PARTS}
    if address:
        fields["addresses"] = [address, *(contact.addresses[1:] if contact else ())]
    return fields


def names_in(row: Row) -> tuple[str, str]:
    """First and last name, out of the full name where they have no columns of their own."""
    full = str(row.values.get("full_name", ""))
    last, comma, first = full.partition(",")
    if not comma:
        first, _space, last = full.rpartition(" ")
    return row.values.get("first_name", first.strip()[:100]), row.values.get("last_name", last.strip()[:100])


def _links(contact: Contact | None, company: Company) -> list[CompanyLink]:
    """The companies the contact has, and this one if it is not among them."""
    links = [
        CompanyLink(link.company, link.role, link.is_primary, link.ended_on)
        for link in (contact.company_links.all() if contact else ())
    ]
    known = {link.company.pk for link in links}
    return links if company.pk in known else [*links, CompanyLink(company)]


def _update(
    updates: Mapping[UUID, tuple[Row, actions.ContactFields]], contacts: Mapping[UUID, Contact], writing: Writing
) -> list[Change]:
    """Update contacts, and note their links before and after: replacing them makes new rows."""
    before = {pk: image_of(contacts[pk]) for pk in updates}
    links = {link.pk: (pk, image_of(link)) for pk in updates for link in contacts[pk].company_links.all()}
    given = {pk: fields for pk, (_row, fields) in updates.items()}
    actions.update_contacts_in_bulk(given, by=writing.by, now=writing.at)
    now = dict(ContactCompany.objects.filter(contact__in=updates).values_list("pk", "contact_id"))
    return [
        *(Change(row.number, KIND, pk, before[pk]) for pk, (row, _fields) in updates.items()),
        *(Change(updates[of][0].number, LINK_KIND, pk, image) for pk, (of, image) in links.items() if pk not in now),
        *(Change(updates[of][0].number, LINK_KIND, pk) for pk, of in now.items() if pk not in links),
    ]
