"""From a text to the words by which it is found, and from what somebody typed to a query over them.

A word is a run of letters and digits, folded: without case, accents and marks. The texts of `tsvector` and
`tsquery` are built from such words alone, so nothing in them can be mistaken for an operator.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery

MOST_WORDS = 400
"""How many words of a record are kept; PostgreSQL numbers 16,383 at most."""

TITLE_MARK, KIND_MARK = "T", "K"
"""Folded words hold no capital letter, so nothing else begins with them."""

LONGEST = 60
MOST_TYPED = 8
LONGEST_TYPED = 1_000
"""So many letters of what somebody typed are looked at: eight words of the longest, and what stands between."""

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


def vector_of(title: str, text: str, *, kind: str = "", most: int = MOST_WORDS) -> str:
    """The text of a `tsvector`: all words, those of the title once more with a mark in front, and the kind of record.

    So the index itself tells a kind's matches from those of other kinds, which may be a hundred times as many. Weights
    would tell titles apart too, but PostgreSQL's index does not know them and would read every row of a word that is
    common beside the titles.
    """
    first = words_of(title)[:most]
    rest = words_of(text)[:most]
    marked = [*([KIND_MARK + kind] if kind else []), *(TITLE_MARK + word for word in first)]
    return " ".join(dict.fromkeys([*first, *marked, *rest]))


def query_of(text: str, *, only_titles: bool = False, kind: str = "") -> str:
    """The text of a `tsquery` for records that have a word beginning with each word of `text`; empty if it has none.

    With `kind` they are only those of one kind.

    A text that is nothing but a phone number is looked for as one number, however it is spaced.
    """
    typed = text[:LONGEST_TYPED].strip()
    words = ["".join(filter(str.isdigit, typed))] if _PHONE.fullmatch(typed) else words_of(typed)
    mark = TITLE_MARK if only_titles else ""
    asked = [f"{mark}{word}:*" for word in words[:MOST_TYPED]]
    return " & ".join([*asked, KIND_MARK + kind] if asked and kind else asked)


class WordQuery(SearchQuery):
    """A `tsquery` taken as it is written, past PostgreSQL's own parser of words."""

    template = "(%(expressions)s)::tsquery"


def _can_be_stored(word: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in word)
