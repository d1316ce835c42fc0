"""Sample data in the API. For owners and admins."""

from __future__ import annotations

import strawberry

from triptych.core_crm.samples import actions
from triptych.graphql.context import ApiInfo
from triptych.graphql.mutations import Answer, acting, mutation
from triptych.platform.plugins import GraphQLExtension
from triptych.tenants.members.access import administering


@strawberry.input
class SampleDataInput:
    is_here: bool = strawberry.field(description="True adds the records, false removes them without a trace.")


@strawberry.type
class SampleDataPayload(Answer):
    @strawberry.field(description="How many records came or went. Null when there is a problem.")
    def count(self) -> int | None:
        return self.records.get("count")


@strawberry.type
class Mutations:
    @mutation
    def set_sample_data(self, info: ApiInfo, input: SampleDataInput) -> SampleDataPayload:
        """Add sample records to look around with, or remove those that are there; your own records stay."""
        administering(info.context.member)
        act = actions.add_samples if input.is_here else actions.remove_samples
        return SampleDataPayload.of(count=act(**acting(info)))


extensions = [GraphQLExtension(on="Mutation", fields=Mutations)]
