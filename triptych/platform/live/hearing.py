"""Reading the events behind notifications, and those that a client has missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from triptych.platform import clock
from triptych.platform.events import Event
from triptych.platform.events.models import Outbox
from triptych.platform.scope import CELL, entered

OVERLAP = timedelta(seconds=3)
"""An event has the time at which it was announced, and is seen from its commit on. No action takes longer."""
REMEMBERED = timedelta(minutes=15)
CAUGHT_UP = 200
"""So many missed events are told one by one; whoever missed more, or longer ago, reads everything anew."""


def events_of(ids: Collection[UUID]) -> list[Event]:
    """The events with these ids, in their order. Ids that nobody has announced are left out."""
    with entered(CELL):
        return [row.as_event() for row in Outbox.objects.filter(pk__in=ids).order_by("pk")]


def events_since(tenant_id: UUID, since: datetime) -> Sequence[Event] | None:
    """What happened in a tenant since that moment; None when that is too much, or too long ago, to be told singly."""
    if since < clock.now() - REMEMBERED:
        return None
    first = first_id(since - OVERLAP)
    with entered(CELL):
        rows = Outbox.objects.filter(tenant_id=tenant_id, pk__gte=first).order_by("pk")[: CAUGHT_UP + 1]
        found = [row.as_event() for row in rows]
    return found if len(found) <= CAUGHT_UP else None


def first_id(at: datetime) -> UUID:
    """Below every UUIDv7 made from then on (RFC 9562: the first 48 bits are milliseconds)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
