"""Consents: recording what somebody said, reading what holds now, and the purposes that a workspace asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.core_crm.contacts import access as contacts
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.leads import access as leads
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.privacy.models import Consent, Purpose
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events
from triptych.platform.changes import apply_changes, check_fields
from triptych.platform.collation import in_order
from triptych.platform.refusals import Refused
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member

SLACK = timedelta(minutes=5)
"""By which a clock of somebody else may be ahead."""


class PurposeTaken(Refused):
    """Another purpose has that name."""


def consents_of(record: Contact | Lead) -> list[Consent]:
    """All that was said, the latest first: of a contact also as the leads that it was. One statement."""
    about = Q(object_id=record.pk)
    if isinstance(record, Contact):
        about |= Q(object_id__in=Lead.objects.filter(converted_contact=record).values("pk"))
    return list(Consent.objects.filter(about).latest_first())


def holding(consents: Iterable[Consent]) -> list[Consent]:
    """Of each purpose and channel the last word, by purpose; `consents` come with the latest first."""
    last: dict[tuple[UUID, str], Consent] = {}
    for consent in consents:
        last.setdefault((consent.purpose_id, consent.channel), consent)
    by_channel = sorted(last.values(), key=lambda one: one.channel)
    return in_order(by_channel, key=lambda one: one.purpose.name)


def record_to_see(member: Member, kind: str, pk: UUID) -> Contact | Lead:
    """The contact or lead whose consents are asked for. Raises Http404 if it is not there for the member."""
    return leads.lead_to_see(member, pk) if kind == "lead" else contacts.contact_to_see(member, pk)


@transaction.atomic
def record_consent(
    *,
    record: Contact | Lead,
    purpose: Purpose,
    state: str,
    source: str,
    by: Member | None,
    now: datetime,
    channel: str = Consent.Channel.ANY,
    basis: str = Consent.Basis.CONSENT,
    at: datetime | None = None,
) -> Consent:
    """Keep that somebody agreed, or took it back; `at` is when they said so, now if left out. What was said before
    stays. Announces `consent.given` or `consent.withdrawn` on the record.

    Raises:
        Forbidden: `by` may not change the record.
        Refused: a value breaks a rule, or lies in the future; it names the field.
    """
    must(by, CHANGE, record)
    kind = str(record._meta.model_name)
    consent = Consent(kind=kind, object_id=record.pk, purpose=purpose, by=by, created_at=now)
    said = {"channel": channel, "state": state, "basis": basis, "source": source.strip(), "at": at or now}
    apply_changes(consent, said)
    check_fields(consent, only=["channel", "state", "basis", "source"])
    if consent.at > now + SLACK:
        raise Refused(_("That lies in the future. Give the time at which they said so."), field="at")
    if not purpose.is_active:
        raise Refused(_("This purpose is no longer in use. Choose another one."), field="purpose")
    consent.save(force_insert=True)
    facts = {"purpose": str(purpose.pk), "channel": consent.channel, "consent": str(consent.pk)}
    name = "consent.given" if consent.is_given else "consent.withdrawn"
    events.announce(name, record, by=by, at=now, **facts)
    return consent


def purpose_to_change(member: Member, pk: UUID) -> Purpose:
    """Raises Forbidden for whoever does not administer, Http404 where there is none."""
    administering(member)
    return get_object_or_404(Purpose, pk=pk)


@transaction.atomic
def save_purpose(
    *,
    by: Member,
    now: datetime,
    name: str,
    description: str = "",
    is_active: bool = True,
    purpose: Purpose | None = None,
) -> Purpose:
    """Make a purpose, or change the given one. One that is no longer in use cannot be chosen; what was said stays.
    Announces `consent_purpose.saved`.

    Raises:
        Forbidden: `by` does not administer.
        PurposeTaken: another one has that name.
        Refused: a value breaks a rule; it names the field.
    """
    administering(by)
    saved = purpose or Purpose()
    apply_changes(saved, {"name": name.strip(), "description": description.strip(), "is_active": is_active})
    check_fields(saved, only=["name", "description"])
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        raise PurposeTaken(_("There is a purpose of that name already."), field="name") from None
    events.announce("consent_purpose.saved", None, by=by, at=now, purpose=str(saved.pk))
    return saved


@transaction.atomic
def delete_purpose(*, purpose: Purpose, by: Member, now: datetime) -> None:
    """Delete a purpose that nobody has ever said anything about. Announces `consent_purpose.deleted`.

    Raises:
        Forbidden: `by` does not administer.
        Refused: somebody has; it can be taken out of use instead.
    """
    administering(by)
    if purpose.consents.exists():
        raise Refused(_("People have agreed to this purpose or refused it. Take it out of use instead."))
    events.announce("consent_purpose.deleted", None, by=by, at=now, purpose=str(purpose.pk))
    purpose.delete()
