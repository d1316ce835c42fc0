"""How a process learns that it shall end."""

import signal
import threading
from types import FrameType


def set_when_asked_to_end(event: threading.Event) -> None:
    """Set `event` at SIGTERM or SIGINT.

    A handler runs in the main thread, perhaps while that very thread holds the event's lock; setting it there could
    wait for itself for ever. So another thread does.
    """

    def end(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=event.set).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
