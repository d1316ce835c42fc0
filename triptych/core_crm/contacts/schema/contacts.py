"""Contacts in the API."""

from datetime import date
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import UNSET, relay

from triptych.core_crm.contacts import access, actions, models
from triptych.core_crm.contacts.schema.companies import Address, AddressInput, Company, company_list
from triptych.core_crm.custom_fields.querying import own_where
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    BooleanFilter,
    DateTimeFilter,
    IdFilter,
    TextFilter,
    Where,
    filter_input,
)
from triptych.graphql.listings import Listing, link
from triptych.graphql.mutations import (
    Answer,
    IdInput,
    acting,
    answered,
    fields_of,
    key_of,
    mutation,
    record_chosen,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.own import OwnValues, own_field, own_input
from triptych.graphql.records import Record
from triptych.graphql.schema import Member
from triptych.platform import search


@strawberry.type(description="An email address of somebody.")
class Email:
    email: str
    label: str = strawberry.field(description="What it is used for, e.g. work.")


@strawberry.type(description="A phone number of somebody.")
class Phone:
    phone: str
    label: str = strawberry.field(description="What it is used for, e.g. mobile.")


@strawberry_django.type(models.ContactCompany, name="ContactCompany", description="That somebody works for a company.")
class ContactCompany:
    company: Company | None = link("company", "Null when the caller does not see the company.")
    role: str
    is_primary: bool = strawberry_django.field(description="Whether it is the company they stand for.")
    ended_on: date | None = strawberry_django.field(description="Until when they worked there.")

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.order_by("-is_primary", "pk")


@strawberry_django.type(models.Contact, name="Contact", description="A person whom the workspace knows.")
class Contact(Record):
    salutation: str
    first_name: str
    last_name: str
    job_title: str
    do_not_call: bool
    do_not_email: bool
    description: str
    owner: Member | None
    companies: list[ContactCompany] = strawberry_django.field(
        field_name="company_links", description="Where they work or worked, the company they stand for first."
    )
    company: Company | None = company_list.one_of(
        "The company they stand for.",
        via="contact_links__contact",
        among=Q(contact_links__is_primary=True, contact_links__ended_on=None),
    )
    custom: OwnValues | None = own_field("ContactCustom")

    @strawberry_django.field(only=["first_name", "last_name", "emails"], description="Both names, or the email.")
    def name(self) -> str:
        return str(self)

    @strawberry_django.field(only=["emails"], description="The primary email address.")
    def email(self) -> str | None:
        return self.primary_email or None  # type: ignore[attr-defined]

    @strawberry_django.field(only=["emails"], description="All email addresses, the primary one first.")
    def emails(self) -> list[Email]:
        return [Email(email=entry["email"], label=entry.get("label", "")) for entry in self.emails]

    @strawberry_django.field(only=["phones"], description="All phone numbers, the primary one first.")
    def phones(self) -> list[Phone]:
        return [Phone(phone=entry["phone"], label=entry.get("label", "")) for entry in self.phones]

    @strawberry_django.field(only=["addresses"], description="All postal addresses.")
    def addresses(self) -> list[Address]:
        return [address for address in map(Address.of, self.addresses) if address]


contact_list = Listing(
    node=Contact,
    model=models.Contact,
    visible_to=access.contacts_visible_to,
    filter=filter_input(
        "ContactFilter",
        models.Contact,
        {
            "id": Where(IdFilter, "pk", of="Contact"),
            "first_name": Where(TextFilter, "first_name"),
            "last_name": Where(TextFilter, "last_name"),
            "job_title": Where(TextFilter, "job_title"),
            "email": Where(TextFilter, "email"),
            "any_email": Where(str, "emails", ask=lambda email: Q(emails__contains=[{"email": email.strip().lower()}])),
            "company": Where(IdFilter, "company_links__company", of="Company", many=True),
            "owner": Where(IdFilter, "owner", of="Member"),
            "do_not_call": Where(BooleanFilter, "do_not_call"),
            "do_not_email": Where(BooleanFilter, "do_not_email"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("contact"),
        },
    ),
    order=ordering_input(
        "ContactOrder",
        {"NAME": By("sort_key"), "CREATED_AT": By("created_at"), "UPDATED_AT": By("updated_at")},
    ),
    default_order=(By("sort_key"),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("contact", words).values("pk")),
)


@strawberry.type
class CompanyLists:
    contacts = contact_list.nested("Who works or worked there.", via="company_links__company")


@strawberry.type
class Queries:
    contact = contact_list.singular("A contact by id.")
    contacts = contact_list.plural("Contacts, by name.")


@strawberry.input
class EmailInput:
    email: str
    label: str = ""


@strawberry.input
class PhoneInput:
    phone: str
    label: str = ""


@strawberry.input(description="That the contact works, or worked, for a company.")
class ContactCompanyInput:
    company: relay.GlobalID
    role: str = ""
    is_primary: bool = False
    ended_on: date | None = None


@strawberry.input
class ContactFields:
    salutation: str | None = UNSET
    first_name: str | None = UNSET
    last_name: str | None = UNSET
    job_title: str | None = UNSET
    emails: list[EmailInput] | None = strawberry.field(default=UNSET, description="All of them, the primary one first.")
    phones: list[PhoneInput] | None = strawberry.field(default=UNSET, description="All of them, the primary one first.")
    addresses: list[AddressInput] | None = strawberry.field(default=UNSET, description="All of them.")
    companies: list[ContactCompanyInput] | None = strawberry.field(default=UNSET, description="All of them.")
    do_not_call: bool | None = UNSET
    do_not_email: bool | None = UNSET
    description: str | None = UNSET
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member; at first whoever creates it.")
    custom: OwnValues | None = own_input("ContactCustomInput")


@strawberry.input(description="A contact needs a last name, a first name or an email address.")
class CreateContactInput(ContactFields):
    pass


@strawberry.input(description="Only the given fields change.")
class UpdateContactInput(ContactFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteContactInput(IdInput):
    pass


@strawberry.input
class RestoreContactInput(IdInput):
    pass


@strawberry.type
class ContactPayload(Answer):
    contact = answered("contact", contact_list)


@strawberry.type
class Mutations:
    @mutation
    def create_contact(self, info: ApiInfo, input: CreateContactInput) -> ContactPayload:
        """Keep a new contact."""
        return ContactPayload.of(contact=actions.create_contact(**acting(info), **_fields(info, input)))

    @mutation
    def update_contact(self, info: ApiInfo, input: UpdateContactInput) -> ContactPayload:
        """Change the given fields of a contact; lists are replaced as a whole."""
        contact = access.contact_to_change(info.context.member, key_of(input.id, contact_list))
        fields = _fields(info, input)
        contact = actions.update_contact(contact=contact, version=version_of(input), **acting(info), **fields)
        return ContactPayload.of(contact=contact)

    @mutation
    def delete_contact(self, info: ApiInfo, input: DeleteContactInput) -> ContactPayload:
        """Put a contact into the bin."""
        contact = access.contact_to_delete(info.context.member, key_of(input.id, contact_list))
        return ContactPayload.of(contact=actions.delete_contact(contact=contact, **acting(info)))

    @mutation
    def restore_contact(self, info: ApiInfo, input: RestoreContactInput) -> ContactPayload:
        """Take a contact out of the bin."""
        contact = access.contact_to_restore(info.context.member, key_of(input.id, contact_list))
        return ContactPayload.of(contact=actions.restore_contact(contact=contact, **acting(info)))


def _fields(info: ApiInfo, input: ContactFields) -> dict[str, Any]:
    fields = fields_of(info, input, models.Contact)
    if "companies" in fields:
        fields["companies"] = [_company_link(info, given) for given in fields["companies"] or ()]
    return fields


def _company_link(info: ApiInfo, given: dict[str, Any]) -> actions.CompanyLink:
    company = record_chosen(info, given.pop("company"), company_list, field="companies")
    return actions.CompanyLink(company=company, **given)
