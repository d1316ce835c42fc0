"""Cases, their queues and their messages in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from triptych.core_crm.cases import access, clocks, models
from triptych.core_crm.contacts.schema.companies import Company
from triptych.core_crm.contacts.schema.contacts import Contact
from triptych.core_crm.custom_fields.querying import own_where
from triptych.core_crm.deals.schema.deals import Deal
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import (
    BooleanFilter,
    DateTimeFilter,
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
from triptych.platform import search

strawberry.enum(models.Case.Status, name="CaseStatus")
strawberry.enum(models.Case.Priority, name="CasePriority")
strawberry.enum(models.Case.Type, name="CaseType")
strawberry.enum(models.Case.Origin, name="CaseOrigin")
strawberry.enum(models.CaseMessage.Kind, name="CaseMessageKind")
strawberry.enum(models.CaseMessage.Delivery, name="CaseMessageDelivery")
strawberry.enum(models.Case.Following, name="CaseFollowing")


@strawberry_django.type(models.Queue, name="Queue", description="Where cases wait until somebody takes them.")
class Queue(Record):
    name: str
    position: int
    is_active: bool = strawberry_django.field(description="Whether it takes new cases.")
    is_default: bool
    mailbox: str = strawberry_django.field(description="What stands before the @ of its address; empty: from its name.")
    reopen_days: int = strawberry_django.field(description="Within which an answer reopens a closed case.")
    members: list[Member] = strawberry_django.field(description="Who looks after it; others may, too.")


queue_list = Listing(
    node=Queue,
    model=models.Queue,
    visible_to=access.queues_visible_to,
    filter=filter_input(
        "QueueFilter",
        models.Queue,
        {
            "id": Where(IdFilter, "pk", of="Queue"),
            "name": Where(TextFilter, "name"),
            "is_active": Where(BooleanFilter, "is_active"),
        },
    ),
    order=ordering_input("QueueOrder", {"POSITION": By("position"), "NAME": By("name")}),
    default_order=(By("position"),),
)


def _address(name: str, description: str | None = None) -> Any:
    """A text with an address in it: empty for whom contacts' emails are hidden."""

    def address(root: models.CaseMessage, info: ApiInfo) -> str:
        return str(getattr(root, name)) if access.knows_addresses(info.context.member) else ""

    return strawberry_django.field(resolver=address, only=[name], description=description)


@strawberry.type(description="Something attached to a message.")
class MessageAttachment:
    name: str
    file: strawberry.ID | None = strawberry.field(description="Its file on the case; null for one that was refused.")
    refused: str = strawberry.field(description="Why it was not taken, else empty.")


@strawberry_django.type(models.CaseMessage, name="CaseMessage", description="One thing said about a case.")
class CaseMessage(relay.Node):
    kind: models.CaseMessage.Kind
    author: Member | None = strawberry_django.field(description="The member who wrote it, if one did.")
    contact: Contact | None = link("contact", "The contact who wrote it, if one did.")
    body: str
    at: datetime
    sender_name: str = strawberry_django.field(description="As a mail that came says.")
    sender_email: str = _address("sender_email")
    is_automatic: bool = strawberry_django.field(description="Whether a program wrote it.")
    is_doubtful: bool = strawberry_django.field(description="Whether it came from somebody the case does not know.")
    sent_to: str = _address("sent_to", "Where it goes by mail, if it does.")
    delivery: models.CaseMessage.Delivery | None = choice(
        "delivery", models.CaseMessage.Delivery, "How its mail fares, if it goes by mail."
    )
    delivery_note: str = _address("delivery_note", "Why it did not leave, or came back.")

    @strawberry_django.field(only=["attachments"], description="What came or went with it.")
    def attachments(self) -> list[MessageAttachment]:
        kept: list[dict[str, Any]] = self.attachments
        return [
            MessageAttachment(
                name=one["name"],
                file=strawberry.ID(relay.to_base64("File", one["file"])) if one["file"] else None,
                refused=one["refused"],
            )
            for one in kept
        ]


message_list = Listing(
    node=CaseMessage,
    model=models.CaseMessage,
    visible_to=access.messages_visible_to,
    filter=filter_input(
        "CaseMessageFilter",
        models.CaseMessage,
        {
            "kind": Where(choice_filter(models.CaseMessage.Kind), "kind"),
            "at": Where(DateTimeFilter, "at"),
            "body": Where(TextFilter, "body"),
            "delivery": Where(choice_filter(models.CaseMessage.Delivery), "delivery"),
        },
    ),
    order=ordering_input("CaseMessageOrder", {"AT": By("at")}),
    default_order=(By("at"),),
)


TIMES = ["created_at", "first_responded_at", "resolved_at"]
WAITING = {"waiting": lambda info: clocks.waiting_since()}


def _clocks(root: Any, info: ApiInfo) -> clocks.Clocks:
    """For all cases of a list at once, whichever of the fields are asked for."""

    def load(cases: list[Any]) -> dict[Any, clocks.Clocks]:
        clocks.measure(cases, now=info.context.now)
        return {case.pk: case.clocks for case in cases}

    found: clocks.Clocks = info.context.batch((*path_of(info)[:-1], "clocks"), root, load)
    return found


def waiting_since(root: Any, info: ApiInfo) -> datetime | None:
    found: datetime | None = root.waiting
    return found


def waiting_business_seconds(root: Any, info: ApiInfo) -> int | None:
    span = _clocks(root, info).waiting
    return span.seconds if span else None


def first_response_business_seconds(root: Any, info: ApiInfo) -> int | None:
    span = _clocks(root, info).first_response
    return span.seconds if span else None


def resolution_business_seconds(root: Any, info: ApiInfo) -> int | None:
    span = _clocks(root, info).resolution
    return span.seconds if span else None


@strawberry_django.type(models.Case, name="Case", description="What a customer asked or complained of.")
class Case(Record):
    number: int
    subject: str
    description: str
    status: models.Case.Status
    priority: models.Case.Priority
    type: models.Case.Type | None = choice("type", models.Case.Type)
    origin: models.Case.Origin | None = choice("origin", models.Case.Origin, "The channel by which it came in.")
    queue: Queue | None
    owner: Member | None
    contact: Contact | None = link("contact", "Who asked.")
    company: Company | None = link("company", "For whom they asked.")
    deal: Deal | None = link("deal", "The deal it is about.")
    requester_name: str = strawberry_django.field(description="Who wrote, where it came by mail.")
    requester_email: str
    merged_into: Case | None = link("merged_into", "The case that goes on in its place.")
    follows: Case | None = link("follows", "The case that it goes on from.")
    following: models.Case.Following | None = choice("following", models.Case.Following, "Why it follows another one.")
    first_responded_at: datetime | None
    resolved_at: datetime | None
    last_message_at: datetime | None
    awaits_reply: bool = strawberry_django.field(description="Whether the customer spoke last.")
    waiting_since: datetime | None = strawberry_django.field(
        resolver=waiting_since,
        only=TIMES,
        annotate=WAITING,
        description="When the customer last wrote, or opened the case; null where nobody waits for an answer.",
    )
    waiting_business_seconds: int | None = strawberry_django.field(
        resolver=waiting_business_seconds,
        only=TIMES,
        annotate=WAITING,
        description="How long the customer has waited for an answer, in seconds of working time by the default "
        "business calendar. Null where nobody waits.",
    )
    first_response_business_seconds: int | None = strawberry_django.field(
        resolver=first_response_business_seconds,
        only=TIMES,
        annotate=WAITING,
        description="From the opening of the case to the first reply, in seconds of working time by the default "
        "business calendar. Null before that.",
    )
    resolution_business_seconds: int | None = strawberry_django.field(
        resolver=resolution_business_seconds, only=TIMES, annotate=WAITING,
        description="From the opening of the case until it was resolved, in seconds of working time by the default "
        "business calendar. Null while it is open.",
    )  # fmt: skip
    messages = message_list.nested("The conversation, the oldest first; internal notes included.", via="case")
    custom: OwnValues | None = own_field("CaseCustom")


case_list = Listing(
    node=Case,
    model=models.Case,
    visible_to=access.cases_visible_to,
    filter=filter_input(
        "CaseFilter",
        models.Case,
        {
            "id": Where(IdFilter, "pk", of="Case"),
            "number": Where(IntFilter, "number"),
            "subject": Where(TextFilter, "subject"),
            "status": Where(choice_filter(models.Case.Status), "status"),
            "priority": Where(choice_filter(models.Case.Priority), "priority"),
            "type": Where(choice_filter(models.Case.Type), "type"),
            "origin": Where(choice_filter(models.Case.Origin), "origin"),
            "queue": Where(IdFilter, "queue", of="Queue"),
            "owner": Where(IdFilter, "owner", of="Member"),
            "contact": Where(IdFilter, "contact", of="Contact"),
            "company": Where(IdFilter, "company", of="Company"),
            "deal": Where(IdFilter, "deal", of="Deal"),
            "awaits_reply": Where(BooleanFilter, "awaits_reply"),
            "resolved_at": Where(DateTimeFilter, "resolved_at"),
            "created_at": Where(DateTimeFilter, "created_at"),
            "updated_at": Where(DateTimeFilter, "updated_at"),
            "custom": own_where("case"),
        },
    ),
    order=ordering_input(
        "CaseOrder",
        {
            "NUMBER": By("number"),
            "LAST_MESSAGE_AT": By("last_message_at"),
            "CREATED_AT": By("created_at"),
            "UPDATED_AT": By("updated_at"),
        },
    ),
    default_order=(By("number", descending=True),),
    search=lambda rows, words: rows.filter(pk__in=search.matching("case", words).values("pk")),
)


@strawberry.type
class Queries:
    case = case_list.singular("A case by id.")
    cases = case_list.plural("Cases, the newest first.")
    queue = queue_list.singular("A queue by id.")
    queues = queue_list.plural("Queues, in the order of the workspace.")


@strawberry.type
class CompanyLists:
    cases = case_list.nested("Its cases, the newest first.", via="company")


@strawberry.type
class ContactLists:
    cases = case_list.nested("Their cases, the newest first.", via="contact")


@strawberry.type
class DealLists:
    cases = case_list.nested("The cases about it, the newest first.", via="deal")
