"""Merging in the API, and taking it back."""

from __future__ import annotations

from typing import Any

import strawberry
from django.http import Http404
from django.utils.translation import gettext as _
from strawberry import UNSET, relay

from triptych.core_crm.cases import access as case_access
from triptych.core_crm.cases import actions as case_actions
from triptych.core_crm.cases.schema.cases import case_list
from triptych.core_crm.contacts.schema.companies import company_list
from triptych.core_crm.contacts.schema.contacts import contact_list
from triptych.core_crm.deals.schema.deals import deal_list
from triptych.core_crm.duplicates import access, actions
from triptych.core_crm.duplicates.choosing import Take
from triptych.core_crm.duplicates.kinds import KINDS
from triptych.core_crm.leads.schema import lead_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import NOT_FOUND
from triptych.graphql.ids import key_in
from triptych.graphql.listings import listing_for
from triptych.graphql.mutations import Answer, acting, answered, key_of, mutation
from triptych.platform.refusals import Refused

strawberry.enum(Take, name="MergeTake")


@strawberry.input(description="Whose value a field has after the merge.")
class MergeChoiceInput:
    field: str = strawberry.field(description="As pages and inputs call it; a custom field by its API name.")
    take: Take = strawberry.field(description="BOTH is for emails, phones and addresses.")


@strawberry.input(description="Merge a record into another one of its kind.")
class MergeInput:
    winner: relay.GlobalID = strawberry.field(description="The record that goes on.")
    loser: relay.GlobalID = strawberry.field(description="The record that goes into the bin.")
    choices: list[MergeChoiceInput] | None = strawberry.field(
        default=UNSET,
        description="Fields left out keep the winner's value, or take the loser's where the winner has none; of "
        "emails, phones and addresses both are kept.",
    )
    winner_version: int | None = strawberry.field(default=UNSET, description="The version that was read.")
    loser_version: int | None = strawberry.field(default=UNSET, description="The version that was read.")


@strawberry.input(description="Merge a case into another one, whose conversation then shows both.")
class MergeCasesInput:
    winner: relay.GlobalID = strawberry.field(description="The case that goes on.")
    loser: relay.GlobalID = strawberry.field(description="The case that becomes a duplicate.")
    tell_requester: bool = strawberry.field(default=False, description="By mail, where the case has an address.")


@strawberry.input
class UnmergeInput:
    id: relay.GlobalID = strawberry.field(
        description="The record that was merged into another one: a contact, company, lead, deal or case."
    )


@strawberry.type
class MergeContactsPayload(Answer):
    contact = answered("record", contact_list)


@strawberry.type
class MergeCompaniesPayload(Answer):
    company = answered("record", company_list)


@strawberry.type
class MergeLeadsPayload(Answer):
    lead = answered("record", lead_list)


@strawberry.type
class MergeDealsPayload(Answer):
    deal = answered("record", deal_list)


@strawberry.type
class MergeCasesPayload(Answer):
    case = answered("record", case_list)


@strawberry.type
class UnmergePayload(Answer):
    @strawberry.field(description="The record that is on its own again. Null when there is a problem.")
    def record(self, info: ApiInfo) -> relay.Node | None:
        found = self.records.get("record")
        return listing_for(type(found)).visible_to(info.context.member).filter(pk=found.pk).first() if found else None

    @strawberry.field(description="What stays as it is because somebody has changed it since, a sentence for each.")
    def kept(self) -> list[str]:
        kept: list[str] = self.records.get("kept", [])
        return kept


@strawberry.type
class Mutations:
    @mutation
    def merge_contacts(self, info: ApiInfo, input: MergeInput) -> MergeContactsPayload:
        """Merge a contact into another one, with everything that belongs to it."""
        return MergeContactsPayload.of(record=_merged(info, "contact", input))

    @mutation
    def merge_companies(self, info: ApiInfo, input: MergeInput) -> MergeCompaniesPayload:
        """Merge a company into another one, with everything that belongs to it."""
        return MergeCompaniesPayload.of(record=_merged(info, "company", input))

    @mutation
    def merge_leads(self, info: ApiInfo, input: MergeInput) -> MergeLeadsPayload:
        """Merge a lead into another one, with everything that belongs to it."""
        return MergeLeadsPayload.of(record=_merged(info, "lead", input))

    @mutation
    def merge_deals(self, info: ApiInfo, input: MergeInput) -> MergeDealsPayload:
        """Merge a deal into another one, with everything that belongs to it; the stage stays the winner's."""
        return MergeDealsPayload.of(record=_merged(info, "deal", input))

    @mutation
    def merge_cases(self, info: ApiInfo, input: MergeCasesInput) -> MergeCasesPayload:
        """Make a case a duplicate of another one, whose conversation shows both from then on."""
        member = info.context.member
        into = case_access.case_to_change(member, key_of(input.winner, case_list))
        case = case_access.case_to_change(member, key_of(input.loser, case_list))
        try:
            case_actions.merge_case(case=case, into=into, tell=input.tell_requester, **acting(info))
        except Refused as refused:
            field = "winner" if refused.field == "into" else refused.field
            raise Refused(refused.message, field=field, code=refused.code) from refused
        return MergeCasesPayload.of(record=into)

    @mutation
    def unmerge(self, info: ApiInfo, input: UnmergeInput) -> UnmergePayload:
        """Take back a merge: the record is there again with what was its own, the other one has its former values."""
        member = info.context.member
        case_key = key_in(input.id, of=case_list.name)
        if case_key is not None:
            case = case_access.case_to_change(member, case_key)
            return UnmergePayload.of(record=case_actions.unmerge_case(case=case, **acting(info)), kept=[])
        for kind in KINDS.values():
            key = key_in(input.id, of=listing_for(kind.model).name)
            if key is not None:
                merge = access.merge_to_undo(kind, key, member)
                kept = actions.unmerge(merge=merge, **acting(info))
                return UnmergePayload.of(record=kind.model(id=key), kept=kept)
        raise Http404


def _merged(info: ApiInfo, name: str, input: MergeInput) -> Any:
    kind, member = KINDS[name], info.context.member
    listing = listing_for(kind.model)
    winner = kind.to_change(member, key_of(input.winner, listing))
    try:
        loser = kind.to_delete(member, key_of(input.loser, listing))
    except Http404 as error:
        message = _("There is no such record, or it is not yours to see.")
        raise Refused(message, field="loser", code=NOT_FOUND) from error
    actions.merge_records(
        winner=winner,
        loser=loser,
        choices={choice.field: choice.take for choice in input.choices or ()},
        winner_version=input.winner_version or None,
        loser_version=input.loser_version or None,
        **acting(info),
    )
    return winner
