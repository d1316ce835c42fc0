"""Words and numbers within a sentence, in the language that is spoken."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language

CAPITAL_NOUNS = frozenset({"de"})
"""Languages that write a noun with a capital letter wherever it stands."""


def within_sentence(label: str | Promise) -> str:
    """A label such as “Price books” as it stands in the middle of a sentence: “price books”, in German as it is."""
    text = str(label)
    if (get_language() or "").split("-")[0] in CAPITAL_NOUNS:
        return text
    return text[:1].lower() + text[1:]


def counted(number: int) -> str:
    """A number with its thousands grouped as the language does it: 12,500, 12.500 or 12 500."""
    return number_format(number, force_grouping=True)
