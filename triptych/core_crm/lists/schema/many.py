"""Acts on many records in the API: change, delete, undo."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
import strawberry_django
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from strawberry import UNSET, relay
from strawberry.scalars import JSON

from triptych.core_crm.lists import access, models
from triptych.core_crm.lists.asking import MOST
from triptych.core_crm.lists.conditions import Asker
from triptych.core_crm.lists.doing import CHANGE, DELETE, Doer
from triptych.core_crm.lists.listing import colleagues_of
from triptych.core_crm.lists.many import begin, preview
from triptych.core_crm.lists.nouns import list_of, plural_of
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.lists.undoing import begin_undo, cancel_act, settle_ended_job
from triptych.core_crm.lists.where import Reading, group_of
from triptych.graphql.context import ApiInfo
from triptych.graphql.filters import DateTimeFilter, IdFilter, TextFilter, Where, choice_filter, filter_input
from triptych.graphql.listings import Listing
from triptych.graphql.mutations import Answer, IdInput, acting, answered, key_of, mutation
from triptych.graphql.orderings import By, ordering_input
from triptych.graphql.schema import Member
from triptych.platform.refusals import Refused

strawberry.enum(models.PastAct.State, name="BulkActState")


@strawberry.type(description="A record that an act left alone, and why.")
class SkippedRecord:
    id: relay.GlobalID | None
    name: str
    why: str


def _told(kind: str, lines: list[dict[str, str]]) -> list[SkippedRecord]:
    type_name = list_of(kind).model.__name__
    return [
        SkippedRecord(id=relay.GlobalID(type_name, line["id"]), name=line["name"], why=line["why"]) for line in lines
    ]


@strawberry_django.type(models.PastAct, name="BulkAct", description="Something done to many records at once.")
class BulkAct(relay.Node):
    state: models.PastAct.State
    done_count: int
    skipped_count: int
    undone_count: int
    by: Member | None
    created_at: datetime
    finished_at: datetime | None

    name: str = strawberry_django.field(description="change, delete, or a verb of the noun such as complete.")

    @strawberry_django.field(only=["kind"], description="Of which records: contacts, deals.")
    def object(self) -> str:
        return plural_of(self.kind)  # type: ignore[attr-defined]

    @strawberry_django.field(only=["record_ids"], description="How many records it is about.")
    def total_count(self) -> int:
        return len(self.record_ids)  # type: ignore[attr-defined]

    @strawberry_django.field(only=["position"], description="How many of them are behind us, while it runs.")
    def position(self) -> int:
        return self.position  # type: ignore[no-any-return]

    @strawberry_django.field(only=["kind", "skipped"], description="The first records that were skipped.")
    def skipped(self) -> list[SkippedRecord]:
        return _told(self.kind, self.skipped)  # type: ignore[attr-defined]

    @strawberry_django.field(only=["kind", "kept"], description="The records that undoing left as they are.")
    def kept(self) -> list[SkippedRecord]:
        return _told(self.kind, self.kept)  # type: ignore[attr-defined]


act_list = Listing(
    node=BulkAct,
    model=models.PastAct,
    visible_to=access.acts_visible_to,
    filter=filter_input(
        "BulkActFilter",
        models.PastAct,
        {
            "id": Where(IdFilter, "pk", of="BulkAct"),
            "kind": Where(TextFilter, "kind"),
            "state": Where(choice_filter(models.PastAct.State), "state"),
            "created_at": Where(DateTimeFilter, "created_at"),
        },
    ),
    order=ordering_input("BulkActOrder", {"CREATED_AT": By("created_at")}),
    default_order=(By("created_at", descending=True),),
)


@strawberry.type
class Queries:
    bulk_act = act_list.singular("An act on many records, by id.")
    bulk_acts = act_list.plural("Acts on many records, the newest first; everybody's for owners and admins.")


@strawberry.input(description="Which records. Give `ids` or `filter`; an empty filter is every record.")
class RecordsInput:
    object: str = strawberry.field(description="contacts, companies, leads, deals, cases, activities…")
    ids: list[relay.GlobalID] | None = UNSET
    filter: JSON | None = strawberry.field(
        default=UNSET, description='Nested conditions, {"all": [["type", "is", "customer"]]}: see docs/lists.md.'
    )
    dry_run: bool = strawberry.field(default=False, description="Only say what would be done and what skipped.")


@strawberry.input
class BulkUpdateInput(RecordsInput):
    changes: JSON = strawberry.field(
        description='Values by field, as a person types them, {"type": "customer"}; records by their ids.'
    )


@strawberry.input
class BulkDeleteInput(RecordsInput):
    pass


@strawberry.input
class UndoInput(IdInput):
    pass


@strawberry.type(description="What an act on many records would do. With very many records only the first are tried.")
class BulkPreview:
    total_count: int
    tried_count: int
    skipped: list[SkippedRecord]


@strawberry.input
class CancelBulkActInput(IdInput):
    pass


@strawberry.type
class BulkPayload(Answer):
    act = answered("act", act_list)

    @strawberry.field(description="Of a dry run.")
    def preview(self) -> BulkPreview | None:
        return self.records.get("preview")


@strawberry.type
class UndoPayload(Answer):
    act = answered("act", act_list)


@strawberry.type
class Mutations:
    @mutation
    def bulk_update(self, info: ApiInfo, input: BulkUpdateInput) -> BulkPayload:
        """Give many records the same values. Records that a right or a rule protects are skipped and named. Up to 200
        are done at once, more by a job: ask `bulkAct` how far it is. `undo` takes the whole act back."""
        spec = list_of(input.object)
        return _begun(info, spec, CHANGE, input, _values(spec, info, input.changes))

    @mutation
    def bulk_delete(self, info: ApiInfo, input: BulkDeleteInput) -> BulkPayload:
        """Put many records into the bin, as `bulkUpdate` changes them."""
        return _begun(info, list_of(input.object), DELETE, input, {})

    @mutation
    def cancel_bulk_act(self, info: ApiInfo, input: CancelBulkActInput) -> UndoPayload:
        """Stop an act on many records after those that are being written; what is done stays, and can be undone."""
        act = access.act_to_see(info.context.member, key_of(input.id, act_list))
        return UndoPayload.of(act=cancel_act(act))

    @mutation
    def undo(self, info: ApiInfo, input: UndoInput) -> UndoPayload:
        """Take an act on many records back. Records changed since are left as they are and named in `kept`."""
        act = access.act_to_see(info.context.member, key_of(input.id, act_list))
        return UndoPayload.of(
            act=begin_undo(settle_ended_job(act, now=info.context.now), list_of(act.kind), **acting(info))
        )


def _begun(info: ApiInfo, spec: ListSpec, name: str, input: RecordsInput, given: dict[str, Any]) -> BulkPayload:
    ids = _ids(info, spec, input)
    if not input.dry_run:
        return BulkPayload.of(act=begin(spec, name, ids, given, **acting(info)))
    shown = preview(Doer(spec, name, given, **acting(info)), ids)
    told = _told(spec.kind, list(shown.skipped))
    return BulkPayload.of(preview=BulkPreview(total_count=shown.total, tried_count=shown.looked_at, skipped=told))


def _ids(info: ApiInfo, spec: ListSpec, input: RecordsInput) -> list[UUID]:
    """The records that an input names, as far as the caller sees them.

    Raises:
        Refused: it names both ways or none, too many, or ids of something else.
    """
    if bool(input.ids) == isinstance(input.filter, dict):
        raise Refused(_("Give either “ids” or “filter”."), field="ids")
    records = spec.records(info.context.member)
    if input.ids:
        keys = [_key(one, spec.model.__name__) for one in input.ids]
        records = records.filter(pk__in=keys)
    else:
        records = _filtered(info, spec, records, input.filter)
    ids = list(records.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise Refused(_("Choose at most %(most)s records at once.") % {"most": MOST}, field="filter")
    return list(dict.fromkeys(ids))


def _filtered(info: ApiInfo, spec: ListSpec, records: QuerySet[Any], conditions: Any) -> QuerySet[Any]:
    member = info.context.member
    reading = Reading(spec.for_member(member), Asker(member, info.context.now, colleagues_of))
    try:
        found = reading.applied(group_of(conditions), records)
    except Refused as bad:
        raise Refused(bad.message, field="filter", code=bad.code) from bad
    if reading.missing:
        message = _("These fields are not there: %(names)s.") % {"names": ", ".join(reading.missing)}
        raise Refused(message, field="filter")
    return found


def _key(given: relay.GlobalID, of: str) -> UUID:
    if given.type_name != of:
        raise Refused(_("“ids” holds the id of something else than this object."), field="ids")
    try:
        return UUID(given.node_id)
    except ValueError:
        raise Refused(_("“ids” holds what is no id."), field="ids") from None


def _values(spec: ListSpec, info: ApiInfo, given: Any) -> dict[str, Any]:
    """The values by field, with global ids as plain ones."""
    if not isinstance(given, dict):
        raise Refused(_("“changes” is an object of values by the name of their field."), field="changes")
    spec = spec.for_member(info.context.member)
    return {_name(spec, name): _plain(value) for name, value in given.items()}


def _name(spec: ListSpec, name: str) -> str:
    """A field's name, also as the API spells it (`jobTitle`)."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    known = spec.editing.editors({}) if spec.editing else {}
    said_along = {one for editor in known.values() if editor for one in editor.also}
    return snake if snake in known or snake in said_along else name


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, str):
        return value
    try:
        return relay.GlobalID.from_id(value).node_id
    except relay.GlobalIDValueError:
        return value
