"""How a reply fares on its way out: claimed before it is sent, so that no mail leaves twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.cases.models import CaseMessage
from triptych.platform import events
from triptych.platform.files.models import File
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

Delivery = CaseMessage.Delivery
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=3))
"""Between the tries of a mail that the server did not take for now."""


def claim_sending(*, message_id: UUID, now: datetime) -> CaseMessage | None:
    """Take a waiting message for sending; None when it is not waiting (any more).

    Runs in the caller's transaction. Send after its commit: whoever is cut off between leaves a message that is seen to
    be unsure, and none that is sent again by itself.
    """
    message = CaseMessage.objects.select_for_update().filter(pk=message_id, delivery=Delivery.QUEUED).first()
    if message is None:
        return None
    message.tries += 1
    _become(message, Delivery.SENDING, "", now=now)
    return message


@transaction.atomic
def note_sent(*, message: CaseMessage, now: datetime) -> None:
    """The mail server has taken it. Announces `case.reply_sent`."""
    _become(message, Delivery.SENT, "", now=now)
    events.announce("case.reply_sent", message.case, by=None, at=now, message=str(message.pk))


@transaction.atomic
def note_failed(*, message: CaseMessage, reason: str, now: datetime) -> None:
    """The mail will not arrive, or nobody knows whether it does. Announces `case.reply_failed`."""
    _become(message, Delivery.FAILED, reason, now=now)
    events.announce("case.reply_failed", message.case, by=None, at=now, message=str(message.pk))


@transaction.atomic
def put_off(*, message: CaseMessage, reason: str, now: datetime) -> None:
    """The mail server did not take it for now: it waits for its next try, or fails after the last one.

    Announces `case.reply_put_off` with the time of the next try.
    """
    if message.tries > len(PAUSES):
        note_failed(message=message, reason=reason, now=now)
        return
    due = now + PAUSES[message.tries - 1]
    _become(message, Delivery.QUEUED, reason, now=now)
    events.announce("case.reply_put_off", message.case, by=None, at=now, message=str(message.pk), due=due.isoformat())


@transaction.atomic
def send_again(*, message: CaseMessage, by: Member, now: datetime) -> CaseMessage:
    """Let a mail that failed wait to be sent anew, to where the case is answered now. Announces `case.reply_retried`.

    It goes without what was attached and has been deleted since.

    Raises:
        Refused: it has not failed, or the case has no address any more.
    """
    message = CaseMessage.objects.select_for_update(of=("self",)).select_related("case__contact").get(pk=message.pk)
    if not message.may_be_sent_again(at=now):
        raise Refused(_("This reply has not failed. It is not sent twice."))
    message.sent_to = message.case.mailed_to
    if not message.sent_to:
        raise Refused(_("This case has no address. Give its contact one, then send the reply again."))
    message.tries = 0
    gone = {one["file"] for one in deleted_attachments(message)}
    message.attachments = [_left_out(one) if one["file"] in gone else one for one in message.attachments]
    message.save(update_fields=["sent_to", "attachments"])
    _become(message, Delivery.QUEUED, "", now=now)
    events.announce("case.reply_retried", message.case, by=by, at=now, message=str(message.pk))
    return message


def deleted_attachments(message: CaseMessage) -> list[dict[str, Any]]:
    """What is attached to the message and was deleted after it was written, as the message keeps it."""
    attached = [one for one in message.attachments if one["file"]]
    there = File.objects.alive().filter(pk__in=[one["file"] for one in attached]).values_list("pk", flat=True)
    alive = {str(pk) for pk in there} if attached else set()
    return [one for one in attached if one["file"] not in alive]


def _left_out(attachment: dict[str, Any]) -> dict[str, Any]:
    return {**attachment, "file": None, "refused": _("It was deleted before it was sent.")}


def _become(message: CaseMessage, delivery: CaseMessage.Delivery, note: str, *, now: datetime) -> None:
    message.delivery, message.delivery_note, message.delivery_at = delivery, note[:500], now
    message.save(update_fields=["delivery", "delivery_note", "delivery_at", "tries"])
