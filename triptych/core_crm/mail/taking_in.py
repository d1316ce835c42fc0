"""From a mail to a message of a case. docs/cases.md tells the rules in words; the order below is theirs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases import actions, addresses
from triptych.core_crm.cases.actions.delivery import note_failed
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.mail.parsing import Attachment, Bounce, Letter, NotUnderstood, read_letter
from triptych.platform.files.actions import attach_file
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

logger = logging.getLogger(__name__)

MOST_HOPS = 50
MOST_AN_HOUR = 30
LONGEST_BODY = 19_000
REASONS = 500


class SetAside(Exception):
    """The mail is kept and shown to owners and admins, and goes to no case by itself."""


def take_in(arrival_id: UUID, *, now: datetime) -> Arrival | None:
    """Take in a mail that waits. Nothing is lost: one that is not understood is kept with the reason."""
    arrival = Arrival.objects.select_for_update().filter(pk=arrival_id, state=Arrival.State.WAITING).first()
    if arrival is None:
        return None
    try:
        with transaction.atomic():
            return understood(arrival, now=now)
    except SetAside as aside:
        return _settle(arrival, Arrival.State.ASIDE, reason=str(aside))
    except Refused as refused:
        return _settle(arrival, Arrival.State.FAILED, reason=refused.message)
    except Exception:
        logger.exception("a mail was not understood", extra={"arrival": str(arrival.pk)})
        return _settle(arrival, Arrival.State.FAILED, reason=_("Something went wrong while reading it."))


def understood(arrival: Arrival, *, now: datetime, by: Member | None = None, whatever: bool = False) -> Arrival:
    """Make of a mail what it is: an answer, a new case, a note, the news that a reply did not arrive.

    With `whatever` it comes in even where it looks like a loop or a flood.

    Raises:
        NotUnderstood: it cannot be read, or its bytes are gone.
        SetAside: it should not become a message by itself.
    """
    try:
        with default_storage.open(arrival.storage_key) as stored:
            letter = read_letter(stored.read())
    except FileNotFoundError:
        raise NotUnderstood(_("Its bytes are gone.")) from None
    arrival.sender, arrival.subject = letter.sender_email or arrival.sender, letter.subject
    Arrival.objects.filter(pk=arrival.pk).update(sender=arrival.sender, subject=arrival.subject)
    if letter.bounce is not None and not whatever:
        return _settle(arrival, Arrival.State.TAKEN, case=_returned(letter.bounce, now=now))
    if not whatever:
        _refuse_loops(arrival, letter, now=now)
    case = _case_meant(arrival, letter)
    if case is None:
        if letter.is_auto_reply and not whatever:
            raise SetAside(_("It is an automatic reply to something that is no case."))
        return _settle(arrival, Arrival.State.TAKEN, case=_opened(arrival, letter, follows=None, now=now, by=by))
    return _settle(arrival, Arrival.State.TAKEN, case=_answered(arrival, letter, case, now=now, by=by))


def may_answer(sender: str, case: Case) -> bool:
    """Whether the case knows the sender: who asked, an address of its contact, or somebody whom a reply went to.

    Those of the cases that are merged into it count, too.
    """
    known = set()
    for one in (case, *case.merged.select_related("contact")):
        known.add(one.requester_email.lower())
        known |= {str(entry.get("email", "")).lower() for entry in (one.contact.emails if one.contact else ())}
    if sender in known - {""}:
        return True
    return CaseMessage.objects.public().of_conversation(case).filter(sent_to__iexact=sender).exists()


def _refuse_loops(arrival: Arrival, letter: Letter, *, now: datetime) -> None:
    ours = set(addresses.hosts_of_mail())
    if letter.sender_email.partition("@")[2] in ours:
        raise SetAside(_("It came from an address of this workspace itself."))
    if any(value.partition("@")[2] in ours for value in letter.loops):
        raise SetAside(_("It is a reply of ours that came back."))
    if letter.hops > MOST_HOPS:
        raise SetAside(_("It has passed so many servers that it must be going in circles."))
    lately = Arrival.objects.from_sender_since(arrival.sender, now - timedelta(hours=1))
    if lately.count() > MOST_AN_HOUR:
        raise SetAside(_("Its sender has sent more than %(count)d mails within an hour.") % {"count": MOST_AN_HOUR})


def _case_meant(arrival: Arrival, letter: Letter) -> Case | None:
    """The case that the mail answers, by its address or by the mails it refers to; the one that goes on if merged."""
    for address in (arrival.recipient, *letter.recipients):
        case = addresses.case_at(address)
        if case is not None:
            return _going_on(case)
    said = CaseMessage.objects.filter(message_id__in=letter.references, case__deleted_at=None)
    by_id = {message.message_id: message for message in said.select_related("case")}
    found = next((by_id[one] for one in letter.references if one in by_id), None)
    return _going_on(found.case) if found else None


def _going_on(case: Case) -> Case | None:
    """The case as it goes on; one in the bin takes no mail."""
    while case.merged_into_id:
        case = Case.objects.get(pk=case.merged_into_id)
    return None if case.deleted_at else Case.objects.select_related("contact", "queue").get(pk=case.pk)


def _answered(arrival: Arrival, letter: Letter, case: Case, *, now: datetime, by: Member | None) -> Case:
    if not may_answer(letter.sender_email, case):
        _write(arrival, letter, case, now=now, by=by, doubtful=True)
        return case
    days = addresses.queue_of(case).reopen_days
    is_late = case.resolved_at is not None and case.resolved_at + timedelta(days=days) < now
    if is_late and not letter.is_automatic:
        return _opened(arrival, letter, follows=case, now=now, by=by)
    _write(arrival, letter, case, now=now, by=by)
    return case


def _opened(arrival: Arrival, letter: Letter, *, follows: Case | None, now: datetime, by: Member | None) -> Case:
    """A new case from a mail; one that `follows` another stands for the same people."""
    contact = (follows.contact if follows else None) or actions.contact_at(letter.sender_email)
    fields: actions.CaseFields = {
        "subject": letter.subject or _("(no subject)"),
        "origin": Case.Origin.EMAIL,
        "requester_name": letter.sender_name,
        "requester_email": letter.sender_email,
        "contact": contact,
        "company": (follows.company if follows else None) or (contact.company if contact else None),
    }
    queue = _queue_meant(arrival, letter)
    if queue is not None:
        fields["queue"] = queue
    if follows is not None:
        fields |= {"follows": follows, "following": Case.Following.LATE_REPLY, "deal": follows.deal}
    case = actions.create_case(by=by, now=now, **fields)
    _write(arrival, letter, case, now=now, by=by)
    return case


def _queue_meant(arrival: Arrival, letter: Letter) -> Any:
    hosts = set(addresses.hosts_of_mail())
    ours = [one for one in (arrival.recipient, *letter.recipients) if one.partition("@")[2] in hosts]
    return next((queue for one in ours if (queue := addresses.queue_at(one))), None)


def _write(
    arrival: Arrival, letter: Letter, case: Case, *, now: datetime, by: Member | None, doubtful: bool = False
) -> CaseMessage:
    """Keep the letter as a message: in public from who may answer, else as a note that warns."""
    attachments = list(letter.attachments)
    body = letter.text or _("(no text)")
    if len(body) > LONGEST_BODY:
        attachments.append(Attachment("message.txt", letter.whole_text.encode()))
        body = body[:LONGEST_BODY] + "\n\n" + _("[Shortened: the whole text is in message.txt.]")
    written = actions.Written(
        message_id=letter.message_id,
        sender_name=letter.sender_name,
        sender_email=letter.sender_email,
        is_automatic=letter.is_automatic,
        attachments=_kept(attachments, case, now=now),
    )
    if doubtful:
        return actions.add_internal_note(case=case, body=body, by=None, now=now, written=written)
    known = case.contact if case.contact and letter.sender_email == case.requester_email else None
    contact = known or actions.contact_at(letter.sender_email)
    return actions.take_in_message(case=case, body=body, contact=contact, by=by, now=now, written=written)


def _kept(attachments: Sequence[Attachment], case: Case, *, now: datetime) -> list[dict[str, Any]]:
    """Put what is attached on the case, with the checks of every file; what is refused is named with the reason."""
    kept: list[dict[str, Any]] = []
    for attachment in attachments:
        upload = ContentFile(attachment.content, name=attachment.name)
        try:
            file = attach_file(upload=upload, kind="case", object_id=case.pk, by=None, now=now)
        except Refused as refused:
            kept.append({"name": attachment.name[:200], "file": None, "refused": refused.message})
        else:
            kept.append(actions.attachment_of(file))
    return kept


def _returned(bounce: Bounce, *, now: datetime) -> Case | None:
    """Write at the reply that came back that it did. A delay is no failure."""
    said = CaseMessage.objects.select_related("case").select_for_update(of=("self",))
    message = said.filter(message_id__in=bounce.message_ids).exclude(delivery="").first()
    if message is None:
        raise SetAside(_("It says that a mail did not arrive which no case knows."))
    if bounce.is_final:
        reason = _("It came back: %(why)s") % {"why": bounce.reason}
        note_failed(message=message, reason=reason, now=now)
    return message.case


def _settle(arrival: Arrival, state: Arrival.State, *, reason: str = "", case: Case | None = None) -> Arrival:
    arrival.state, arrival.reason, arrival.case = state, reason[:REASONS], case
    arrival.save(update_fields=["state", "reason", "case", "sender", "subject"])
    return arrival
