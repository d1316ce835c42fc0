"""Events: what has happened in a tenant, told to whoever handles it, after the commit, at least once.

    events.announce("deal.moved", deal, by=member, at=now, stage="Offer")

    @events.handles("deal.moved")
    def warn_the_owner(event: Event) -> None: ...

Long work stands in `events.jobs`, what recurs in `events.schedules`. docs/events.md tells how it all travels.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, models
from django.db.transaction import TransactionManagementError

from triptych.platform.events.registry import Event, Later, handles
from triptych.platform.events.tenancy import current as current_tenant
from triptych.platform.web.logs import request_id

__all__ = ["Event", "Later", "announce", "announce_in_bulk", "announce_many", "handles", "part_of"]

IN_BULK = 1_000
"""So many records at most stand in one event of `announce_in_bulk`."""

_whole: ContextVar[str] = ContextVar("whole", default="")


@contextmanager
def part_of(whole: str) -> Iterator[None]:
    """What is announced in here is part of something larger, an import say: each event names it as the fact `part_of`.

    Whoever tells people of one event after the other leaves these out: they hear once of the whole.
    """
    token = _whole.set(whole)
    try:
        yield
    finally:
        _whole.reset(token)


class HasId(Protocol):
    """A member, as far as an event is concerned."""

    @property
    def pk(self) -> UUID: ...


def announce(name: str, subject: models.Model | None, *, by: HasId | None, at: datetime, **facts: Any) -> None:
    """Write down that something has happened to `subject`; handlers hear of it once the transaction is committed.

    `name` is in the past tense (`deal.moved`), `facts` is JSON and should hold ids rather than personal data.

    Raises:
        OutsideTenant: the connection stands in no tenant.
        TransactionManagementError: there is no transaction that the event could share with the change it tells of.
    """
    announce_many(name, [(subject, facts)], by=by, at=at)


def announce_many(
    name: str, told: Sequence[tuple[models.Model | None, dict[str, Any]]], *, by: HasId | None, at: datetime
) -> None:
    """As `announce`, of many subjects, each with its facts, in few statements."""
    from triptych.platform.events.models import Outbox

    tenant, whole = current_tenant(), _whole.get()
    if not connection.in_atomic_block:
        raise TransactionManagementError(f"“{name}” must be announced in the transaction of the change it tells of.")
    Outbox.objects.bulk_create(
        (
            Outbox(
                tenant_id=tenant.id,
                name=name,
                kind=subject._meta.label_lower if subject else "",
                object_id=subject.pk if subject else None,
                by=by.pk if by else None,
                at=at,
                facts={**facts, "part_of": whole} if whole else facts,
                request_id=request_id(),
            )
            for subject, facts in told
        ),
        batch_size=1000,
    )


def announce_in_bulk(name: str, subjects: Sequence[models.Model], *, by: HasId | None, at: datetime) -> None:
    """One event for each thousand of subjects instead of one for each, with their ids as the fact `ids`."""
    ids = [str(subject.pk) for subject in subjects]
    parts = [ids[start : start + IN_BULK] for start in range(0, len(ids), IN_BULK)]
    announce_many(name, [(None, {"ids": part}) for part in parts], by=by, at=at)
