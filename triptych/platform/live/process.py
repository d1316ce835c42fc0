"""The process of streams: one loop, one connection that listens, any number of streams."""

from __future__ import annotations

import asyncio
import logging
import signal

from django.db import connection
from django.urls import resolve
from granian.constants import Interfaces
from granian.server.embed import Server

from triptych.platform.db.poolers import refuse_transaction_pooling
from triptych.platform.live import pulse
from triptych.platform.live.ears import Ears
from triptych.platform.live.hub import Hub
from triptych.platform.live.server import Application

logger = logging.getLogger(__name__)

PULSE_SECONDS = 5.0


def run(*, host: str, port: int) -> None:
    """Serve streams until SIGTERM or SIGINT."""
    refuse_transaction_pooling()
    resolve("/live/")  # reads all addresses now, not while the first client waits
    asyncio.run(_run(host, port))


async def _run(host: str, port: int) -> None:
    loop, stopping, hub = asyncio.get_running_loop(), asyncio.Event(), Hub()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    ears = Ears(connection.get_connection_params(), hear=hub.hear, lost=hub.missed_something)
    server = Server(
        Application(hub), address=host, port=port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False
    )
    serving = asyncio.create_task(server.serve())
    chores = [asyncio.create_task(chore) for chore in (ears.run(), hub.look_at_passes(), _beat(hub, ears))]
    await asyncio.wait({serving, *chores, asyncio.create_task(stopping.wait())}, return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in (serving, *chores) if task.done()]
    for chore in chores:
        chore.cancel()
    await hub.in_thread(pulse.forget)
    hub.end()
    await asyncio.sleep(0.05)  # the last pieces of the streams leave
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait({serving}, timeout=5)
    for task in broken:
        task.result()


async def _beat(hub: Hub, ears: Ears) -> None:
    """Say that streams can be opened, as long as something would come through them."""
    while True:
        await ears.is_listening.wait()
        try:
            await hub.in_thread(pulse.note)
        except Exception:
            logger.warning("a sign of life was missed", exc_info=True)
        await asyncio.sleep(PULSE_SECONDS)
