"""Sort keys by the Unicode Collation Algorithm, tailored to a language as CLDR says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from functools import cache, lru_cache
from typing import Any, TypeVar
from unicodedata import normalize

from django.utils.translation import get_language
from pyuca import Collator  # type: ignore[attr-defined]

from triptych.platform import scope

Row = TypeVar("Row")

LETTERS = {
    "pl": {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "źż"},
    "es": {"n": "ñ"},
}
"""Letters of their own, right after the one that they look like (CLDR's `&A<ą<<<Ą`). Other accents differ only where
all else is the same, by the algorithm's default table: so CLDR says for English, German and Italian."""

CYRILLIC_FIRST = frozenset({"ru"})
"""Languages whose readers expect their own script before Latin (CLDR's `[reorder Cyrl]`)."""

AFTER = 0xFFF0
"""A weight behind that of every letter: what begins with `z` and this comes after all that begins with `z`."""

LONGEST = 200

Element = list[int]
"""Weights of a letter: which letter, with which accent, small or capital."""


def collation_key(text: str, language: str = "") -> bytes:
    """Bytes that sort as a reader of the language expects, at most 200 of them. Without a language it is that of the
    workspace whose scope the connection stands in; outside of one, English."""
    return _key(text, tailored_for(language or getattr(scope.current(), "language", "")))


def in_order(rows: Iterable[Row], key: Callable[[Row], object] = str, *, language: str = "") -> list[Row]:
    """The rows by what they are called, as somebody looks for them who reads the language, or else that which is
    spoken. Equal names stay as they came."""
    wanted = tailored_for(language or get_language() or "")
    return sorted(rows, key=lambda row: _key(str(key(row)), wanted))


def tailored_for(language: str) -> str:
    """The language if it has an order of its own, nothing if the usual one is its. Equal answers mean equal keys."""
    code = language.partition("-")[0]
    return code if code in LETTERS or code in CYRILLIC_FIRST else ""


@lru_cache(maxsize=20_000)
def _key(text: str, language: str) -> bytes:
    collator = _collator(language)
    elements: list[Element] = collator.collation_elements(normalize("NFD", text))
    if language in CYRILLIC_FIRST:
        elements = [_cyrillic_first(element) for element in elements]
    weights = collator.sort_key_from_collation_elements(elements)
    return b"".join(weight.to_bytes(2, "big") for weight in weights)[:LONGEST]


@cache
def _collator(language: str) -> Any:
    """The table of weights, read when the first name is sorted: it takes a fifth of a second. Languages share it."""
    if not language:
        return Collator()  # type: ignore[no-untyped-call]
    tailored = copy(_collator(""))
    tailored.table = _Tailored(tailored.table, LETTERS.get(language, {}))
    return tailored


class _Tailored:
    """A table of weights in which some letters have their own."""

    def __init__(self, root: Any, letters: dict[str, str]) -> None:
        self._root = root
        self._own: dict[tuple[int, ...], list[Element]] = {}
        for base, followers in letters.items():
            for place, letter in enumerate(followers):
                self._add(base, letter, AFTER + place)
                self._add(base.upper(), letter.upper(), AFTER + place)

    def _add(self, base: str, letter: str, place: int) -> None:
        _, elements, _ = self._root.find_prefix([ord(base)])
        self._own[tuple(map(ord, normalize("NFD", letter)))] = [*elements, [place, 0, 0]]

    def find_prefix(self, key: list[int]) -> tuple[list[int], Any, list[int]]:
        """The longest beginning of the text that has weights, those, and the rest of the text."""
        for length in (2, 1):
            own = self._own.get(tuple(key[:length]))
            if own and len(key) >= length:
                return key[:length], own, key[length:]
        found: tuple[list[int], Any, list[int]] = self._root.find_prefix(key)
        return found


@cache
def _scripts() -> tuple[int, int, int]:
    """The first weights of Latin and Cyrillic, and that of Glagolitic, which follows."""
    weigh = _collator("").sort_key
    return weigh("a")[0], weigh("а")[0], weigh("ⰰ")[0]


def _cyrillic_first(element: Element) -> Element:
    latin, cyrillic, end = _scripts()
    weight = element[0]
    if cyrillic <= weight < end:
        return [weight - cyrillic + latin, *element[1:]]
    if latin <= weight < cyrillic:
        return [weight + end - cyrillic, *element[1:]]
    return element
