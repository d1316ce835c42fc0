"""The door for mail: a small LMTP server behind the mail server of the installation, or SMTP for a direct delivery.

The recipient decides the tenant and the queue. Whoever hears 250 may forget the mail: it is kept by then. A tenant that
is closed for now, or a database that does not answer, is 4xx: the mail server tries again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connections

from triptych.core_crm.cases.addresses import case_at, queue_at
from triptych.core_crm.mail.actions import keep_mail
from triptych.core_crm.mail.parsing import LARGEST
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.platform.web import logs
from triptych.tenants.models import Tenant
from triptych.tenants.routing import tenant_of_host

logger = logging.getLogger(__name__)

UNKNOWN = "550 5.1.1 Nobody takes mail at this address"
LATER = "451 4.3.0 Not possible at the moment, try again later"
MOST_RECIPIENTS = 50


class Door:
    """What aiosmtpd asks at each step. Its database work happens in threads, each with a connection of its own."""

    def __init__(self, *, answers_each: bool) -> None:
        self.answers_each = answers_each  # LMTP wants an answer for each recipient, SMTP one for all

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        answer = await asyncio.to_thread(_guarded, is_taken, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        answers = [
            await asyncio.to_thread(_guarded, bring, address, raw, envelope.mail_from or "")
            for address in envelope.rcpt_tos
        ]
        if self.answers_each:
            return "\r\n".join(answers)
        return next((answer for answer in answers if not answer.startswith("250")), answers[0])


def is_taken(address: str) -> str:
    """Whether mail for that address is taken, as the server says it."""
    tenant = _tenant_of(address)
    if tenant is None:
        return UNKNOWN
    if not tenant.is_open:
        return LATER
    with entered(tenant):
        return "250 2.1.5 OK" if queue_at(address) or case_at(address) else UNKNOWN


def bring(address: str, raw: bytes, sender: str) -> str:
    """Keep a mail in the tenant of that address, as the server says how it went."""
    tenant = _tenant_of(address)
    if tenant is None or not tenant.is_open:
        return LATER
    with entered(tenant), logs.bound(tenant=tenant.schema_name):
        try:
            arrival = keep_mail(raw=raw, recipient=address, sender=sender, now=clock.now())
        except Refused:
            return "554 5.6.0 The mail is empty or too large"
    return f"250 2.6.0 Kept as {arrival.pk}"


def controller(*, host: str, port: int, lmtp: bool = True) -> Controller:
    """A server that is yet to be started; it listens in a thread of its own."""
    door = Door(answers_each=lmtp)

    class Listening(Controller):
        def factory(self) -> Any:
            kind = LMTP if lmtp else SMTP
            return kind(door, data_size_limit=LARGEST, enable_SMTPUTF8=True, ident="Triptych", timeout=120)

    return Listening(door, hostname=host, port=port)


def serve(*, host: str, port: int, lmtp: bool, stopping: threading.Event) -> None:
    """Listen until somebody ends it.

    Raises:
        OSError: the port is in use.
    """
    server = controller(host=host, port=port, lmtp=lmtp)
    server.start()
    try:
        stopping.wait()
    finally:
        server.stop()


def _tenant_of(address: str) -> Tenant | None:
    return tenant_of_host(address.rpartition("@")[2].lower().rstrip("."))


def _guarded(work: Any, *arguments: Any) -> str:
    """Do it on this thread's connection; whatever breaks is a reason to try again, never a lost mail."""
    try:
        answer: str = work(*arguments)
    except Exception:
        logger.exception("a mail could not be taken")
        return LATER
    finally:
        connections.close_all()
    return answer
