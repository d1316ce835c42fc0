"""From a text to the words by which it is found, and from what somebody typed to a query over them.

A word is a run of letters and digits, folded: without case, accents and marks. The texts of `tsvector` and
`tsquery` are built from such words alone, so nothing in them can be mistaken for an operator.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery

MOST_WORDS = 400
"""How many words of a record are kept; PostgreSQL numbers 16,383 at most."""

TITLE_MARK = "T"
"""Folded words hold no capital letter, so nothing else begins with it."""

LONGEST = 60
MOST_TYPED = 8

_SPECIAL = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "þ": "th", "ð": "d"})
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-/]{4,}\d")


def fold(text: str) -> str:
    """The text without case, accents and marks, for comparing: `Ёлка` is `елка`, `Straße` is `strasse`."""
    bare = unicodedata.normalize("NFKD", text)  # before folding, since it brings forth capitals, too: 𝕬 is A
    decomposed = unicodedata.normalize("NFKD", bare.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_SPECIAL)


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, in their order; what looks like a phone number also as one word."""
    phones = ("".join(filter(str.isdigit, found)) for found in _PHONE.findall(text))
    words = (word[:LONGEST] for word in (*_WORD.findall(fold(text)), *phones) if _can_be_stored(word))
    return list(dict.fromkeys(words))


def vector_of(title: str, text: str, *, most: int = MOST_WORDS) -> str:
    """The text of a `tsvector`: all words, and those of the title once more with a mark in front.

    Weights would tell them apart too, but PostgreSQL's index does not know them and would read every row of a word
    that is common beside the titles.
    """
    first = words_of(title)[:most]
    rest = words_of(text)[:most]
    return " ".join(dict.fromkeys([*first, *(TITLE_MARK + word for word in first), *rest]))


def query_of(text: str, *, only_titles: bool = False) -> str:
    """The text of a `tsquery` for records that have a word beginning with each word of `text`; empty if it has none.

    A text that is nothing but a phone number is looked for as one number, however it is spaced.
    """
    typed = text.strip()
    words = ["".join(filter(str.isdigit, typed))] if _PHONE.fullmatch(typed) else words_of(typed)
    mark = TITLE_MARK if only_titles else ""
    return " & ".join(f"{mark}{word}:*" for word in words[:MOST_TYPED])


class WordQuery(SearchQuery):
    """A `tsquery` taken as it is written, past PostgreSQL's own parser of words."""

    template = "(%(expressions)s)::tsquery"


def _can_be_stored(word: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in word)
