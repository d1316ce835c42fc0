"""Handing a mail to the mail server, after the claim on it is committed, and writing down how that went."""

from __future__ import annotations

import logging
import smtplib
from uuid import UUID

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from triptych.core_crm.cases.actions import delivery
from triptych.core_crm.cases.models import CaseMessage
from triptych.core_crm.mail.composing import compose
from triptych.platform import clock
from triptych.platform.scope import entered
from triptych.tenants.models import Tenant

logger = logging.getLogger(__name__)


class NotForNow(Exception):
    """The server did not take the mail, and may do so later."""


class NotAtAll(Exception):
    """The server will never take the mail, or nobody knows whether it did."""


def send_claimed(tenant: Tenant, message_id: UUID) -> None:
    """Send a message that was claimed in a transaction that is committed by now. It raises nothing."""
    with entered(tenant), timezone.override(tenant.timezone), override(tenant.language):
        rows = CaseMessage.objects.select_related("case__contact", "case__queue", "author")
        message = rows.get(pk=message_id)
        try:
            hand_over(message, tenant)
        except NotForNow as refused:
            delivery.put_off(message=message, reason=str(refused), now=clock.now())
        except NotAtAll as refused:
            delivery.note_failed(message=message, reason=str(refused), now=clock.now())
        except Exception:
            logger.exception("a reply could not be sent", extra={"message": str(message_id)})
            reason = _("Something went wrong here. Send it again; if it fails again, tell whoever runs the service.")
            delivery.note_failed(message=message, reason=reason, now=clock.now())
        else:
            delivery.note_sent(message=message, now=clock.now())


def hand_over(message: CaseMessage, tenant: Tenant) -> None:
    """Give the mail to the server.

    Raises:
        NotForNow: it cannot be reached, or refuses for the time being; the mail has not left.
        NotAtAll: a file that goes with it has been deleted, or the server refuses for good, or went silent after the
            mail was on its way.
    """
    if gone := delivery.deleted_attachments(message):
        names = ", ".join(one["name"] for one in gone)
        told = ngettext(
            "%(files)s was deleted before this left. Restore it, or send the reply again without it.",
            "%(files)s were deleted before this left. Restore them, or send the reply again without them.",
            len(gone),
        )
        raise NotAtAll(told % {"files": names})
    mail = compose(message, tenant=tenant)
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotForNow(_("The mail server could not be reached: %(why)s.") % {"why": _why(error)}) from error
    try:
        server.send_messages([mail])
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code, _why(error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _judged(code, _text(text)) from error
    except (OSError, smtplib.SMTPException) as error:
        why = _("The mail server went silent. The mail may have arrived; send it again if in doubt.")
        raise NotAtAll(why) from error
    finally:
        _close(server)


def _judged(code: int, why: str) -> NotForNow | NotAtAll:
    text = _("The mail server said: %(why)s") % {"why": f"{code} {why}"}
    return NotForNow(text) if 400 <= code < 500 else NotAtAll(text)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _text(error.smtp_error)
    return str(error.args[-1] if error.args else error)


def _text(said: bytes | str) -> str:
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:300]


def _close(server: BaseEmailBackend) -> None:
    """What goes wrong at the good-bye changes nothing about the mail."""
    try:
        server.close()
    except (OSError, smtplib.SMTPException):
        logger.info("the mail server ended the connection by itself")
