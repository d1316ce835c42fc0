"""Competitors, who takes part in a deal, and why deals are lost, in the API."""

import strawberry
from strawberry import UNSET, relay

from triptych.core_crm.contacts.schema.contacts import contact_list
from triptych.core_crm.deals import access, actions, models
from triptych.core_crm.deals.lost_reasons import lost_reasons, set_lost_reasons
from triptych.core_crm.deals.schema.competing import competitor_list
from triptych.core_crm.deals.schema.deals import deal_list
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
from triptych.tenants.members.access import administering


@strawberry.input
class CreateCompetitorInput:
    name: str
    website: str | None = UNSET
    strengths: str | None = UNSET
    weaknesses: str | None = UNSET
    company: relay.GlobalID | None = UNSET


@strawberry.input(description="Only the given fields change.")
class UpdateCompetitorInput:
    id: relay.GlobalID
    name: str | None = UNSET
    website: str | None = UNSET
    strengths: str | None = UNSET
    weaknesses: str | None = UNSET
    company: relay.GlobalID | None = UNSET
    version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input
class DeleteCompetitorInput(IdInput):
    pass


@strawberry.input
class SetDealCompetitorInput:
    deal: relay.GlobalID
    competitor: relay.GlobalID
    state: models.DealCompetitor.State = models.DealCompetitor.State.IN_PLAY


@strawberry.input
class RemoveDealCompetitorInput:
    deal: relay.GlobalID
    competitor: relay.GlobalID


@strawberry.input
class SetDealContactInput:
    deal: relay.GlobalID
    contact: relay.GlobalID
    role: models.DealContact.Role


@strawberry.input
class RemoveDealContactInput:
    deal: relay.GlobalID
    contact: relay.GlobalID


@strawberry.input
class SetLostReasonsInput:
    reasons: list[str] = strawberry.field(description="In order, at most 50; none stands for the usual ones.")


@strawberry.type
class CompetitorPayload(Answer):
    competitor = answered("competitor", competitor_list)


@strawberry.type
class DealPartsPayload(Answer):
    deal = answered("deal", deal_list)


@strawberry.type
class LostReasonsPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def reasons(self) -> list[str] | None:
        return self.records.get("reasons")


@strawberry.type
class Queries:
    competitor = competitor_list.singular("A competitor by id.")
    competitors = competitor_list.plural("Competitors, by name.")

    @strawberry.field(description="The reasons that are offered when a deal is lost.")
    def lost_reasons(self, info: ApiInfo) -> list[str]:
        return lost_reasons()


@strawberry.type
class Mutations:
    @mutation
    def create_competitor(self, info: ApiInfo, input: CreateCompetitorInput) -> CompetitorPayload:
        """Keep a new competitor."""
        fields = fields_of(info, input, models.Competitor)
        return CompetitorPayload.of(competitor=actions.create_competitor(**acting(info), **fields))

    @mutation
    def update_competitor(self, info: ApiInfo, input: UpdateCompetitorInput) -> CompetitorPayload:
        """Change the given fields of a competitor."""
        competitor = access.competitor_to_change(info.context.member, key_of(input.id, competitor_list))
        fields = fields_of(info, input, models.Competitor)
        version = version_of(input)
        done = actions.update_competitor(competitor=competitor, version=version, **acting(info), **fields)
        return CompetitorPayload.of(competitor=done)

    @mutation
    def delete_competitor(self, info: ApiInfo, input: DeleteCompetitorInput) -> CompetitorPayload:
        """Put a competitor into the bin; deals keep that they competed."""
        competitor = access.competitor_to_change(info.context.member, key_of(input.id, competitor_list))
        return CompetitorPayload.of(competitor=actions.delete_competitor(competitor=competitor, **acting(info)))

    @mutation
    def set_deal_competitor(self, info: ApiInfo, input: SetDealCompetitorInput) -> DealPartsPayload:
        """Say that somebody competes for a deal, and how that stands."""
        deal = _deal(info, input.deal)
        competitor = record_chosen(info, input.competitor, competitor_list, field="competitor")
        actions.set_deal_competitor(deal=deal, competitor=competitor, state=input.state.value, **acting(info))
        return DealPartsPayload.of(deal=deal)

    @mutation
    def remove_deal_competitor(self, info: ApiInfo, input: RemoveDealCompetitorInput) -> DealPartsPayload:
        """Say that somebody does not compete for a deal."""
        deal = _deal(info, input.deal)
        competitor = record_chosen(info, input.competitor, competitor_list, field="competitor")
        actions.remove_deal_competitor(deal=deal, competitor=competitor, **acting(info))
        return DealPartsPayload.of(deal=deal)

    @mutation
    def set_deal_contact(self, info: ApiInfo, input: SetDealContactInput) -> DealPartsPayload:
        """Say that a contact takes part in a deal, and their buying role, in place of the one they had."""
        deal = _deal(info, input.deal)
        contact = record_chosen(info, input.contact, contact_list, field="contact")
        others = actions.roles_of(deal, without=contact.pk)
        roles = [*others, actions.BuyingRole(contact, input.role.value)]
        return DealPartsPayload.of(deal=actions.update_deal(deal=deal, contacts=roles, **acting(info)))

    @mutation
    def remove_deal_contact(self, info: ApiInfo, input: RemoveDealContactInput) -> DealPartsPayload:
        """Say that a contact takes no part in a deal."""
        deal = _deal(info, input.deal)
        contact = record_chosen(info, input.contact, contact_list, field="contact")
        roles = actions.roles_of(deal, without=contact.pk)
        return DealPartsPayload.of(deal=actions.update_deal(deal=deal, contacts=roles, **acting(info)))

    @mutation
    def set_lost_reasons(self, info: ApiInfo, input: SetLostReasonsInput) -> LostReasonsPayload:
        """Offer these reasons when a deal is lost. For owners and admins."""
        administering(info.context.member)
        return LostReasonsPayload.of(reasons=set_lost_reasons(reasons=input.reasons, **acting(info)))


def _deal(info: ApiInfo, given: relay.GlobalID) -> models.Deal:
    """The deal that an input names, if the caller may change it."""
    record_chosen(info, given, deal_list, field="deal")
    return access.deal_to_change(info.context.member, key_of(given, deal_list))
