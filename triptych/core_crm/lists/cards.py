"""What a card of a board shows of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class CardFacts:
    """Two or three facts of a record, safe as HTML where they are marked so.

    `subtitle` stands below the name; `amount` and `badges` (`{"label", "tone"}`) beside the owner; `next` says what is
    next or late; `age` how long it has been like that. `due` colours the card: `overdue`, `today`, `later`, or nothing.
    """

    subtitle: SafeString | str = ""
    amount: SafeString | str = ""
    badges: Sequence[Mapping[str, Any]] = ()
    next: SafeString | str = ""
    age: str = ""
    due: str = ""
