"""Leads in the API: thin doors to `access` and `actions`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from strawberry import UNSET, relay

from triptych.core_crm.contacts.schema.companies import Company, company_list
from triptych.core_crm.contacts.schema.contacts import Contact, contact_list
from triptych.core_crm.custom_fields.querying import own_where
from triptych.core_crm.deals.schema.deals import Deal, deal_list
from triptych.core_crm.deals.schema.pipelines import stage_list
from triptych.core_crm.leads import access, actions, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
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
    sent,
    version_of,
)
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.own import OwnValues, own_field, own_input
from triptych.graphql.records import Record
from triptych.graphql.schema import Member
from triptych.platform import search
from triptych.platform.plugins import GraphQLExtension

strawberry.enum(models.Lead.Status, name="LeadStatus")


@strawberry_django.type(models.Lead, name="Lead", description="Somebody who might buy, before they are a contact.")
class Lead(Record):
    first_name: str
    last_name: str
    company_name: str
    job_title: str
    email: str
    phone: str
    website: str
    status: models.Lead.Status
    source: str
    industry: str
    campaign: str
    description: str
    lost_reason: str
    owner: Member | None
    converted_at: datetime | None
    converted_contact: Contact | None = link("converted_contact", "The contact it has become.")
    converted_company: Company | None = link("converted_company", "The company it has become.")
    converted_deal: Deal | None = link("converted_deal", "The deal it has become.")
    custom: OwnValues | None = own_field("LeadCustom")

    @strawberry_django.field(
        only=["first_name", "last_name", "company_name", "email"],
        description="Both names, or the company, or the email.",
    )
    def name(self) -> str:
        return str(self)


lead_list = Listing(
    node=Lead,
    model=models.Lead,
    visible_to=access.leads_visible_to,
    filter=filter_input(
        "LeadFilter",
        models.Lead,
        {
            "id": Where(IdFilter, "pk", of="Lead"),
            "first_name": Where(TextFilter, "first_name"),
            "last_name": Where(TextFilter, "last_name"),
            "company_name": Where(TextFilter, "company_name"),
            "email": Where(TextFilter, "email"),
            "phone": Where(TextFilter, "phone"),
            "status": Where(choice_filter(models.Lead.Status), "status"),
            "source": Where(TextFilter, "source"),
            "industry": Where(TextFilter, "industry"),
            "campaign": Where(TextFilter, "campaign"),
            "owner": Where(IdFilter, "owner", of="Member"),
            "converted_at": Where(DateTimeFilter, "converted_at"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("lead"),
        },
    ),
    order=ordering_input(
        "LeadOrder",
        {
            "NAME": By("sort_key"),
            "STATUS": By("status"),
            "CREATED_AT": By("created_at"),
            "UPDATED_AT": By("updated_at"),
        },
    ),
    default_order=(By("created_at", descending=True),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("lead", words).values("pk")),
)


@strawberry.type
class Queries:
    lead = lead_list.singular("A lead by id.")
    leads = lead_list.plural("Leads, the newest first.")


@strawberry.input
class LeadFields:
    first_name: str | None = UNSET
    last_name: str | None = UNSET
    company_name: str | None = UNSET
    job_title: str | None = UNSET
    email: str | None = UNSET
    phone: str | None = UNSET
    website: str | None = UNSET
    status: models.Lead.Status | None = strawberry.field(
        default=UNSET, description="CONVERTED comes with convertLead alone."
    )
    source: str | None = UNSET
    industry: str | None = UNSET
    campaign: str | None = UNSET
    description: str | None = UNSET
    lost_reason: str | None = strawberry.field(default=UNSET, description="Needed with the status DEAD.")
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member; at first whoever creates it.")
    custom: OwnValues | None = own_input("LeadCustomInput")


@strawberry.input(description="A lead needs a name, a company or an email address.")
class CreateLeadInput(LeadFields):
    pass


@strawberry.input(description="Only the given fields change.")
class UpdateLeadInput(LeadFields):
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteLeadInput(IdInput):
    pass


@strawberry.input
class RestoreLeadInput(IdInput):
    pass


@strawberry.input
class RecycleLeadInput(IdInput):
    pass


@strawberry.input
class UndoConversionInput(IdInput):
    pass


@strawberry.input
class MarkLeadDeadInput:
    id: relay.GlobalID
    reason: str


@strawberry.input(description="What the deal of a conversion has that differs from the usual.")
class ConvertedDealInput:
    name: str | None = UNSET
    amount: Decimal | None = UNSET
    currency: str | None = UNSET
    close_date: date | None = UNSET
    next_step: str | None = UNSET
    next_step_date: date | None = UNSET


@strawberry.input
class ConvertLeadInput:
    id: relay.GlobalID
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")
    contact: relay.GlobalID | None = strawberry.field(default=None, description="One to use instead of a new one.")
    company: relay.GlobalID | None = strawberry.field(default=None, description="One to use instead of a new one.")
    with_company: bool = strawberry.field(default=True, description="Whether a company is made if the lead names one.")
    with_deal: bool = strawberry.field(default=True, description="Whether a deal is made.")
    stage: relay.GlobalID | None = strawberry.field(default=None, description="Where the deal begins.")
    deal: ConvertedDealInput | None = None


@strawberry.type
class LeadPayload(Answer):
    lead = answered("lead", lead_list)


@strawberry.type
class ConvertLeadPayload(Answer):
    lead = answered("lead", lead_list)
    contact = answered("contact", contact_list)
    company = answered("company", company_list)
    deal = answered("deal", deal_list)


def _chosen(info: ApiInfo, given: relay.GlobalID | None, among: Listing, field: str) -> Any:
    return record_chosen(info, given, among, field=field) if given else None


@strawberry.type
class Mutations:
    @mutation
    def create_lead(self, info: ApiInfo, input: CreateLeadInput) -> LeadPayload:
        """Keep a new lead."""
        return LeadPayload.of(lead=actions.create_lead(**acting(info), **fields_of(info, input, models.Lead)))

    @mutation
    def update_lead(self, info: ApiInfo, input: UpdateLeadInput) -> LeadPayload:
        """Change the given fields of a lead that is not converted."""
        lead = access.lead_to_change(info.context.member, key_of(input.id, lead_list))
        fields = fields_of(info, input, models.Lead)
        lead = actions.update_lead(lead=lead, version=version_of(input), **acting(info), **fields)
        return LeadPayload.of(lead=lead)

    @mutation
    def convert_lead(self, info: ApiInfo, input: ConvertLeadInput) -> ConvertLeadPayload:
        """Make a lead a contact with a company and a deal. undoConversion takes it all back."""
        lead = access.lead_to_change(info.context.member, key_of(input.id, lead_list))
        done = actions.convert_lead(
            lead=lead,
            version=version_of(input),
            contact=_chosen(info, input.contact, contact_list, "contact"),
            company=_chosen(info, input.company, company_list, "company"),
            with_company=input.with_company,
            with_deal=input.with_deal,
            stage=_chosen(info, input.stage, stage_list, "stage"),
            deal=sent(input.deal) if input.deal else None,  # type: ignore[arg-type]
            **acting(info),
        )
        return ConvertLeadPayload.of(lead=done.lead, contact=done.contact, company=done.company, deal=done.deal)

    @mutation
    def undo_conversion(self, info: ApiInfo, input: UndoConversionInput) -> LeadPayload:
        """Take a conversion back: the lead is as before, what was made for it goes into the bin."""
        lead = access.lead_to_change(info.context.member, key_of(input.id, lead_list))
        return LeadPayload.of(lead=actions.undo_conversion(lead=lead, **acting(info)))

    @mutation
    def mark_lead_dead(self, info: ApiInfo, input: MarkLeadDeadInput) -> LeadPayload:
        """Give a lead up, and say why."""
        lead = access.lead_to_change(info.context.member, key_of(input.id, lead_list))
        return LeadPayload.of(lead=actions.mark_lead_dead(lead=lead, reason=input.reason, **acting(info)))

    @mutation
    def recycle_lead(self, info: ApiInfo, input: RecycleLeadInput) -> LeadPayload:
        """Take up again a lead that was given up."""
        lead = access.lead_to_change(info.context.member, key_of(input.id, lead_list))
        return LeadPayload.of(lead=actions.recycle_lead(lead=lead, **acting(info)))

    @mutation
    def delete_lead(self, info: ApiInfo, input: DeleteLeadInput) -> LeadPayload:
        """Put a lead into the bin."""
        lead = access.lead_to_delete(info.context.member, key_of(input.id, lead_list))
        return LeadPayload.of(lead=actions.delete_lead(lead=lead, **acting(info)))

    @mutation
    def restore_lead(self, info: ApiInfo, input: RestoreLeadInput) -> LeadPayload:
        """Take a lead out of the bin."""
        lead = access.lead_to_restore(info.context.member, key_of(input.id, lead_list))
        return LeadPayload.of(lead=actions.restore_lead(lead=lead, **acting(info)))


extensions = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
