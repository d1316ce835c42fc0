"""Live updates: what is announced in a tenant reaches open browsers and programs within a second.

PostgreSQL tells the process of streams of each event at its commit (`ears`), the `hub` finds the streams of that
tenant, each stream's `Voice` says what its member may know of it, and `server` sends it as server-sent events.
docs/live.md tells how it all travels and what it promises.
"""

from triptych.platform.live.passes import Pass
from triptych.platform.live.streams import Message, StreamAnswer, Voice

__all__ = ["Message", "Pass", "StreamAnswer", "Voice"]
