"""What came by mail and went to no case, in the API, for owners and admins."""

from __future__ import annotations

from datetime import datetime

import strawberry
import strawberry_django
from strawberry import relay

from triptych.core_crm.cases.schema.cases import Case
from triptych.core_crm.mail import access, actions, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing, link
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.platform.plugins import GraphQLExtension

strawberry.enum(models.Arrival.State, name="ArrivedMailState")


@strawberry_django.type(models.Arrival, name="ArrivedMail", description="A mail as it came.")
class ArrivedMail(relay.Node):
    sender: str
    recipient: str = strawberry_django.field(description="The address it was brought to.")
    subject: str
    size: int = strawberry_django.field(description="In bytes.")
    state: models.Arrival.State
    reason: str = strawberry_django.field(description="Why it was set aside or not understood.")
    case: Case | None = link("case", "The case it became part of.")
    received_at: datetime


arrived_list = Listing(
    node=ArrivedMail,
    model=models.Arrival,
    visible_to=access.arrivals_visible_to,
    filter=filter_input(
        "ArrivedMailFilter",
        models.Arrival,
        {
            "id": Where(IdFilter, "pk", of="ArrivedMail"),
            "state": Where(choice_filter(models.Arrival.State), "state"),
            "sender": Where(TextFilter, "sender"),
            "received_at": Where(DateTimeFilter, "received_at"),
        },
    ),
    order=ordering_input("ArrivedMailOrder", {"RECEIVED_AT": By("received_at")}),
    default_order=(By("received_at", descending=True),),
)


@strawberry.input
class TryArrivedMailInput(IdInput):
    pass


@strawberry.type
class ArrivedMailPayload(Answer):
    arrived_mail = answered("arrived_mail", arrived_list)


@strawberry.type
class Queries:
    arrived_mails = arrived_list.plural("Every mail that came, the newest first. Owners and admins see them.")


@strawberry.type
class Mutations:
    @mutation
    def try_arrived_mail(self, info: ApiInfo, input: TryArrivedMailInput) -> ArrivedMailPayload:
        """Take in a mail that was set aside or not understood. For owners and admins."""
        arrival = access.arrival_to_change(info.context.member, key_of(input.id, arrived_list))
        return ArrivedMailPayload.of(arrived_mail=actions.try_again(arrival=arrival, **acting(info)))


extensions = [
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
