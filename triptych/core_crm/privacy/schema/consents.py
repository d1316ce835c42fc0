"""Consents and their purposes in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from django.http import Http404
from strawberry import UNSET, relay

from triptych.core_crm.privacy import consenting, models
from triptych.graphql.context import ApiInfo
from triptych.graphql.ids import key_in
from triptych.graphql.mutations import Answer, acting, mutation
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering

strawberry.enum(models.Consent.Channel, name="ConsentChannel")
strawberry.enum(models.Consent.State, name="ConsentState")
strawberry.enum(models.Consent.Basis, name="ConsentBasis", description="Article 6 (1) of the GDPR.")
KINDS = {"Contact": "contact", "Lead": "lead"}


@strawberry.type(description="What for data may be used.")
class ConsentPurpose:
    id: strawberry.ID
    name: str
    description: str
    is_active: bool

    @classmethod
    def of(cls, purpose: models.Purpose) -> ConsentPurpose:
        """The purpose as the API shows it."""
        key = strawberry.ID(str(purpose.pk))
        return cls(id=key, name=purpose.name, description=purpose.description, is_active=purpose.is_active)


@strawberry.type(description="That somebody agreed to a purpose on a channel, or took it back.")
class Consent:
    id: strawberry.ID
    purpose: ConsentPurpose
    channel: models.Consent.Channel
    state: models.Consent.State
    basis: models.Consent.Basis
    source: str
    at: datetime
    by: str = strawberry.field(description="Who wrote it down.")

    @classmethod
    def of(cls, consent: models.Consent) -> Consent:
        """The consent as the API shows it."""
        return cls(
            id=strawberry.ID(str(consent.pk)),
            purpose=ConsentPurpose.of(consent.purpose),
            channel=models.Consent.Channel(consent.channel),
            state=models.Consent.State(consent.state),
            basis=models.Consent.Basis(consent.basis),
            source=consent.source,
            at=consent.at,
            by=str(consent.by or ""),
        )


@strawberry.type
class ConsentQueries:
    @strawberry.field(
        description="What a contact or lead said, the latest first; with `holding` only the last word for each purpose "
        "and channel. Empty when there is no such record for the caller."
    )
    def consents(self, info: ApiInfo, record: relay.GlobalID, holding: bool = False) -> list[Consent]:
        try:
            found = consenting.consents_of(_record(info, record))
        except Http404:
            return []
        return [Consent.of(one) for one in (consenting.holding(found) if holding else found)]

    @strawberry.field(description="What for data may be used, by name, those no longer in use too.")
    def consent_purposes(self, info: ApiInfo) -> list[ConsentPurpose]:
        return [ConsentPurpose.of(one) for one in models.Purpose.objects.by_name()]


@strawberry.input(description="What a contact or lead said.")
class RecordConsentInput:
    record: relay.GlobalID
    purpose: strawberry.ID
    state: models.Consent.State
    source: str = strawberry.field(description="How one knows: a form, a call, a letter.")
    channel: models.Consent.Channel = models.Consent.Channel.ANY
    basis: models.Consent.Basis = models.Consent.Basis.CONSENT
    at: datetime | None = strawberry.field(default=None, description="When they said so; now if left out.")


@strawberry.input(description="A purpose to be made, or with `id` to be changed.")
class SaveConsentPurposeInput:
    name: str
    description: str = ""
    is_active: bool = True
    id: strawberry.ID | None = UNSET


@strawberry.input
class DeleteConsentPurposeInput:
    id: strawberry.ID


@strawberry.type
class ConsentPayload(Answer):
    @strawberry.field(description="Null when there is a problem.")
    def consent(self) -> Consent | None:
        found: Any = self.records.get("consent")
        return Consent.of(found) if found else None


@strawberry.type
class ConsentPurposePayload(Answer):
    @strawberry.field(description="Null when there is a problem, or none any more.")
    def purpose(self) -> ConsentPurpose | None:
        found: Any = self.records.get("purpose")
        return ConsentPurpose.of(found) if found else None


@strawberry.type
class ConsentMutations:
    @mutation
    def record_consent(self, info: ApiInfo, input: RecordConsentInput) -> ConsentPayload:
        """Write down what a contact or lead agreed to or took back. What was said before stays."""
        record = _record(info, input.record)
        purpose = models.Purpose.objects.filter(pk=_key(input.purpose)).first()
        if purpose is None:
            raise Refused("There is no such purpose. Ask `consentPurposes` for those there are.", field="purpose")
        said = {"channel": input.channel, "state": input.state, "basis": input.basis, "source": input.source}
        consent = consenting.record_consent(record=record, purpose=purpose, at=input.at, **said, **acting(info))
        return ConsentPayload.of(consent=consent)

    @mutation
    def save_consent_purpose(self, info: ApiInfo, input: SaveConsentPurposeInput) -> ConsentPurposePayload:
        """Make a purpose, change one, or take it out of use. For owners and admins."""
        purpose = consenting.purpose_to_change(info.context.member, _key(input.id)) if input.id else None
        fields: dict[str, Any] = {"name": input.name, "description": input.description, "is_active": input.is_active}
        return ConsentPurposePayload.of(purpose=consenting.save_purpose(purpose=purpose, **fields, **acting(info)))

    @mutation
    def delete_consent_purpose(self, info: ApiInfo, input: DeleteConsentPurposeInput) -> ConsentPurposePayload:
        """Delete a purpose that nobody has said anything about. For owners and admins."""
        administering(info.context.member)
        purpose = consenting.purpose_to_change(info.context.member, _key(input.id))
        consenting.delete_purpose(purpose=purpose, **acting(info))
        return ConsentPurposePayload.of()


def _record(info: ApiInfo, given: relay.GlobalID) -> Any:
    """The contact or lead that an id names. Raises Http404 if there is none for the caller."""
    kind = KINDS.get(given.type_name)
    key = key_in(given, of=given.type_name)
    if kind is None or key is None:
        raise Http404
    return consenting.record_to_see(info.context.member, kind, key)


def _key(given: Any) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise Http404 from None
