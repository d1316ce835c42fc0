"""Which texts a client may send: all that PostgreSQL can keep, so no NUL and no half of a surrogate pair."""

from __future__ import annotations

import re
from typing import Any

UNFIT = "A text holds the character NUL or half of a surrogate pair. Send texts without them."
_unfit = re.compile("[\x00\ud800-\udfff]")


def is_fit(text: str) -> bool:
    """Whether PostgreSQL can keep the text."""
    return _unfit.search(text) is None


def all_fit(value: Any) -> bool:
    """Whether every text inside a piece of parsed JSON fits, keys included."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if not is_fit(item):
                return False
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
    return True
