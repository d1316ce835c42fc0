"""What a merge would do, in the API: as the page of a merge shows it before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import strawberry
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.cases import access as case_access
from triptych.core_crm.cases.actions.merging import check_merge as check_cases
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.cases.schema.cases import case_list
from triptych.core_crm.duplicates import access, actions
from triptych.core_crm.duplicates.choosing import Take, offers
from triptych.core_crm.duplicates.kinds import KINDS, MergeKind
from triptych.core_crm.duplicates.links import counted
from triptych.core_crm.duplicates.words import called
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import bad_input
from triptych.graphql.ids import key_in, pk_of
from triptych.graphql.listings import listing_for
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


@strawberry.type(description="A field in which two records differ.")
class MergeOffer:
    field: str = strawberry.field(description="As `choices` of the mutation name it.")
    label: str = strawberry.field(description="For people.")
    winner: str = strawberry.field(description="What the record that goes on holds, as its page shows it.")
    loser: str = strawberry.field(description="What the one that goes into the bin holds.")
    takes: list[Take] = strawberry.field(description="What can be taken.")
    proposed: Take = strawberry.field(description="What is taken if `choices` leave the field out.")


@strawberry.type(description="Rows that belong to the one that goes into the bin.")
class MergeMoving:
    what: str = strawberry.field(description="For people: deals, messages, files and so on.")
    count: int


@strawberry.type(description="What a merge would do. Nothing is written.")
class MergePreview:
    fields: list[MergeOffer] = strawberry.field(
        description="Those in which the two differ and that you may change. Empty for cases: each keeps its own."
    )
    moving: list[MergeMoving] = strawberry.field(
        description="What would belong to the one that goes on; of a case the messages that it would show."
    )
    refusal: str | None = strawberry.field(description="Why the two cannot be merged, if they cannot.")
    winner_version: int = strawberry.field(description="Give it to the mutation to merge only what was seen here.")
    loser_version: int


@strawberry.type
class PreviewQueries:
    @strawberry.field(
        description="What merging one record into another of its kind would do: contacts, companies, leads, deals or "
        "cases. An error NOT_FOUND or FORBIDDEN for whoever may not merge them."
    )
    def merge_preview(self, info: ApiInfo, winner: relay.GlobalID, loser: relay.GlobalID) -> MergePreview:
        if key_in(winner, of=case_list.name) is not None:
            return _of_cases(info, winner, loser)
        for kind in KINDS.values():
            name = listing_for(kind.model).name
            key = key_in(winner, of=name)
            if key is not None:
                return _of_records(info, kind, key, pk_of(loser, of=name, argument="loser"))
        raise bad_input(_("“winner” is no record that can be merged. Give a contact, company, lead, deal or case."))


def _of_records(info: ApiInfo, kind: MergeKind, winner_key: UUID, loser_key: UUID) -> MergePreview:
    member = info.context.member
    winner, loser = access.pair_to_merge(kind, member, winner_key, loser_key)
    return MergePreview(
        fields=[
            MergeOffer(
                field=one.name,
                label=str(one.label),
                winner=one.winner_text,
                loser=one.loser_text,
                takes=list(one.takes),
                proposed=one.proposed,
            )
            for one in offers(kind, winner, loser, member)
        ],
        moving=_moving(loser, member),
        refusal=_refusal(lambda: actions.check_merge(kind, winner, loser)),
        winner_version=winner.version,
        loser_version=loser.version,
    )


def _of_cases(info: ApiInfo, winner: relay.GlobalID, loser: relay.GlobalID) -> MergePreview:
    member = info.context.member
    into = case_access.case_to_change(member, pk_of(winner, of=case_list.name, argument="winner"))
    case = case_access.case_to_change(member, pk_of(loser, of=case_list.name, argument="loser"))
    messages = CaseMessage.objects.filter(case=case).count()
    return MergePreview(
        fields=[],
        moving=[MergeMoving(what=called(CaseMessage), count=messages)] if messages else [],
        refusal=_refusal(lambda: check_cases(case=case, into=into)),
        winner_version=into.version,
        loser_version=case.version,
    )


def _moving(loser: Any, member: Member) -> list[MergeMoving]:
    rows = sorted((called(model), count) for model, count in counted(loser, member).items())
    return [MergeMoving(what=what, count=count) for what, count in rows]


def _refusal(check: Callable[[], None]) -> str | None:
    try:
        check()
    except Refused as refused:
        return refused.message
    return None
