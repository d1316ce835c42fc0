"""`triptych mail`: bring a mail from a file, and listen for mails."""

from __future__ import annotations

import sys
from pathlib import Path

from django.db import transaction

from triptych.core_crm.mail.actions import keep_mail
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.mail.parsing import LARGEST
from triptych.core_crm.mail.taking_in import take_in
from triptych.platform import clock
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.models import Tenant


def deliver(*, tenant: Tenant, file: str, recipient: str) -> str:
    """Keep a mail from a file, or from standard input for `-`, and take it in. Returns what became of it.

    Raises:
        Refused: there is no such file, or the mail is empty or too large.
    """
    raw = _read(file)
    with entered(tenant):
        arrival = keep_mail(raw=raw, recipient=recipient, sender="", now=clock.now())
        with transaction.atomic():
            take_in(arrival.pk, now=clock.now())
        arrival = Arrival.objects.select_related("case").get(pk=arrival.pk)
        if arrival.state == Arrival.State.TAKEN:
            return f"{arrival.case or 'taken in'}"
        return f"{arrival.get_state_display()}: {arrival.reason}"


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from error
