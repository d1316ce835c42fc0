"""Loyalty in the API: thin doors to the models and the one action."""

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import relay

from triptych.core_crm.contacts import access
from triptych.core_crm.contacts.schema.contacts import Contact, contact_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import IntFilter, Where, filter_input
from triptych.graphql.listings import Listing, link
from triptych.graphql.mutations import Answer, acting, answered, key_of, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.platform.ids import new_id
from triptych.platform.plugins import GraphQLExtension, permissions
from triptych_loyalty import actions, models


@strawberry_django.type(models.Account, name="LoyaltyAccount", description="The points of a contact.")
class LoyaltyAccount(relay.Node):
    points: int
    contact: Contact | None = link("contact", "Whose points they are.")

    tier: str = strawberry_django.field(
        only=["points"], description="Bronze, Silver from 500 points on, Gold from 2,000."
    )


account_list = Listing(
    node=LoyaltyAccount,
    model=models.Account,
    visible_to=lambda member: models.Account.objects.filter(contact__in=access.contacts_visible_to(member)),
    filter=filter_input("LoyaltyAccountFilter", models.Account, {"points": Where(IntFilter, "points")}),
    order=ordering_input("LoyaltyAccountOrder", {"POINTS": By("points")}),
    default_order=(By("points", descending=True),),
)


@strawberry.type
class ContactFields:
    loyalty = account_list.one_of("The points of the contact; null before the first.", via="contact", among=Q())


@strawberry.type
class Queries:
    loyalty_account = account_list.singular("The points of one contact by the account's id.")
    loyalty_accounts = account_list.plural("Who has points, most first.")


@strawberry.input
class AdjustLoyaltyPointsInput:
    contact: relay.GlobalID
    points: int = strawberry.field(description="A negative number takes points away.")
    reason: str
    source: str | None = strawberry.field(
        default=None, description="Names the cause, at most 60 characters. The same cause counts only once."
    )


@strawberry.type
class LoyaltyPayload(Answer):
    account = answered("account", account_list)


@strawberry.type
class Mutations:
    @mutation
    def adjust_loyalty_points(self, info: ApiInfo, input: AdjustLoyaltyPointsInput) -> LoyaltyPayload:
        """Give a contact points, or take some."""
        permissions.require(info.context.member, "loyalty.adjust_points")
        account = actions.give_points(
            contact=access.contact_to_see(info.context.member, key_of(input.contact, contact_list)),
            points=input.points,
            reason=input.reason,
            source=f"api:{input.source or new_id()}",
            **acting(info),
        )
        return LoyaltyPayload.of(account=account)


extensions: list[GraphQLExtension] = [
    GraphQLExtension(on="Contact", fields=ContactFields),
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
