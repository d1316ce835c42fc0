"""What is said about a case: public replies, internal notes, and what the customer writes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.actions.cases import locked, open_status
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.models import Contact
from triptych.platform import events
from triptych.platform.changes import check_fields
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


class MessageRefused(Refused):
    """The message cannot be kept."""


@transaction.atomic
def reply(*, case: Case, body: str, by: Member, now: datetime, then: str = "") -> CaseMessage:
    """Answer the customer, for them to read. `then` is the status that the case takes on with it, if any.

    The first reply stops the clock of the first response. A closed case reopens unless `then` closes it again, and a
    new one without an owner becomes the replier's. Announces `case.replied`, and `case.resolved` or `case.reopened`
    as it applies.

    Raises:
        MessageRefused: there is no text, it is too long, or `then` is no status to choose.
    """
    case = locked(case)
    if then and then not in (Case.Status.ASSIGNED, Case.Status.PENDING, Case.Status.CLOSED):
        raise MessageRefused(_("With a reply a case can become Assigned, Pending or Closed."), field="then")
    message = _keep(case, CaseMessage.Kind.PUBLIC, body, now=now, author=by)
    case.owner = case.owner or by
    case.first_responded_at = case.first_responded_at or now
    case.awaits_reply = False
    _go_on(case, Case.Status(then) if then else None, by=by, now=now)
    events.announce("case.replied", case, by=by, at=now, message=str(message.pk))
    return message


@transaction.atomic
def add_internal_note(*, case: Case, body: str, by: Member, now: datetime) -> CaseMessage:
    """Write something for colleagues only; it changes nothing else. Announces `case.noted`.

    Raises:
        MessageRefused: there is no text, or it is too long.
    """
    case = locked(case)
    message = _keep(case, CaseMessage.Kind.INTERNAL, body, now=now, author=by)
    case.save(update_fields=["last_message_at"])
    events.announce("case.noted", case, by=by, at=now, message=str(message.pk))
    return message


@transaction.atomic
def take_in_message(*, case: Case, body: str, contact: Contact | None, by: Member | None, now: datetime) -> CaseMessage:
    """Keep what the customer said, as a channel brought it or as a member (`by`) wrote it down.

    A case that is not being worked on (pending, closed) comes back to work. Announces `case.message_received`, and
    `case.reopened` if it was closed.

    Raises:
        MessageRefused: there is no text, or it is too long.
    """
    case = locked(case)
    message = _keep(case, CaseMessage.Kind.PUBLIC, body, now=now, contact=contact or case.contact)
    case.awaits_reply = True
    _go_on(case, open_status(case) if case.status == Case.Status.PENDING else None, by=by, now=now)
    events.announce("case.message_received", case, by=by, at=now, message=str(message.pk))
    return message


def _keep(
    case: Case,
    kind: CaseMessage.Kind,
    body: str,
    *,
    now: datetime,
    author: Member | None = None,
    contact: Contact | None = None,
) -> CaseMessage:
    message = CaseMessage(case=case, kind=kind, body=body.strip(), at=now, author=author, contact=contact)
    if not message.body:
        raise MessageRefused(_("Write something first."), field="body")
    check_fields(message, only=["body"])
    if case.deleted_at:
        raise MessageRefused(_("This case is in the bin. Restore it first."))
    message.save(force_insert=True)
    case.last_message_at = now
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
