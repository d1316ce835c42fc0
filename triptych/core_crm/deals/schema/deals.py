"""Deals in the API."""

from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q
from strawberry import UNSET

from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.contacts.schema.companies import Company
from triptych.core_crm.contacts.schema.contacts import Contact
from triptych.core_crm.custom_fields.querying import own_where
from triptych.core_crm.deals import access, models
from triptych.core_crm.deals.due import Due, due_of
from triptych.core_crm.deals.rates import base_amount
from triptych.core_crm.deals.schema.competing import DealCompetitor
from triptych.core_crm.deals.schema.pipelines import Pipeline, Stage
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    LOOKUPS,
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    IdFilter,
    IntFilter,
    TextFilter,
    Where,
    choice_filter,
    filter_input,
)
from triptych.graphql.listings import Listing, link, path_of
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.own import OwnValues, own_field
from triptych.graphql.records import Record, choice
from triptych.graphql.schema import Member
from triptych.platform import clock, search
from triptych.tenants.members.models import Member as Member_

IN_BASE = "_in_base"

strawberry.enum(models.Deal.Type, name="DealType")
strawberry.enum(models.DealContact.Role, name="BuyingRole")


@strawberry_django.type(models.DealContact, name="DealContact", description="That somebody takes part in a deal.")
class DealContact:
    contact: Contact | None = link("contact", "Null when the caller does not see the contact.")
    role: models.DealContact.Role = strawberry_django.field(description="The part they play in buying.")

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.order_by("pk")


@strawberry_django.type(models.StageChange, name="StageChange", description="That a deal entered a stage.")
class StageChange:
    from_stage: Stage | None = strawberry_django.field(description="Null when the deal was new.")
    to_stage: Stage
    at: datetime
    by: Member | None
    note: str = strawberry_django.field(description="Why it was lost, or why it was opened again.")

    @strawberry_django.field(only=["time_in_stage"], description="How long it had stood in the stage it left.")
    def seconds_in_stage(self) -> int | None:
        took = self.time_in_stage  # type: ignore[attr-defined]
        return None if took is None else int(took.total_seconds())

    @classmethod
    def get_queryset(cls, queryset: Any, info: ApiInfo) -> Any:
        return queryset.order_by("-at", "-pk")


def seconds_in_stage(root: Any, info: ApiInfo) -> int:
    return int(root.time_in_stage(now=info.context.now).total_seconds())


def is_stale(root: Any, info: ApiInfo) -> bool:
    stale: bool = root.is_stale(now=info.context.now)
    return stale


strawberry.enum(
    Due,
    name="NextUp",
    description="Overdue, due today, due later or planned without a date, nothing at all, or closed.",
)


def next_up(root: Any, info: ApiInfo) -> Due:
    """For all deals of a list at once."""

    def load(deals: list[Any]) -> dict[Any, Due]:
        upcoming = next_due([deal.pk for deal in deals], info.context.member)
        return {deal.pk: due_of(deal, upcoming, now=info.context.now) for deal in deals}

    found: Due = info.context.batch(path_of(info), root, load)
    return found


def _visible(member: Member_) -> Any:
    """The deals that a member sees, able to be put in order by their worth in the workspace's own currency."""
    return access.deals_visible_to(member).alias(**{IN_BASE: base_amount()})


def _base_amount(asked: Any) -> Q:
    """The condition on the amount in the workspace's own currency."""
    given = {item.name: getattr(asked, item.name) for item in dataclass_fields(asked)}
    wanted = {f"{IN_BASE}{LOOKUPS[name]}": value for name, value in given.items() if value not in (UNSET, None)}
    return Q(pk__in=models.Deal.objects.alias(**{IN_BASE: base_amount()}).filter(**wanted).values("pk"))


def _stale(asked: Any) -> Q:
    """The condition that deals are stale, or are not."""
    if asked.eq is UNSET or asked.eq is None:
        return Q() if asked.is_null in (UNSET, None, False) else Q(pk__in=[])
    stale = Q(pk__in=models.Deal.objects.stale(clock.now()).values("pk"))
    return stale if asked.eq else ~stale


@strawberry_django.type(models.Deal, name="Deal", description="Something that a company or person may buy.")
class Deal(Record):
    name: str
    amount: Decimal | None
    currency: str = strawberry_django.field(description="ISO 4217 code.")

    @strawberry_django.field(
        annotate={"base_amount": lambda info: base_amount()},
        description="The amount in the workspace's own currency: by the rate of the day, of a closed deal by "
        "that of the day it closed. Null without an amount or a rate.",
    )
    def base_amount(self, info: ApiInfo) -> Decimal | None:
        hidden = "amount" in info.context.hidden_of(models.Deal)
        return None if hidden else self.base_amount

    closing_rate: Decimal | None = strawberry_django.field(
        description="What one unit of its currency was worth when it closed. Null for an open deal, and for one in the "
        "workspace's own currency."
    )
    amount_is_total: bool = strawberry_django.field(description="Whether the amount is the total of lines.")
    pipeline: Pipeline
    stage: Stage
    entered_stage_at: datetime
    opened_at: datetime
    closed_at: datetime | None = strawberry_django.field(description="When it was won or lost.")
    close_date: date | None = strawberry_django.field(description="When it is expected to close.")
    probability: int = strawberry_django.field(description="Per cent.")
    forecast_category: models.ForecastCategory
    company: Company | None = link("company", "Who may buy.")
    primary_contact: Contact | None = link("primary_contact", "Whom to talk to.")
    contacts: list[DealContact] = strawberry_django.field(
        field_name="deal_contacts", description="Everybody who takes part, in the order they were named."
    )
    competitors: list[DealCompetitor] = strawberry_django.field(
        field_name="deal_competitors", description="Who competes for it, in the order they were named."
    )
    stage_changes: list[StageChange] = strawberry_django.field(description="Its way so far, the latest first.")
    owner: Member | None
    type: models.Deal.Type | None = choice("type", models.Deal.Type)
    lead_source: str
    campaign: str
    next_step: str
    next_step_date: date | None
    seconds_in_stage: int = strawberry_django.field(
        resolver=seconds_in_stage, only=["entered_stage_at"], description="How long it has stood in its stage."
    )
    is_stale: bool = strawberry_django.field(
        resolver=is_stale,
        only=["entered_stage_at", "closed_at", "stage__stale_after_days"],
        select_related=["stage"],
        description="Whether it is open and has stood in its stage for longer than that allows.",
    )
    next_up: Due = strawberry_django.field(
        resolver=next_up,
        only=["closed_at", "next_step", "next_step_date"],
        description="How soon it wants somebody, by its next open activity, else by the day of its next step.",
    )
    lost_reason: str
    lost_details: str = strawberry_django.field(description="More on why it was lost.")
    description: str
    custom: OwnValues | None = own_field("DealCustom")

    @strawberry_django.field(only=["amount", "probability"], description="The amount times the probability.")
    def weighted_amount(self) -> Decimal | None:
        return self.weighted_amount  # type: ignore[no-any-return]


deal_list = Listing(
    node=Deal,
    model=models.Deal,
    visible_to=_visible,
    filter=filter_input(
        "DealFilter",
        models.Deal,
        {
            "id": Where(IdFilter, "pk", of="Deal"),
            "name": Where(TextFilter, "name"),
            "amount": Where(DecimalFilter, "amount"),
            "base_amount": Where(DecimalFilter, "amount", ask=_base_amount),
            "currency": Where(TextFilter, "currency"),
            "pipeline": Where(IdFilter, "pipeline", of="Pipeline"),
            "stage": Where(IdFilter, "stage", of="Stage"),
            "stage_status": Where(choice_filter(models.Stage.Status), "stage__status"),
            "is_closed": Where(BooleanFilter, "stage__is_closed"),
            "is_won": Where(BooleanFilter, "stage__is_won"),
            "forecast_category": Where(choice_filter(models.ForecastCategory), "forecast_category"),
            "probability": Where(IntFilter, "probability"),
            "company": Where(IdFilter, "company", of="Company"),
            "contact": Where(IdFilter, "deal_contacts__contact", of="Contact", many=True),
            "owner": Where(IdFilter, "owner", of="Member"),
            "type": Where(choice_filter(models.Deal.Type), "type"),
            "lead_source": Where(TextFilter, "lead_source"),
            "campaign": Where(TextFilter, "campaign"),
            "close_date": Where(DateFilter, "close_date"),
            "closed_at": Where(DateTimeFilter, "closed_at"),
            "opened_at": Where(DateTimeFilter, "opened_at"),
            "next_step_date": Where(DateFilter, "next_step_date"),
            "entered_stage_at": Where(DateTimeFilter, "entered_stage_at"),
            "is_stale": Where(BooleanFilter, ask=_stale),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("deal"),
        },
    ),
    order=ordering_input(
        "DealOrder",
        {
            "NAME": By("sort_key"),
            "AMOUNT": By("amount"),
            "BASE_AMOUNT": By(IN_BASE, reads="amount"),
            "CLOSE_DATE": By("close_date"),
            "CLOSED_AT": By("closed_at"),
            "ENTERED_STAGE_AT": By("entered_stage_at"),
            "STAGE": By("stage__position"),
            "COMPANY_NAME": By("company__sort_key"),
            "CREATED_AT": By("created_at"),
            "UPDATED_AT": By("updated_at"),
        },
    ),
    default_order=(By("created_at", descending=True),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("deal", words).values("pk")),
)


@strawberry.type
class Queries:
    deal = deal_list.singular("A deal by id.")
    deals = deal_list.plural("Deals, the newest first.")


@strawberry.type
class CompanyLists:
    deals = deal_list.nested("Its deals, the newest first.", via="company")


@strawberry.type
class ContactLists:
    deals = deal_list.nested("The deals in which they take part, the newest first.", via="deal_contacts__contact")


@strawberry.type
class StageLists:
    deals = deal_list.nested("The deals that stand in it, the newest first.", via="stage")
