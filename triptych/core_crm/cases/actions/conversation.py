"""What is said about a case: public replies, internal notes, and what the customer writes."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.actions.cases import locked, open_status
from triptych.core_crm.cases.addresses import hosts_of_mail
from triptych.core_crm.cases.findable import text_of
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.rights.access import CHANGE, must
from triptych.platform import events, search
from triptych.platform.changes import check_fields
from triptych.platform.files.models import File
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

MOST_MAILED = 20 * 1024 * 1024
"""Bytes of all that is attached to one mail: what mail servers commonly take, in base64."""


class MessageRefused(Refused):
    """The message cannot be kept."""


@dataclass(frozen=True)
class Written:
    """What a mail says of itself, beside its words."""

    message_id: str = ""
    sender_name: str = ""
    sender_email: str = ""
    is_automatic: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def reply(
    *,
    case: Case,
    body: str,
    by: Member,
    now: datetime,
    then: str = "",
    by_mail: bool = True,
    attachments: Collection[File] = (),
) -> CaseMessage:
    """Answer the customer, for them to read. `then` is the status that the case takes on with it, if any.

    `attachments` are files of the case.

    It goes by mail where the case has an address, unless `by_mail` is false. The first reply stops the clock of the
    first response. A closed case reopens unless `then` closes it again, and a new one without an owner becomes the
    replier's. Announces `case.replied`, and `case.resolved` or `case.reopened` as it applies.

    Raises:
        MessageRefused: there is no text, it is too long, `then` is no status to choose, the case goes on in another
            one, or a file is not on the case or too large for a mail.
    """
    case = locked(case)
    _refuse_merged(case)
    must(by, CHANGE, case)
    if then and then not in (Case.Status.ASSIGNED, Case.Status.PENDING, Case.Status.CLOSED):
        raise MessageRefused(_("With a reply a case can become Assigned, Pending or Closed."), field="then")
    message = _to_mail(case, by=by, now=now, to=case.mailed_to if by_mail else "")
    message.attachments = _attached(case, message, attachments)
    message = _keep(case, message, body)
    case.owner = case.owner or by
    case.first_responded_at = case.first_responded_at or now
    case.awaits_reply = False
    _go_on(case, Case.Status(then) if then else None, by=by, now=now)
    events.announce("case.replied", case, by=by, at=now, message=str(message.pk))
    return message


def tell_requester(*, case: Case, body: str, by: Member | None, now: datetime) -> CaseMessage:
    """Tell the customer something that is no answer; nothing else about the case changes.

    Runs in the caller's transaction, who holds the case. Announces `case.requester_told`.
    """
    message = _keep(case, _to_mail(case, by=by, now=now, to=case.mailed_to), body)
    case.save(update_fields=["last_message_at"])
    events.announce("case.requester_told", case, by=by, at=now, message=str(message.pk))
    return message


@transaction.atomic
def add_internal_note(
    *, case: Case, body: str, by: Member | None, now: datetime, written: Written | None = None
) -> CaseMessage:
    """Write something for colleagues only; it changes nothing else. Announces `case.noted`.

    With `written` it is a mail from somebody the case does not know, and is marked as doubtful.

    Raises:
        MessageRefused: there is no text, or it is too long.
    """
    case = locked(case)
    must(by, CHANGE, case)
    message = CaseMessage(kind=CaseMessage.Kind.INTERNAL, at=now, author=by, is_doubtful=written is not None)
    _keep(case, _described(message, written), body)
    case.save(update_fields=["last_message_at"])
    events.announce("case.noted", case, by=by, at=now, message=str(message.pk))
    return message


@transaction.atomic
def take_in_message(
    *,
    case: Case,
    body: str,
    contact: Contact | None,
    by: Member | None,
    now: datetime,
    written: Written | None = None,
) -> CaseMessage:
    """Keep what the customer said, as a channel brought it or as a member (`by`) wrote it down.

    A case that is not being worked on (pending, closed) comes back to work, unless a program wrote it: an
    out-of-office note asks for nothing. Announces `case.message_received`, and `case.reopened` if it was closed.

    Raises:
        MessageRefused: there is no text, it is too long, or the case goes on in another one.
    """
    case = locked(case)
    _refuse_merged(case)
    message = CaseMessage(kind=CaseMessage.Kind.PUBLIC, at=now, contact=contact or (None if written else case.contact))
    _keep(case, _described(message, written), body)
    if message.is_automatic and case.messages.exclude(pk=message.pk).exists():
        case.save(update_fields=["last_message_at"])
    else:
        case.awaits_reply = True
        _go_on(case, open_status(case) if case.status == Case.Status.PENDING else None, by=by, now=now)
    events.announce("case.message_received", case, by=by, at=now, message=str(message.pk))
    return message


def new_message_id(host: str) -> str:
    """The Message-ID of a mail that is about to be written."""
    return f"<case.{secrets.token_hex(16)}@{host}>"


def _refuse_merged(case: Case) -> None:
    """Raises MessageRefused for a case that was merged: going on with it would tear the two apart unseen."""
    if case.merged_into_id:
        raise MessageRefused(_("This case is merged already. Undo that first."), field="body")


def _to_mail(case: Case, *, by: Member | None, now: datetime, to: str) -> CaseMessage:
    message = CaseMessage(kind=CaseMessage.Kind.PUBLIC, at=now, author=by, sent_to=to)
    if to:
        message.delivery, message.delivery_at = CaseMessage.Delivery.QUEUED, now
        message.message_id = new_message_id(hosts_of_mail()[0])
    return message


def attachment_of(file: File) -> dict[str, Any]:
    """A file as the message keeps it."""
    return {"name": file.name, "file": str(file.pk), "refused": ""}


def _attached(case: Case, message: CaseMessage, files: Collection[File]) -> list[dict[str, Any]]:
    if any((file.kind, file.object_id) != ("case", case.pk) or file.deleted_at for file in files):
        raise MessageRefused(_("Attach files of this case only. Add the file to the case first."), field="attachments")
    if message.sent_to and sum(file.size for file in files) > MOST_MAILED:
        raise MessageRefused(
            _("A mail carries 20 MB of files at most. Send a link to the larger ones."), field="attachments"
        )
    return [attachment_of(file) for file in files]


def _described(message: CaseMessage, written: Written | None) -> CaseMessage:
    for name, value in vars(written).items() if written else ():
        setattr(message, name, value)
    return message


def _keep(case: Case, message: CaseMessage, body: str) -> CaseMessage:
    message.case, message.body = case, body.strip()
    if not message.body:
        raise MessageRefused(_("Write something first."), field="body")
    check_fields(message, only=["body", "sender_name", "sender_email", "message_id"])
    if case.deleted_at:
        raise MessageRefused(_("This case is in the bin. Restore it first."))
    message.save(force_insert=True)
    search.index_texts([text_of(message)])
    case.last_message_at = message.at
    return message


def _go_on(case: Case, status: Case.Status | None, *, by: Member | None, now: datetime) -> None:
    """Give the case the status that a message brings about, and write what the message changed."""
    was_open = case.is_open
    if status is None and case.status not in (Case.Status.ASSIGNED, Case.Status.PENDING):
        status = open_status(case)
    case.status = status or case.status
    if was_open != case.is_open:
        case.resolved_at = None if case.is_open else now
        case.merged_into = None
    by_message = ("first_responded_at", "awaits_reply", "last_message_at")
    case.save_fields("status", "owner", "resolved_at", "merged_into", *by_message, at=now)
    if was_open != case.is_open:
        events.announce("case.reopened" if case.is_open else "case.resolved", case, by=by, at=now)
