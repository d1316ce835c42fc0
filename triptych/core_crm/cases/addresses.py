"""Addresses of queues and cases. Whoever holds the address of a case may be told apart from whoever guesses it."""

from __future__ import annotations

import re
from base64 import b32encode
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from triptych.core_crm.cases.models import Case, Queue
from triptych.platform import scope
from triptych.tenants.models import Domain

TOKEN = re.compile(r"^(?P<mailbox>[^+@]+)\+(?P<number>\d{1,18})\.(?P<token>[a-z2-7]{16})$")


def hosts_of_mail() -> list[str]:
    """The hosts of this tenant, the main one first: mail to any of them is its own."""
    schema = scope.current().schema_name
    rows = Domain.objects.filter(tenant__schema_name=schema).order_by("-is_primary", "domain", "pk")
    return list(rows.values_list("domain", flat=True))


def address_of_queue(queue: Queue, *, host: str) -> str:
    return f"{queue.mail_name}@{host}"


def address_of_case(case: Case, queue: Queue, *, host: str) -> str:
    """Where answers about the case go. It holds a signature of tenant and case, 80 bits that nobody guesses."""
    return f"{queue.mail_name}+{case.number}.{token_of(case.pk)}@{host}"


def token_of(case_id: UUID) -> str:
    """The signature of a case of this tenant."""
    signed = salted_hmac("triptych.case-address", f"{scope.current().schema_name}:{case_id}", algorithm="sha256")
    return b32encode(signed.digest()[:10]).decode().lower()


def case_at(address: str) -> Case | None:
    """The case whose address this is, in this tenant; None for every other address, forged ones included."""
    found = TOKEN.match(address.lower().partition("@")[0])
    case: Case | None = Case.objects.filter(number=int(found["number"])).first() if found else None
    if found is None or case is None or not constant_time_compare(found["token"], token_of(case.pk)):
        return None
    return case


def queue_at(address: str) -> Queue | None:
    """The queue to which mail to that address goes, None when no queue has that name."""
    name = address.lower().partition("@")[0].partition("+")[0]
    return next((queue for queue in Queue.objects.active().in_order() if queue.mail_name == name), None)


def queue_of(case: Case) -> Queue:
    """The queue in whose name a case is answered: its own, else the default one."""
    return case.queue or Queue.objects.get(is_default=True)
