"""Changes to deals in the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import strawberry
from strawberry import UNSET, relay

from triptych.core_crm.contacts.schema.contacts import contact_list
from triptych.core_crm.deals import access, actions, models
from triptych.core_crm.deals.schema.competing import competitor_list
from triptych.core_crm.deals.schema.deals import deal_list
from triptych.core_crm.deals.schema.pipelines import stage_list
from triptych.graphql.context import ApiInfo
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
from triptych.graphql.own import OwnValues, own_input


@strawberry.input(description="That a contact takes part in the deal.")
class DealContactInput:
    contact: relay.GlobalID
    role: models.DealContact.Role = models.DealContact.Role.OTHER


@strawberry.input
class DealFields:
    amount: Decimal | None = UNSET
    currency: str | None = strawberry.field(
        default=UNSET, description="ISO 4217 code; the workspace's own if left out."
    )
    opened_at: datetime | None = UNSET
    close_date: date | None = strawberry.field(default=UNSET, description="When it is expected to close.")
    probability: int | None = strawberry.field(default=UNSET, description="Per cent; the stage's own if left out.")
    forecast_category: models.ForecastCategory | None = UNSET
    company: relay.GlobalID | None = UNSET
    primary_contact: relay.GlobalID | None = UNSET
    contacts: list[DealContactInput] | None = strawberry.field(default=UNSET, description="All who take part.")
    owner: relay.GlobalID | None = strawberry.field(default=UNSET, description="A member; at first whoever creates it.")
    type: models.Deal.Type | None = UNSET
    lead_source: str | None = UNSET
    campaign: str | None = UNSET
    next_step: str | None = UNSET
    next_step_date: date | None = UNSET
    lost_details: str | None = strawberry.field(default=UNSET, description="More on why it was lost, for people.")
    description: str | None = UNSET
    custom: OwnValues | None = own_input("DealCustomInput")


@strawberry.input
class CreateDealInput(DealFields):
    name: str
    stage: relay.GlobalID | None = strawberry.field(
        default=UNSET, description="The first stage of the default pipeline if left out."
    )
    lost_reason: str | None = strawberry.field(default=UNSET, description="Needed in a stage that loses the deal.")


@strawberry.input(description="Only the given fields change. The stage is changed by moveDeal.")
class UpdateDealInput(DealFields):
    id: relay.GlobalID
    name: str | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteDealInput(IdInput):
    pass


@strawberry.input
class RestoreDealInput(IdInput):
    pass


@strawberry.input
class MoveDealInput:
    id: relay.GlobalID
    stage: relay.GlobalID
    lost_reason: str = strawberry.field(default="", description="Needed when the stage loses the deal.")
    lost_details: str = strawberry.field(default="", description="More on why it was lost, for people.")
    lost_to: relay.GlobalID | None = strawberry.field(default=None, description="The competitor it is lost to.")
    fields: DealFields | None = strawberry.field(
        default=None, description="Set together with the move, e.g. what the stage needs. Kept only if the deal moves."
    )
    seen_in: relay.GlobalID | None = strawberry.field(
        default=None, description="The stage in which the deal was seen; it is a conflict when it has left that."
    )


@strawberry.input
class ReopenDealInput:
    id: relay.GlobalID
    stage: relay.GlobalID | None = strawberry.field(
        default=None, description="An open stage; the one it was closed from if left out."
    )
    reason: str = strawberry.field(default="", description="Why, for its history.")


@strawberry.type
class DealPayload(Answer):
    deal = answered("deal", deal_list)


@strawberry.type
class Mutations:
    @mutation
    def create_deal(self, info: ApiInfo, input: CreateDealInput) -> DealPayload:
        """Keep a new deal."""
        return DealPayload.of(deal=actions.create_deal(**acting(info), **_fields(info, input)))

    @mutation
    def update_deal(self, info: ApiInfo, input: UpdateDealInput) -> DealPayload:
        """Change the given fields of a deal; the list of contacts is replaced as a whole."""
        deal = access.deal_to_change(info.context.member, key_of(input.id, deal_list))
        deal = actions.update_deal(deal=deal, version=version_of(input), **acting(info), **_fields(info, input))
        return DealPayload.of(deal=deal)

    @mutation
    def move_deal(self, info: ApiInfo, input: MoveDealInput) -> DealPayload:
        """Move an open deal to another stage of its pipeline, where a won or lost one closes it, or into an open stage
        of another pipeline.

        The problem FIELDS_NEEDED says what the stage asks for and the deal lacks; its field is the first of them.
        """
        deal = access.deal_to_change(info.context.member, key_of(input.id, deal_list))
        to = record_chosen(info, input.stage, stage_list, field="stage")
        seen = record_chosen(info, input.seen_in, stage_list, field="seen_in") if input.seen_in else None
        fields = cast(actions.DealFields, _fields(info, input.fields)) if input.fields else None
        lost_to = record_chosen(info, input.lost_to, competitor_list, field="lost_to") if input.lost_to else None
        why: dict[str, Any] = {"lost_reason": input.lost_reason, "lost_details": input.lost_details, "lost_to": lost_to}
        deal = actions.move_deal(deal=deal, to=to, seen_in=seen, fields=fields, **why, **acting(info))
        return DealPayload.of(deal=deal)

    @mutation
    def reopen_deal(self, info: ApiInfo, input: ReopenDealInput) -> DealPayload:
        """Take a closed deal back to work."""
        deal = access.deal_to_change(info.context.member, key_of(input.id, deal_list))
        to = record_chosen(info, input.stage, stage_list, field="stage") if input.stage else None
        return DealPayload.of(deal=actions.reopen_deal(deal=deal, to=to, reason=input.reason, **acting(info)))

    @mutation
    def delete_deal(self, info: ApiInfo, input: DeleteDealInput) -> DealPayload:
        """Put a deal into the bin."""
        deal = access.deal_to_delete(info.context.member, key_of(input.id, deal_list))
        return DealPayload.of(deal=actions.delete_deal(deal=deal, **acting(info)))

    @mutation
    def restore_deal(self, info: ApiInfo, input: RestoreDealInput) -> DealPayload:
        """Take a deal out of the bin."""
        deal = access.deal_to_restore(info.context.member, key_of(input.id, deal_list))
        return DealPayload.of(deal=actions.restore_deal(deal=deal, **acting(info)))


def _fields(info: ApiInfo, input: DealFields) -> dict[str, Any]:
    fields = fields_of(info, input, models.Deal)
    if "contacts" in fields:
        fields["contacts"] = [
            actions.BuyingRole(record_chosen(info, given["contact"], contact_list, field="contacts"), given["role"])
            for given in fields["contacts"] or ()
        ]
    return fields
