"""A breaker per tenant, plugin and hook: who fails or dawdles too often is left out for a while.

States and their passing after Nygard, “Release It!” (2007). The state is each process's own: a plugin that fails
everywhere trips in each process by itself, and nothing needs to be shared for that.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

Key = tuple[str, str, str]
"""Schema of the tenant, plugin id, hook."""


@dataclass
class Trouble:
    """The recent troubles of one key, and until when it is left out."""

    moments: deque[float] = field(default_factory=deque)
    open_until: float = 0.0
    is_trying: bool = False


class Breaker:
    """Trips after `limit` failures or slow calls within `window` seconds.

    While open, `lets` says no. After `pause` seconds one call is let through: if it goes well the breaker closes,
    otherwise it opens for another pause. Safe to share between threads.
    """

    def __init__(
        self,
        *,
        limit: int = 5,
        window: float = 60.0,
        slow: float = 1.0,
        pause: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit, self.window, self.slow, self.pause = limit, window, slow, pause
        self._clock = clock
        self._lock = Lock()
        self._troubles: dict[Key, Trouble] = {}

    def lets(self, key: Key) -> bool:
        """Whether a call may be made now. After the pause the first to ask is the one that tries."""
        with self._lock:
            trouble = self._troubles.get(key)
            if trouble is None or not trouble.open_until:
                return True
            if trouble.is_trying or self._clock() < trouble.open_until:
                return False
            trouble.is_trying = True
            return True

    def note(self, key: Key, *, seconds: float, failed: bool) -> bool:
        """Note how a call went. True when that has just opened the breaker."""
        with self._lock:
            if not failed and seconds < self.slow:
                self._note_good(key)
                return False
            return self._note_bad(self._troubles.setdefault(key, Trouble()))

    def _note_good(self, key: Key) -> None:
        trouble = self._troubles.get(key)
        if trouble is not None and trouble.is_trying:
            del self._troubles[key]

    def _note_bad(self, trouble: Trouble) -> bool:
        now = self._clock()
        trouble.moments.append(now)
        while trouble.moments[0] <= now - self.window:
            trouble.moments.popleft()
        if not trouble.is_trying and len(trouble.moments) < self.limit:
            return False
        trouble.open_until, trouble.is_trying = now + self.pause, False
        trouble.moments.clear()
        return True

    def open_keys(self) -> frozenset[Key]:
        """What is left out at this moment in this process."""
        with self._lock:
            return frozenset(key for key, trouble in self._troubles.items() if trouble.open_until)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._troubles.clear()


breaker = Breaker()
