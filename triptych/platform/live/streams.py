"""One open stream: who may hear what, what waits to be sent, and how it looks on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse

from triptych.platform import clock
from triptych.platform.events import Event
from triptych.platform.live.passes import Pass

WAITING = 200
"""Messages that may wait for a slow reader. With one more it is cut off, and catches up when it comes back."""


@dataclass(frozen=True)
class Message:
    """One server-sent event. `data` is one line. The `last` one ends its stream."""

    event: str
    data: str = ""
    last: bool = False

    def encoded(self) -> bytes:
        """As it goes over the wire. Its id is the time in milliseconds: what came later is what was missed."""
        return f"id: {moment_id(clock.now())}\nevent: {self.event}\ndata: {self.data}\n\n".encode()


def moment_id(at: datetime) -> int:
    return int(at.timestamp() * 1000)


class Voice(Protocol):
    """What one kind of stream says to one member. Streams whose voices have the same `key` hear the same."""

    @property
    def key(self) -> Hashable: ...

    def say(self, events: Sequence[Event]) -> Sequence[Message]:
        """What the member is told of these events. Runs in a thread, in the tenant's scope.

        Rights are asked anew each time: nothing is kept of the member between two calls.
        """

    def missed(self) -> Message | None:
        """What to say when events may have been missed. None: the stream ends instead, and its client starts over."""


class StreamAnswer(HttpResponse):
    """What a view answers to open a stream. The process of streams takes it over; any other sends it as it is, with the
    status and content that say that there is no stream.

    `since` is the moment up to which the client knows everything.
    """

    def __init__(
        self,
        request: HttpRequest,
        *,
        good: Pass,
        voice: Voice,
        since: datetime | None = None,
        status: int,
        content: bytes = b"",
        content_type: str | None = None,
    ) -> None:
        super().__init__(content, content_type, status=200 if isinstance(request, ASGIRequest) else status)
        self["Cache-Control"] = "no-store"
        self.good = good
        self.voice = voice
        self.since = since


class Stream:
    """A client that listens. All of it happens on the loop's own thread."""

    def __init__(self, *, tenant_id: UUID, good: Pass, voice: Voice) -> None:
        self.tenant_id = tenant_id
        self.good = good
        self.voice = voice
        self.is_over = False
        self._waiting: asyncio.Queue[Message | None] = asyncio.Queue(WAITING)

    def push(self, messages: Iterable[Message]) -> None:
        """Let these be sent. A reader who is too slow for them is cut off."""
        for message in messages:
            if self.is_over:
                return
            try:
                self._waiting.put_nowait(message)
            except asyncio.QueueFull:
                self.end()

    def end(self) -> None:
        """Send nothing more."""
        self.is_over = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    def miss(self) -> None:
        """Say that something may have been missed, or end where nothing can be said."""
        message = self.voice.missed()
        if message is None:
            self.end()
        else:
            self.push([message])

    async def next(self, *, timeout: float) -> Message | None:
        """The next message; None once the stream is over.

        Raises:
            TimeoutError: there was none in that time.
        """
        if self.is_over:
            return None
        return await asyncio.wait_for(self._waiting.get(), timeout)


def sse_headers() -> dict[str, str]:
    """The headers of a stream; the last keeps nginx from collecting it."""
    return {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
