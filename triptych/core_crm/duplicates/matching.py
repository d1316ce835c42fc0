"""How likely two records are the same: the model of Fellegi and Sunter (1969), with similarities of texts by rapidfuzz.

Each field that agrees speaks for it and each that differs against it, by the logarithm of how much more often that
happens between records of the same than between any two. Weights are in bits and are added up; `PRIOR` is how
unlikely a pair is to begin with. Only pairs that share a key (an email, a phone, the beginning of a name) are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import log2
from typing import Any
from uuid import UUID

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

PRIOR = -9.0
THRESHOLD = 0.5
WITHHELD = ("email", "phone", "domain", "company")
"""Fields that a role may hide."""
BIGGEST_BLOCK = 60
"""A key that more records share says nothing, and would cost the square of it."""

SAME = {
    "email": log2(0.6 / 0.0002),
    "phone": log2(0.5 / 0.0005),
    "domain": log2(0.8 / 0.0005),
    "name": log2(0.75 / 0.002),
    "company_name": log2(0.75 / 0.0005),
    "company": log2(0.6 / 0.01),
}
CLOSE = {"name": log2(0.17 / 0.006), "company_name": log2(0.17 / 0.004), "company": log2(0.25 / 0.03)}
OTHER = {
    "email": log2(0.4 / 0.9998),
    "phone": log2(0.5 / 0.9995),
    "domain": log2(0.2 / 0.9995),
    "name": log2(0.08 / 0.992),
    "company_name": log2(0.08 / 0.9955),
    "company": log2(0.15 / 0.96),
}


NOBODY = UUID(int=0)
"""The id of what is not there yet."""


@dataclass(frozen=True, slots=True)
class Comparable:
    """What is compared of a record. Texts are folded."""

    id: UUID
    name: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    company: str = ""
    domain: str = ""
    is_company: bool = False

    def shared_by(self) -> Iterator[tuple[str, str]]:
        """The keys of which another record must share one to be compared."""
        yield from (("email", email) for email in self.emails)
        yield from (("phone", phone) for phone in self.phones)
        if self.domain and self.is_company:
            yield "domain", self.domain
        words = sorted(self.name.split())
        if words:
            yield "words", " ".join(words)
            yield "begin", " ".join(word[:3] for word in words)
            yield "first", self.name[:6]


@dataclass(frozen=True)
class Match:
    """Two records that are likely the same. `reasons` are fields with their weight in bits, the strongest first."""

    first: UUID
    second: UUID
    score: float
    reasons: list[dict[str, Any]]


def blocks(rows: Iterable[Comparable]) -> list[list[Comparable]]:
    """The records that share a key, for each key that is rare enough."""
    found: dict[tuple[str, str], list[Comparable]] = defaultdict(list)
    for row in rows:
        for key in row.shared_by():
            found[key].append(row)
    return [block for block in found.values() if 1 < len(block) <= BIGGEST_BLOCK]


def matches(block: list[Comparable], seen: set[tuple[UUID, UUID]]) -> Iterator[Match]:
    """The pairs of a block that are likely for anybody, whatever is hidden from them, and that are not in `seen`, which
    learns them."""
    for one, other in combinations(sorted(block, key=lambda row: row.id), 2):
        pair = (one.id, other.id)
        if pair not in seen:
            seen.add(pair)
            match = compared(one, other)
            if match.score >= THRESHOLD or score_of(_in_favour(match.reasons)) >= THRESHOLD:
                yield match


def compared(one: Comparable, other: Comparable) -> Match:
    """How likely two records are the same, and why."""
    reasons = sorted(_reasons(one, other), key=lambda reason: -abs(reason["bits"]))
    return Match(one.id, other.id, score_of(reasons), reasons)


def without(match: Match, withheld: Collection[str]) -> Match:
    """The match as it would be had nobody looked at these fields."""
    reasons = [reason for reason in match.reasons if reason["field"] not in withheld]
    return replace(match, reasons=reasons, score=score_of(reasons))


def _in_favour(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reasons without those against it that somebody may not know: for them the pair may be a likely one."""
    return [reason for reason in reasons if reason["bits"] >= 0 or reason["field"] not in WITHHELD]


def score_of(reasons: Iterable[dict[str, Any]]) -> float:
    """How likely records of which these are known are the same, 0 to 1."""
    bits = PRIOR + sum(reason["bits"] for reason in reasons)
    return float(round(1 / (1 + 2**-bits), 4))


def _reasons(one: Comparable, other: Comparable) -> Iterator[dict[str, Any]]:
    for field, ours, theirs in (("email", one.emails, other.emails), ("phone", one.phones, other.phones)):
        if ours and theirs:
            yield _reason(field, "same" if ours & theirs else "other")
    if one.domain and other.domain and one.is_company:
        yield _reason("domain", "same" if one.domain == other.domain else "other")
    if one.name and other.name:
        alike = max(JaroWinkler.similarity(one.name, other.name), token_sort_ratio(one.name, other.name) / 100)
        yield _reason("company_name" if one.is_company else "name", _level(alike, 0.98, 0.9))
    if one.company and other.company:
        yield _reason("company", _level(token_sort_ratio(one.company, other.company) / 100, 0.95, 0.8))


def _level(alike: float, same: float, close: float) -> str:
    return "same" if alike >= same else "close" if alike >= close else "other"


def _reason(field: str, level: str) -> dict[str, Any]:
    bits = {"same": SAME, "close": CLOSE, "other": OTHER}[level][field]
    return {"field": field, "level": level, "bits": round(bits, 1)}
