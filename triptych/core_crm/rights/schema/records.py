"""Sharing single records, and why somebody sees them, in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from strawberry import relay

from triptych.core_crm.rights import actions, models
from triptych.core_crm.rights.explaining import explain
from triptych.core_crm.rights.levels import Act
from triptych.core_crm.rights.records import member_asked_about, record_to_see
from triptych.core_crm.rights.schema.teams import Team, team_list
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import NOT_FOUND
from triptych.graphql.ids import chosen, key_in, pk_of
from triptych.graphql.listings import listing_of, path_of
from triptych.graphql.mutations import Answer, IdInput, acting, mutation, record_chosen
from triptych.graphql.schema import Member, member_list
from triptych.platform.refusals import Refused

strawberry.enum(Act, name="RecordAct", description="What somebody does to a record.")
WITH_SHARES = ("Contact", "Company", "Lead", "Deal", "Case", "Activity")


@strawberry.type(description="Whether an act is allowed, and what leads there.")
class Verdict:
    act: Act
    allowed: bool
    reasons: list[str] = strawberry.field(description="Sentences: role, owner, team, share, in that order.")


@strawberry.type(description="Why somebody may or may not do something to a record.")
class Why:
    member: Member
    verdicts: list[Verdict]


@strawberry.type(description="That a record is open to a member or a team beyond their roles.")
class Share:
    id: relay.GlobalID
    member: Member | None
    team: Team | None
    may_change: bool
    shared_by: Member | None
    created_at: datetime

    @classmethod
    def of(cls, share: models.Share) -> Share:
        """The share as the API shows it."""
        people: dict[str, Any] = {"member": share.member, "team": share.team, "shared_by": share.shared_by}
        key = relay.GlobalID("Share", str(share.pk))
        return cls(id=key, may_change=share.may_change, created_at=share.created_at, **people)


@strawberry.type
class Queries:
    @strawberry.field(
        description="Why the member (oneself if left out; anybody for who administers) may or may not do something to "
        "the record. Null when there is no such record for the caller.",
        metadata={"cost": 10},
    )
    def why(self, info: ApiInfo, id: relay.GlobalID, member: relay.GlobalID | None = None) -> Why | None:
        listing = listing_of(id.type_name)
        key = key_in(id, of=id.type_name)
        if listing is None or key is None:
            return None
        try:
            record = record_to_see(info.context.member, str(listing.model._meta.model_name), key)
        except Http404:
            return None
        asked = pk_of(member, of="Member", argument="member") if member else None
        about: Any = member_asked_about(info.context.member, asked)
        verdicts = [Verdict(act=one.act, allowed=one.allowed, reasons=one.reasons) for one in explain(about, record)]
        return Why(member=about, verdicts=verdicts)


@strawberry.type
class RecordShares:
    @strawberry.field(description="With whom it is shared, the first share first.", metadata={"cost": 5})
    def shares(self, info: ApiInfo) -> list[Share]:
        return info.context.batch(path_of(info), self, _shares_of) or []


def _shares_of(records: list[Any]) -> dict[Any, list[Share]]:
    """The shares of all these records, in one statement."""
    found: dict[Any, list[Share]] = {}
    shares = models.Share.objects.filter(object_id__in=[record.pk for record in records])
    for share in shares.select_related("member", "team", "shared_by").order_by("created_at", "pk"):
        found.setdefault(share.object_id, []).append(Share.of(share))
    return found


@strawberry.input(description="Give either a member or a team. Sharing again changes what they may do.")
class ShareRecordInput:
    record: relay.GlobalID
    member: relay.GlobalID | None = None
    team: relay.GlobalID | None = None
    may_change: bool = False


@strawberry.input
class UnshareRecordInput(IdInput):
    pass


@strawberry.type
class SharePayload(Answer):
    @strawberry.field(description="Null when there is a problem, and when it was taken back.")
    def share(self) -> Share | None:
        share = self.records.get("share")
        return Share.of(share) if share is not None else None


@strawberry.type
class Mutations:
    @mutation
    def share_record(self, info: ApiInfo, input: ShareRecordInput) -> SharePayload:
        """Share a record that one may change with a member or a team."""
        member = record_chosen(info, input.member, member_list, field="member") if input.member else None
        team = record_chosen(info, input.team, team_list, field="team") if input.team else None
        share = actions.share_record(
            record=_record(info, input.record), member=member, team=team, may_change=input.may_change, **acting(info)
        )
        return SharePayload.of(share=share)

    @mutation
    def unshare_record(self, info: ApiInfo, input: UnshareRecordInput) -> SharePayload:
        """Take a share back."""
        share = get_object_or_404(models.Share, pk=chosen(input.id, of="Share", field="id"))
        record = record_to_see(info.context.member, share.kind, share.object_id)
        actions.unshare_record(share=share, record=record, **acting(info))
        return SharePayload.of()


def _record(info: ApiInfo, given: relay.GlobalID) -> Any:
    listing, key = listing_of(given.type_name), key_in(given, of=given.type_name)
    try:
        if listing is None or key is None:
            raise Http404
        return record_to_see(info.context.member, str(listing.model._meta.model_name), key)
    except Http404:
        message = _("There is no such record, or it is not yours to see.")
        raise Refused(message, field="record", code=NOT_FOUND) from None
