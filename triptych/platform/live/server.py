"""The ASGI application of the process of streams.

Each request is admitted by the very middleware and views that the pages have, in a thread. A view that answers with a
`StreamAnswer` opens a stream, which then costs no thread and no database connection; any other answer is sent as it is.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any, cast
from uuid import UUID

from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http.response import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix

from triptych.platform import clock
from triptych.platform.live.hub import Hub, TooMany
from triptych.platform.live.streams import Message, Stream, StreamAnswer, moment_id, sse_headers

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SERVED = ("/live/", "/health/")
LARGEST_BODY = 512 * 1024
BEAT_SECONDS = 15.0
SEND_SECONDS = 20.0
"""Who takes nothing for that long is cut off."""
LONGEST_SECONDS = 3600.0
"""A stream ends after about an hour; its client comes back, perhaps to another process."""


class Application:
    """The streams of one hub over HTTP."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._handler = BaseHandler()
        self._handler.load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if not scope["path"].startswith(SERVED):
            await _send(send, HttpResponse(status=404))
        elif body is None:
            await _send(send, HttpResponse(status=413))
        else:
            answer, tenant_id = await self.hub.in_thread(self._answer, scope, body)
            if isinstance(answer, StreamAnswer) and tenant_id is not None:
                await self._open(tenant_id, answer, receive, send)
            else:
                await _send(send, answer)

    async def _open(self, tenant_id: UUID, answer: StreamAnswer, receive: Receive, send: Send) -> None:
        stream = Stream(tenant_id=tenant_id, good=answer.good, voice=answer.voice)
        try:
            self.hub.join(stream)
        except TooMany as refused:
            headers = {"Retry-After": "60", "Content-Type": "text/plain; charset=utf-8"}
            await _send(send, HttpResponse(refused.message, status=429, headers=headers))
            return
        try:
            await self._stream(stream, answer, receive, send)
        finally:
            self.hub.leave(stream)

    def _answer(self, scope: Scope, body: bytes) -> tuple[HttpResponse, Any]:
        """What the pages' own middleware and views answer; and the tenant, as far as there is one."""
        set_script_prefix("")
        request = ASGIRequest(scope, BytesIO(body))
        signals.request_started.send(sender=type(self), scope=scope)
        answer: HttpResponseBase = self._handler.get_response(request)
        try:
            if answer.streaming:
                return HttpResponse(status=404), None
            tenant = getattr(request, "tenant", None)
            return cast(HttpResponse, answer), tenant.id if tenant else None
        finally:
            answer.close()

    async def _stream(self, stream: Stream, answer: StreamAnswer, receive: Receive, send: Send) -> None:
        """Send until the client goes, the stream ends, or its hour is over."""
        gone = asyncio.create_task(_until_gone(receive))
        try:
            headers = {**dict(answer.items()), **sse_headers()}
            del headers["Content-Length"]
            await send(_start(200, headers, answer.cookies))
            await _within(send, b": welcome\n\n")
            await self.hub.catch_up(stream, answer.since)
            talking = asyncio.create_task(_talk(stream, send))
            await asyncio.wait({gone, talking}, return_when=asyncio.FIRST_COMPLETED)
            talking.cancel()
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()


async def _talk(stream: Stream, send: Send) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311 - so that not all come back at once
    while loop.time() < until:
        try:
            message = await stream.next(timeout=BEAT_SECONDS)
        except TimeoutError:
            message = Message("beat", str(moment_id(clock.now())))
        if message is None:
            return
        await _within(send, message.encoded())
        if message.last:
            return


async def _within(send: Send, piece: bytes) -> None:
    """Send a piece; the server waits while the client's buffers are full, and we do not for ever."""
    await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), SEND_SECONDS)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None when it is too large."""
    pieces: bytes = b""
    while True:
        message = await receive()
        pieces += message.get("body", b"")
        if len(pieces) > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return pieces


async def _send(send: Send, answer: HttpResponse) -> None:
    await send(_start(answer.status_code, dict(answer.items()), answer.cookies))
    await send({"type": "http.response.body", "body": answer.content})


def _start(status: int, headers: dict[str, str], cookies: SimpleCookie) -> dict[str, Any]:
    lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    lines += [(b"set-cookie", cookie.OutputString().encode("latin-1")) for cookie in cookies.values()]
    return {"type": "http.response.start", "status": status, "headers": lines}
