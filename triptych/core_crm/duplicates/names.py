"""Names as they are compared: in one script and one spelling, without legal forms, known by their short forms."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA, JaroWinkler

from triptych.core_crm.duplicates.nicknames import DESKS, FORMS, groups

_SPELLINGS = [
    (re.compile(found), kept)
    for found, kept in (
        ("[jy]", "i"),
        ("sch|sh|zh", "s"),
        ("(?<=[aou])e", ""),
        ("ks", "x"),
        ("kh|ch", "k"),
        ("ph", "f"),
        ("th", "t"),
        ("w", "v"),
        ("ck|c", "k"),
        ("ts|tz", "z"),
        (r"(.)\1+", r"\1"),
    )
]
"""Spellings that languages and transliterations write differently: Müller and Mueller, Aleksei and Alexey."""

MOST_WORDS = 8
"""So many words of a person's name are compared: each is held against each of another name."""

SHORTEST_EMAIL = 14
"""A shorter email is another one with a letter changed."""


def plain(text: str) -> str:
    """Words in Latin letters of lower case without accents; letters between dots are drawn together."""
    letters = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", anyascii(text).casefold().replace("'", ""))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


@lru_cache(maxsize=50_000)
def spelled(word: str) -> str:
    """A plain word as any language would spell it."""
    kept = word
    for found, instead in _SPELLINGS:
        kept = found.sub(instead, kept)
    return kept or word


def person(text: str) -> str:
    """The words of a person's name, spelled alike."""
    return " ".join(map(spelled, plain(text).split()[:MOST_WORDS]))


def company(text: str) -> tuple[str, str]:
    """The words of a company's name, spelled alike, without its legal form; and that form, “” where there is none."""
    form: list[str] = []
    words = plain(text).split()
    while len(words) > 1 and words[-1] in FORMS:
        form.insert(0, words.pop())
    while len(words) > 1 and words[0] in _FORMS_BEFORE:
        form.append(words.pop(0))
    if words and words[-1] in ("and", "und"):  # of “& Co.”
        words.pop()
    return " ".join(map(spelled, words)), "".join(form)


def alike(one: str, other: str) -> str:
    """How alike two words spelled alike are: “same”, “called” (a short form), “initial”, “close” (a slip), “other”."""
    if one == other:
        return "same"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[0] == other[0] else "other"
    if not _GROUPS.get(one, _NONE).isdisjoint(_GROUPS.get(other, _NONE)):
        return "called"
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    slips = 1 if longest < 8 else 2
    if shortest >= 3 and longest - shortest <= slips and OSA.distance(one, other, score_cutoff=slips) <= slips:
        return "close"
    return "close" if JaroWinkler.similarity(one, other, score_cutoff=0.94) else "other"


def of_a_desk(email: str) -> bool:
    """Whether a mailbox is of a desk rather than of a person."""
    return email.partition("@")[0] in DESKS


def slipped(one: str, other: str) -> bool:
    """Whether two emails differ by one slip of a letter. A digit more is another mailbox."""
    if (
        min(len(one), len(other)) < SHORTEST_EMAIL
        or abs(len(one) - len(other)) > 1
        or OSA.distance(one, other, score_cutoff=1) > 1
    ):
        return False
    return [it for it in one if it.isdigit()] == [it for it in other if it.isdigit()]


_FORMS_BEFORE = frozenset(("ooo", "oao", "zao", "pao", "ao", "ip"))
_NONE: frozenset[int] = frozenset()


def _spelled_groups() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for name, numbers in groups().items():
        found[spelled(name)] = found.get(spelled(name), _NONE) | numbers
    return found


_GROUPS = _spelled_groups()
