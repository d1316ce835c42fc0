"""Companies in the API."""

from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from strawberry import UNSET, relay

from triptych.core_crm.contacts import access, actions, models
from triptych.core_crm.custom_fields.querying import own_where
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    DateTimeFilter,
    DecimalFilter,
    IdFilter,
    IntFilter,
    TextFilter,
    Where,
    choice_filter,
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
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.own import OwnValues, own_field, own_input
from triptych.graphql.records import Record
from triptych.graphql.schema import Member
from triptych.platform import search

strawberry.enum(models.Company.Type, name="CompanyType")


@strawberry.type(description="A postal address.")
class Address:
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    label: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Address | None":
        """The address as it is kept in a record; None when there is none."""
        return cls(**{key: str(kept.get(key) or "") for key in cls.__annotations__}) if kept else None


@strawberry_django.type(models.Company, name="Company", description="A business that the workspace knows.")
class Company(Record):
    name: str
    website: str
    domain: str
    type: models.Company.Type
    industry: str
    number_of_employees: int | None
    annual_revenue: Decimal | None
    currency: str = strawberry_django.field(description="ISO 4217 code of the annual revenue.")
    founded_year: int | None
    phone: str
    description: str
    owner: Member | None
    parent: "Company | None" = link("parent", "The company it belongs to.")
    custom: OwnValues | None = own_field("CompanyCustom")

    @strawberry_django.field(only=["billing_address"], description="Where invoices go.")
    def billing_address(self) -> Address | None:
        return Address.of(self.billing_address)

    @strawberry_django.field(only=["shipping_address"], description="Where goods go.")
    def shipping_address(self) -> Address | None:
        return Address.of(self.shipping_address)


company_list = Listing(
    node=Company,
    model=models.Company,
    visible_to=access.companies_visible_to,
    filter=filter_input(
        "CompanyFilter",
        models.Company,
        {
            "id": Where(IdFilter, "pk", of="Company"),
            "name": Where(TextFilter, "name"),
            "domain": Where(TextFilter, "domain"),
            "type": Where(choice_filter(models.Company.Type), "type"),
            "industry": Where(TextFilter, "industry"),
            "number_of_employees": Where(IntFilter, "number_of_employees"),
            "annual_revenue": Where(DecimalFilter, "annual_revenue"),
            "phone": Where(TextFilter, "phone"),
            "parent": Where(IdFilter, "parent", of="Company"),
            "owner": Where(IdFilter, "owner", of="Member"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("company"),
        },
    ),
    order=ordering_input(
        "CompanyOrder",
        {
            "NAME": By("sort_key"),
            "CREATED_AT": By("created_at"),
            "UPDATED_AT": By("updated_at"),
            "ANNUAL_REVENUE": By("annual_revenue"),
            "NUMBER_OF_EMPLOYEES": By("number_of_employees"),
        },
    ),
    default_order=(By("sort_key"),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("company", words).values("pk")),
)


@strawberry.type
class CompanyLists:
    subsidiaries = company_list.nested("The companies that belong to it.", via="parent")


@strawberry.type
class Queries:
    company = company_list.singular("A company by id.")
    companies = company_list.plural("Companies, by name.")


@strawberry.input
class AddressInput:
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    label: str = ""


@strawberry.input
class CompanyFields:
    website: str | None = UNSET
    domain: str | None = strawberry.field(default=UNSET, description="Read from the website when it is left out.")
    type: models.Company.Type | None = UNSET
    industry: str | None = UNSET
    number_of_employees: int | None = UNSET
    annual_revenue: Decimal | None = UNSET
    currency: str | None = strawberry.field(default=UNSET, description="ISO 4217 code of the annual revenue.")
    founded_year: int | None = UNSET
    phone: str | None = UNSET
    billing_address: AddressInput | None = UNSET
    shipping_address: AddressInput | None = UNSET
    description: str | None = UNSET
    parent: relay.GlobalID | None = UNSET
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member; at first whoever creates it.")
    custom: OwnValues | None = own_input("CompanyCustomInput")


@strawberry.input
class CreateCompanyInput(CompanyFields):
    name: str


@strawberry.input(description="Only the given fields change.")
class UpdateCompanyInput(CompanyFields):
    id: relay.GlobalID
    name: str | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteCompanyInput(IdInput):
    pass


@strawberry.input
class RestoreCompanyInput(IdInput):
    pass


@strawberry.type
class CompanyPayload(Answer):
    company = answered("company", company_list)


@strawberry.type
class Mutations:
    @mutation
    def create_company(self, info: ApiInfo, input: CreateCompanyInput) -> CompanyPayload:
        """Keep a new company."""
        company = actions.create_company(**acting(info), **fields_of(info, input, models.Company))
        return CompanyPayload.of(company=company)

    @mutation
    def update_company(self, info: ApiInfo, input: UpdateCompanyInput) -> CompanyPayload:
        """Change the given fields of a company."""
        company = access.company_to_change(info.context.member, key_of(input.id, company_list))
        fields = fields_of(info, input, models.Company)
        company = actions.update_company(company=company, version=version_of(input), **acting(info), **fields)
        return CompanyPayload.of(company=company)

    @mutation
    def delete_company(self, info: ApiInfo, input: DeleteCompanyInput) -> CompanyPayload:
        """Put a company into the bin; what refers to it stays as it is."""
        company = access.company_to_delete(info.context.member, key_of(input.id, company_list))
        return CompanyPayload.of(company=actions.delete_company(company=company, **acting(info)))

    @mutation
    def restore_company(self, info: ApiInfo, input: RestoreCompanyInput) -> CompanyPayload:
        """Take a company out of the bin."""
        company = access.company_to_restore(info.context.member, key_of(input.id, company_list))
        return CompanyPayload.of(company=actions.restore_company(company=company, **acting(info)))
