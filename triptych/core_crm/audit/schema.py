"""The audit in the API: of a record beside it, of everything for owners and admins, and bringing values back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, cast

import strawberry
import strawberry_django
from strawberry import UNSET, relay

from triptych.core_crm.audit import access, restoring
from triptych.core_crm.audit.telling import Told, told
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.ids import chosen
from triptych.graphql.listings import Listing, listing_for
from triptych.graphql.mutations import Answer, IdInput, acting, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.platform.audit.models import Entry
from triptych.platform.plugins import GraphQLExtension

strawberry.enum(Entry.Act, name="AuditAct")

WITH_HISTORY = ("Contact", "Company", "Lead", "Deal", "Case", "Activity")


@strawberry.type(description="One field of a change, as people read it.")
class AuditedField:
    name: str = strawberry.field(description="To be given to restoreRecord, if it can be brought back.")
    label: str
    before: str
    after: str
    is_restorable: bool


@strawberry_django.type(Entry, name="AuditEntry", description="That something was created, changed or removed.")
class AuditEntry(relay.Node):
    at: datetime
    act: Entry.Act

    @strawberry_django.field(only=["table"], description="What kind of row it is about, e.g. Deal.")
    def what(self, info: ApiInfo) -> str:
        return _told(self, info).what

    @strawberry_django.field(
        only=["table", "about", "before", "after", "member_id", "actor", "act"],
        description="The member who did it; empty for the house itself.",
    )
    def by(self, info: ApiInfo) -> str:
        return _told(self, info).who

    @strawberry_django.field(only=["actor"], description="page, api, job, event or command.")
    def door(self) -> str:
        return cast(Entry, self).door

    @strawberry_django.field(
        only=["table", "about", "before", "after", "member_id", "actor", "act"],
        description="What differs, without fields that are hidden from you.",
    )
    def changes(self, info: ApiInfo) -> list[AuditedField]:
        return [
            AuditedField(
                name=line.name,
                label=line.label,
                before=line.before,
                after=line.after,
                is_restorable=line.is_restorable,
            )
            for line in _told(self, info).lines
        ]


def _told(entry: Any, info: ApiInfo) -> Told:
    """The entry in words, computed for all entries of its page at once."""

    def load(entries: list[Any]) -> dict[Any, Told]:
        return {one.entry.pk: one for one in told(entries, info.context.member)}

    found: Told = info.context.batch("audit told", entry, load)
    return found


_entries = partial(
    Listing,
    node=AuditEntry,
    model=Entry,
    filter=filter_input(
        "AuditEntryFilter",
        Entry,
        {
            "member": Where(IdFilter, "member_id", of="Member"),
            "act": Where(choice_filter(Entry.Act), "act"),
            "door": Where(TextFilter, "actor__door"),
            "at": Where(DateTimeFilter, "at"),
        },
    ),
    order=ordering_input("AuditEntryOrder", {"AT": By("at")}),
    default_order=(By("at", descending=True),),
)
of_a_record = _entries(visible_to=lambda member: Entry.objects.all())
"""Beside a record that the caller sees."""

everything = _entries(visible_to=access.entries_visible_to)


@strawberry.type
class RecordHistory:
    audit_entries = of_a_record.nested("Who changed what on it, the newest first.", via="about")


@strawberry.type
class Queries:
    audit_entries = everything.plural("Every change in the workspace, the newest first. For owners and admins.")


@strawberry.input(description="Give a record back what it held before a change.")
class RestoreRecordInput(IdInput):
    fields: list[str] | None = strawberry.field(
        default=UNSET, description="Only these of the entry's restorable changes; all when left out."
    )


@strawberry.type
class RestoreRecordPayload(Answer):
    @strawberry.field(description="The record as it is now. Null when there is a problem.")
    def record(self, info: ApiInfo) -> relay.Node | None:
        found = self.records.get("record")
        return listing_for(type(found)).visible_to(info.context.member).get(pk=found.pk) if found else None


@strawberry.type
class Mutations:
    @mutation
    def restore_record(self, info: ApiInfo, input: RestoreRecordInput) -> RestoreRecordPayload:
        """Bring back what a record held before the change that an audit entry tells of."""
        key = chosen(input.id, of="AuditEntry", field="id")
        record = restoring.restore(entry_id=key, fields=input.fields or (), **acting(info))
        return RestoreRecordPayload.of(record=record)


extensions = [
    *(GraphQLExtension(on=name, fields=RecordHistory) for name in WITH_HISTORY),
    GraphQLExtension(on="Query", fields=Queries),
    GraphQLExtension(on="Mutation", fields=Mutations),
]
