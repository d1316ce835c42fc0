"""Likely duplicates in the API: of a record that is yet to be made, and over all records."""

from __future__ import annotations

from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from django.http import Http404
from strawberry import relay

from triptych.core_crm.duplicates import likeness, searching
from triptych.core_crm.duplicates.kinds import KINDS
from triptych.core_crm.rights.access import CHANGE, must_at_all
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation


@strawberry.enum(description="What a new record is to be.")
class NewRecordKind(Enum):
    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"


@strawberry.input(description="What is known of a record that is yet to be made.")
class NewRecordInput:
    kind: NewRecordKind
    name: str = strawberry.field(default="", description="First and last name, or that of a company.")
    emails: list[str] = strawberry.field(default_factory=list)
    phones: list[str] = strawberry.field(default_factory=list)
    company: str = strawberry.field(default="", description="Name of the company of a contact or lead.")
    domain: str = strawberry.field(default="", description="Domain or website of a company.")


@strawberry.type(description="A record that may be the same as a new one.")
class LikelyDuplicate:
    why: str = strawberry.field(description="In what it is the same, for people.")
    found: strawberry.Private[Any]

    @strawberry.field(description="The record that is there already.")
    def record(self) -> relay.Node:
        node: relay.Node = self.found
        return node


@strawberry.type
class NewRecordQueries:
    @strawberry.field(
        description="Records that may be the same as a new one: of the same email, phone, domain or name."
    )
    def likely_duplicates(self, info: ApiInfo, input: NewRecordInput) -> list[LikelyDuplicate]:
        typed = likeness.Typed.of(
            name=input.name, emails=input.emails, phones=input.phones, company=input.company, domain=input.domain
        )
        found = likeness.alike(input.kind.value, typed, info.context.member)
        return [LikelyDuplicate(why=one.why, found=one.record) for one in found]


@strawberry.type(description="Two records that are likely the same.")
class DuplicatePair:
    id: strawberry.ID
    score: float = strawberry.field(description="How likely, 0 to 1.")
    why: list[str] = strawberry.field(description="What agrees or differs, with its weight in bits, for people.")
    both: strawberry.Private[tuple[Any, Any]]

    @strawberry.field(description="The one that was there first.")
    def first(self) -> relay.Node:
        node: relay.Node = self.both[0]
        return node

    @strawberry.field(description="The other one.")
    def second(self) -> relay.Node:
        node: relay.Node = self.both[1]
        return node


@strawberry.type(description="A search for duplicates over all records of a kind.")
class DuplicateSearch:
    state: str = strawberry.field(description="queued, running, done, failed or cancelled.")
    percent: int | None


def search_of(job: Any) -> DuplicateSearch | None:
    """A search as the API tells of it."""
    return DuplicateSearch(state=job.state, percent=job.percent) if job else None


@strawberry.type
class PairQueries:
    @strawberry.field(description="The last search over a kind; null when there was none.")
    def duplicate_search(self, info: ApiInfo, kind: NewRecordKind) -> DuplicateSearch | None:
        must_at_all(info.context.member, CHANGE, KINDS[kind.value].model)
        return search_of(searching.last_search(kind.value))

    @strawberry.field(description="Records that the last search found likely the same, the likeliest first.")
    def duplicates(self, info: ApiInfo, kind: NewRecordKind, first: int = 50, offset: int = 0) -> list[DuplicatePair]:
        size, start = max(0, min(first, 100)), max(0, min(offset, 1_000_000))
        rows = searching.pairs_for(kind.value, info.context.member, first=size, after=start)
        return [
            DuplicatePair(
                id=strawberry.ID(str(row["pair"].pk)),
                score=row["pair"].score,
                why=row["why"],
                both=(row["first"], row["second"]),
            )
            for row in rows
        ]


@strawberry.input
class SearchDuplicatesInput:
    kind: NewRecordKind


@strawberry.type
class SearchDuplicatesPayload(Answer):
    @strawberry.field(description="The last search. Null when there is none or a problem.")
    def search(self) -> DuplicateSearch | None:
        return search_of(self.records.get("job"))


@strawberry.input
class CancelDuplicateSearchInput:
    kind: NewRecordKind


@strawberry.input
class MarkDistinctInput:
    id: strawberry.ID = strawberry.field(description="Of the pair.")


@strawberry.type
class MarkDistinctPayload(Answer):
    pass


@strawberry.type
class PairMutations:
    @mutation
    def search_duplicates(self, info: ApiInfo, input: SearchDuplicatesInput) -> SearchDuplicatesPayload:
        """Compare all records of a kind, as a job; `duplicates` then answers with what it found."""
        return SearchDuplicatesPayload.of(job=searching.begin_search(kind=input.kind.value, **acting(info)))

    @mutation
    def cancel_duplicate_search(self, info: ApiInfo, input: CancelDuplicateSearchInput) -> SearchDuplicatesPayload:
        """Stop looking; what the last search found stays."""
        return SearchDuplicatesPayload.of(job=searching.cancel_search(kind=input.kind.value, by=info.context.member))

    @mutation
    def mark_distinct(self, info: ApiInfo, input: MarkDistinctInput) -> MarkDistinctPayload:
        """Remember that two records are not the same, so that no search brings them up again."""
        try:
            key = UUID(input.id)
        except ValueError as error:
            raise Http404 from error
        searching.mark_distinct(pair_id=key, by=info.context.member)
        return MarkDistinctPayload.of()
