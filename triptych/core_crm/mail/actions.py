"""Writes to what came by mail: keeping it whole, trying it again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.mail import taking_in
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.mail.parsing import LARGEST, NotUnderstood, header
from triptych.platform import events
from triptych.platform.ids import new_id
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member


def keep_mail(*, raw: bytes, recipient: str, sender: str, now: datetime) -> Arrival:
    """Keep a mail as it came; whoever brought it may forget it then. A copy of one that is here is not kept again.

    `recipient` and `sender` are those of the envelope, empty where there is none. Announces `mail.arrived`.

    Raises:
        Refused: it is empty, or larger than 30 MB.
    """
    if not raw.strip():
        raise Refused(_("This mail is empty."))
    if len(raw) > LARGEST:
        raise Refused(_("This mail is larger than 30 MB."))
    fingerprint = fingerprint_of(raw)
    known = Arrival.objects.filter(fingerprint=fingerprint).first()
    if known is not None:
        return known
    key = default_storage.save(f"mail/{new_id().hex}.eml", ContentFile(raw))
    try:
        with transaction.atomic():
            arrival, made = Arrival.objects.get_or_create(
                fingerprint=fingerprint,
                defaults={
                    "storage_key": key,
                    "size": len(raw),
                    "recipient": _told(recipient),
                    "sender": _told(sender),
                    "received_at": now,
                },
            )
            if made:
                events.announce("mail.arrived", arrival, by=None, at=now)
    except BaseException:
        default_storage.delete(key)
        raise
    if not made:
        default_storage.delete(key)
    return arrival


def fingerprint_of(raw: bytes) -> str:
    """The same for copies of one mail that came on different ways: Message-ID, sender, date and body.

    The Message-ID alone is not enough: whoever sends every mail with the same one would lose all but the first.
    """
    head, _gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    mail = BytesHeaderParser(policy=compat32).parsebytes(head[:1_000_000])
    said = "\n".join(header(mail, name) for name in ("Message-ID", "From", "Date", "Subject"))
    return hashlib.sha256(said.encode() + b"\n\n" + body.rstrip()).hexdigest()


@transaction.atomic
def try_again(*, arrival: Arrival, by: Member, now: datetime) -> Arrival:
    """Take in a mail that was set aside or not understood, or waits; what set it aside counts no more.

    Raises:
        Refused: it is taken in already, or still is not understood.
    """
    arrival = Arrival.objects.select_for_update().get(pk=arrival.pk)
    if arrival.state == Arrival.State.TAKEN:
        raise Refused(_("This mail is taken in already."))
    try:
        with transaction.atomic():
            return taking_in.understood(arrival, now=now, by=by, whatever=True)
    except NotUnderstood as refused:
        message = _("It still is not understood: %(why)s Download it to see what it says.")
        raise Refused(message % {"why": refused.message}) from refused


def _told(address: str) -> str:
    return "".join(letter for letter in address if letter.isprintable())[:320].lower()
