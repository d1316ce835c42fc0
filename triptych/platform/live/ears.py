"""The one connection that LISTENs. It comes back when it is lost, and says that something may have been missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg

from triptych.platform.db.poolers import KEYS

logger = logging.getLogger(__name__)

CHANNEL = "triptych_live"
QUIET_SECONDS = 20.0
"""After so long without a word the connection is tried: a half-open one says nothing for ever."""
PAUSE_SECONDS = 1.0
GATHERED = 0.03
"""Seconds in which notifications are gathered, so that a burst is read in one statement."""
AT_ONCE = 500


class Ears:
    """`hear` gets ids of events as they are committed, at most 500 at once; `lost` is called after each gap."""

    def __init__(
        self, parameters: dict[str, Any], *, hear: Callable[[list[UUID]], Awaitable[None]], lost: Callable[[], None]
    ) -> None:
        self._parameters = {key: parameters[key] for key in KEYS if parameters.get(key)}
        self._hear = hear
        self._lost = lost
        self.is_listening = asyncio.Event()
        self._ids: dict[UUID, None] = {}
        self._some = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        reading = asyncio.create_task(self._read())
        try:
            while True:
                try:
                    await self._listen()
                except (psycopg.Error, OSError):
                    logger.warning("the connection that listens was lost", exc_info=True)
                self.is_listening.clear()
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            reading.cancel()

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(**self._parameters, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._lost()
            self.is_listening.set()
            while True:
                async for notice in connection.notifies(timeout=QUIET_SECONDS):
                    self._note(notice.payload)
                await asyncio.wait_for(connection.execute("SELECT 1"), QUIET_SECONDS)

    def _note(self, payload: str) -> None:
        """Take an id. Whatever else somebody notifies, every role may: it is not ours and tells nothing."""
        try:
            self._ids[UUID(payload)] = None
        except ValueError:
            return
        self._some.set()

    async def _read(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(GATHERED)
            ids = list(self._ids)[:AT_ONCE]
            for one in ids:
                del self._ids[one]
            if not self._ids:
                self._some.clear()
            try:
                await self._hear(ids)
            except Exception:
                logger.exception("events could not be told")
                self._lost()
                await asyncio.sleep(PAUSE_SECONDS)
