"""What is said in public leaves by mail; what came by mail is taken in."""

from datetime import datetime
from functools import partial
from typing import cast
from uuid import UUID

from django.db import transaction

from triptych.core_crm.cases.actions.delivery import claim_sending
from triptych.core_crm.mail.sending import send_claimed
from triptych.core_crm.mail.taking_in import take_in
from triptych.platform import clock, events, scope
from triptych.tenants.models import Tenant


@events.handles("case.replied", "case.requester_told", "case.reply_put_off", "case.reply_retried")
def send_reply(event: events.Event) -> None:
    """Claim the message in this transaction and send it once that is committed."""
    now, due = clock.now(), event.facts.get("due")
    if due and now < datetime.fromisoformat(due):
        raise events.Later(datetime.fromisoformat(due))
    message = claim_sending(message_id=UUID(event.facts["message"]), now=now)
    if message is not None:
        tenant = cast(Tenant, scope.current())
        transaction.on_commit(partial(send_claimed, tenant, message.pk))


@events.handles("mail.arrived")
def take_in_mail(event: events.Event) -> None:
    if event.object_id:
        take_in(event.object_id, now=clock.now())
