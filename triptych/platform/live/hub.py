"""The open streams of this process, by tenant, and how events reach them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from triptych.platform import clock
from triptych.platform.events import Event, tenancy
from triptych.platform.live import hearing, passes
from triptych.platform.live.passes import Pass
from triptych.platform.live.streams import Message, Stream, Voice
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

PER_MEMBER, PER_TENANT, PER_PROCESS = 20, 500, 2000
THREADS = 4
LOOK_SECONDS = 4.0
"""How often the passes of open streams are looked at: within that time a stream ends whose right has ended."""
BACKLOG = 500
"""Events that may wait for a tenant whose turn takes long; with more its streams are told that they missed some."""


class TooMany(Refused):
    """There is no room for another stream."""

    code = "TOO_MANY_STREAMS"


class Room:
    """The streams of one tenant and what they are still to hear."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.streams: set[Stream] = set()
        self.waiting: list[Event] = []
        self.missed = False
        self.task: asyncio.Task[None] | None = None


class Hub:
    """Everything here runs on the loop's thread; what asks the database goes through `in_thread`."""

    def __init__(self) -> None:
        self._rooms: dict[UUID, Room] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(len(room.streams) for room in self._rooms.values())

    async def in_thread(self, ask: Callable[..., Result], *args: object) -> Result:
        """Run what asks the database, and give its connection back to the pool afterwards."""

        def asked() -> Result:
            try:
                return ask(*args)
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._threads, asked)

    def join(self, stream: Stream) -> None:
        """Let a stream hear of its tenant.

        Raises:
            TooMany: the member, the tenant or this process has as many as it may have.
        """
        room = self._rooms.get(stream.tenant_id)
        of_member = Counter(one.good.member_id for one in room.streams) if room else Counter[UUID]()
        if of_member[stream.good.member_id] >= PER_MEMBER:
            raise TooMany(_("You have %d live streams open already. Close some of them.") % PER_MEMBER)
        if (room and len(room.streams) >= PER_TENANT) or self.count >= PER_PROCESS:
            raise TooMany(_("Too many live streams are open at the moment. Try again in a minute."))
        if room is None:
            room = self._rooms[stream.tenant_id] = Room(stream.tenant_id)
        room.streams.add(stream)

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        room = self._rooms.get(stream.tenant_id)
        if room is None:
            return
        room.streams.discard(stream)
        if not room.streams:
            del self._rooms[stream.tenant_id]

    async def catch_up(self, stream: Stream, since: datetime | None) -> None:
        """Tell a stream that has just joined what happened since that moment."""
        if since is None:
            return
        found = await self.in_thread(_missed_since, stream.tenant_id, stream.voice, since)
        if found is None:
            stream.miss()
        else:
            stream.push(found)

    async def hear(self, ids: Sequence[UUID]) -> None:
        """Take in events by their ids and tell the streams of their tenants."""
        if not self._rooms:
            return
        for event in await self.in_thread(hearing.events_of, ids):
            room = self._rooms.get(event.tenant_id)
            if room is not None:
                self._tell(room, event)

    def missed_something(self) -> None:
        """Let all streams know that they may have missed something."""
        for room in self._rooms.values():
            room.missed = True
            self._wake(room)

    async def look_at_passes(self) -> None:
        """End the streams whose session, token, member or tenant is not good any more; again and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for room in list(self._rooms.values()):
                wanted = frozenset(stream.good for stream in room.streams)
                try:
                    good = await self.in_thread(_still_good, room.tenant_id, wanted)
                except Exception:
                    logger.warning("passes could not be looked at", exc_info=True)
                    continue
                for stream in list(room.streams):
                    if stream.good in wanted - good:
                        stream.end()

    def end(self) -> None:
        """End all streams: this process stops."""
        for room in self._rooms.values():
            for stream in room.streams:
                stream.end()

    def _tell(self, room: Room, event: Event) -> None:
        if len(room.waiting) >= BACKLOG:
            room.waiting.clear()
            room.missed = True
        room.waiting.append(event)
        self._wake(room)

    def _wake(self, room: Room) -> None:
        if room.task is None or room.task.done():
            room.task = asyncio.create_task(self._serve(room))

    async def _serve(self, room: Room) -> None:
        """Tell a tenant's streams all that waits. One round at a time, so that each hears things in their order."""
        while room.waiting or room.missed:
            if room.missed:
                room.missed = False
                for stream in room.streams:
                    stream.miss()
            events, room.waiting = room.waiting, []
            listening = list(room.streams)
            voices = {stream.voice.key: stream.voice for stream in listening}
            try:
                said = await self.in_thread(_said, room.tenant_id, voices, events)
            except Exception:
                logger.exception("a tenant's streams could not be told")
                said = {}
            for stream in listening:
                messages = said.get(stream.voice.key)
                if messages is None:
                    stream.miss()
                else:
                    stream.push(messages)


def _said(
    tenant_id: UUID, voices: Mapping[Hashable, Voice], events: Sequence[Event]
) -> dict[Hashable, Sequence[Message]]:
    """What each voice says of the events. One that raises is left out, and costs the others nothing."""
    said: dict[Hashable, Sequence[Message]] = {}
    if not events:
        return dict.fromkeys(voices, ())
    with entered(tenancy.scope_of(tenant_id)):
        for key, voice in voices.items():
            try:
                said[key] = voice.say(events)
            except Exception:
                logger.exception("a stream could not be told")
    return said


def _missed_since(tenant_id: UUID, voice: Voice, since: datetime) -> Sequence[Message] | None:
    events = hearing.events_since(tenant_id, since)
    if events is None:
        return None
    return _said(tenant_id, {voice.key: voice}, events).get(voice.key) if events else ()


def _still_good(tenant_id: UUID, wanted: frozenset[Pass]) -> set[Pass]:
    tenant = tenancy.directory().find(tenant_id)
    if tenant is None:
        return set()
    with entered(tenant):
        return passes.still_good(tenant, wanted, at=clock.now())
