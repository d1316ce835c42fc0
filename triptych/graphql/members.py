"""The people of a workspace in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from triptych.graphql.filters import BooleanFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.orderings import By, ordering_input
from triptych.tenants.members import models

strawberry.enum(models.Member.Role, name="MemberRole", description="What somebody may do in general.")


@strawberry_django.type(models.Member, name="Member", description="Somebody of this workspace.")
class Member(relay.Node):
    name: str
    email: str
    role: models.RoleCode
    region: str = strawberry_django.field(description="The sales region, if one was given.")
    is_active: bool = strawberry_django.field(description="Whether they still work here.")
    language: str = strawberry_django.field(description="The language they chose; empty: that of the workspace.")
    created_at: datetime
    manager: Member | None = strawberry_django.field(description="To whom they report.")


def members_visible_to(member: models.Member) -> Any:
    """Everybody in the workspace sees everybody in it."""
    return models.Member.objects.all()


member_list = Listing(
    node=Member,
    model=models.Member,
    visible_to=members_visible_to,
    filter=filter_input(
        "MemberFilter",
        models.Member,
        {
            "id": Where(IdFilter, "pk", of="Member"),
            "name": Where(TextFilter, "name"),
            "email": Where(TextFilter, "email"),
            "role": Where(choice_filter(models.Member.Role), "role"),
            "region": Where(TextFilter, "region"),
            "is_active": Where(BooleanFilter, "is_active"),
            "manager": Where(IdFilter, "manager", of="Member"),
        },
    ),
    order=ordering_input("MemberOrder", {"NAME": By("name"), "CREATED_AT": By("created_at"), "REGION": By("region")}),
    default_order=(By("name"),),
    search=lambda queryset, words: queryset.filter(name__icontains=words.strip()),
)
