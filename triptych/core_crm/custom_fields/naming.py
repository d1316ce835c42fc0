"""Names for programs, out of labels in any script. Given once, they never change."""

from __future__ import annotations

import re
from collections.abc import Collection

from anyascii import anyascii

LONGEST = 40
_WORD = re.compile(r"[A-Za-z0-9]+")
_NO_VALUES = frozenset({"TRUE", "FALSE", "NULL"})


def api_name_of(label: str, taken: Collection[str]) -> str:
    """The name of a field in the API, e.g. favouriteColour; a number tells it from the names that are taken."""
    words = _words(label) or ["field"]
    name = words[0].lower() + "".join(word[:1].upper() + word[1:].lower() for word in words[1:])
    return _free(name if name[0].isalpha() else f"field{name.capitalize()}", "", taken)


def option_name_of(label: str, taken: Collection[str]) -> str:
    """The name of an option, e.g. VERY_GOOD."""
    name = "_".join(_words(label)).upper() or "OPTION"
    return _free(name if name[0].isalpha() and name not in _NO_VALUES else f"OPTION_{name}", "_", taken)


def is_api_name(text: str) -> bool:
    """Whether a text can be the name of a field in the API."""
    return re.fullmatch(r"[a-z][A-Za-z0-9]{0,39}", text) is not None


def _words(label: str) -> list[str]:
    return _WORD.findall(anyascii(label))


def _free(name: str, joint: str, taken: Collection[str]) -> str:
    known = {one.casefold() for one in taken}
    name = name[:LONGEST]
    candidate, number = name, 2
    while candidate.casefold() in known:
        end = f"{joint}{number}"
        candidate, number = name[: LONGEST - len(end)] + end, number + 1
    return candidate
