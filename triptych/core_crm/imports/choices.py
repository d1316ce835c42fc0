"""What people choose for values that are odd: one choice for all rows that hold the same value, or for all values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ALL = "*"
"""Stands for every odd value of a field for which nothing else was chosen."""


class Do(StrEnum):
    """What is done with a value. `KEEP` leaves a doubtful value as it is and says no more about it; `UPDATE` writes a
    row into the record that it looks like."""

    ACCEPT = "accept"
    KEEP = "keep"
    EMPTY = "empty"
    CREATE = "create"
    TAKE = "take"
    SKIP = "skip"
    UPDATE = "update"


@dataclass(frozen=True)
class Choice:
    """One choice; `value` is what `TAKE` takes instead."""

    do: Do
    value: str = ""


Choices = Mapping[str, Choice]
"""Value in lower case, or ALL → what was chosen for it."""


def choices_from_json(stored: Mapping[str, Any]) -> dict[str, dict[str, Choice]]:
    """Field → choices, as an import keeps them."""
    return {
        field: {value.casefold(): Choice(Do(kept["do"]), kept.get("value", "")) for value, kept in by_value.items()}
        for field, by_value in stored.items()
    }
