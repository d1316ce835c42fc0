"""How likely two records are the same: the model of Fellegi and Sunter (1969), with likenesses of words by rapidfuzz.

Each field that agrees speaks for it and each that differs against it, by the logarithm of how much more often that
happens between records of the same than between any two. Weights are in bits and are added up. How often any two agree
is counted in the records themselves (Winkler 2000): a rare surname says more than a common one. Fields that go together
anyway, as people of one office share a phone, do not speak twice. Only pairs that share a key (an email, a phone, the
beginning of a name) are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from math import log2
from typing import Any
from uuid import UUID

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio, token_sort_ratio

from triptych.core_crm.duplicates.names import alike, of_a_desk, slipped

THRESHOLD = 0.5
WITHHELD = ("email", "phone", "domain", "company")
"""Fields that a role may hide."""
BEFOREHAND = "prior"
"""What speaks against every pair, before its fields are compared."""
PRIOR = -9.0
"""The least that speaks against a pair to begin with."""
DUPLICATES_EACH = 0.1
"""How many pairs of duplicates there are for each record, before that is learned."""
RECORDS_ASSUMED = 200
"""So many records as `AMONG_OTHERS` describes are thought to be there besides, so that few records teach little."""

AMONG_SAME = {"email": 0.6, "phone": 0.5, "domain": 0.8, "company": 0.6, "company_name": 0.75, "word": 0.8}
AMONG_OTHERS = {
    "email": 0.0002,
    "phone": 0.0005,
    "domain": 0.0005,
    "company": 0.01,
    "company_name": 0.0005,
    "word": 0.045,
}
LEAST = {"email": 2e-5, "phone": 2e-4, "company": 3e-3}
"""However rare it is: families share phones, offices both."""

OTHER = {"email": -1.3, "phone": -1.5, "domain": -2.3, "company": -2.7, "company_name": -3.6}
CLOSE_EMAIL = 8.0
CLOSE = -3.0
"""What a slip costs of the bits of the same word."""
CALLED, INITIAL, OTHER_WORD, OTHER_NAME, OTHER_FORM, EXTRA_WORD = 3.0, 2.5, -5.5, -12.0, -2.5, 0.5
DESK = 4.0
"""At most so much says a mailbox of a desk, such as info@."""
FAMILY = 3.0
"""At most so much says a surname beside another first name: families share phones and firms, too."""
TWO_MAILBOXES = -6.0
"""Two addresses of one domain at one company: its people have one each."""
TOGETHER = 0.25
"""What else people share who share an email or a phone speaks by so much."""

NOBODY = UUID(int=0)
"""The id of what is not there yet."""

Reason = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Comparable:
    """What is compared of a record. Names are spelled as `names` spells them, companies without their legal `form`."""

    id: UUID
    name: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    company: str = ""
    domain: str = ""
    is_company: bool = False
    form: str = ""

    def shared_by(self) -> Iterator[tuple[str, str]]:
        """The keys of which another record must share one to be compared."""
        for email in self.emails:
            yield "email", email
            yield "local", email.partition("@")[0]
        yield from (("phone", phone) for phone in self.phones)
        if self.domain and self.is_company:
            yield "domain", self.domain
        words = sorted(self.name.split())
        if words:
            yield "words", " ".join(words)
            yield "begin", " ".join(word[:3] for word in words)
            yield "end", " ".join(sorted(word[-3:] for word in words))
        for word in words:
            if len(word) > 2:
                yield "word", word
            if self.company:
                yield "at", f"{self.company[:6]} {word[:3]}"

    def counted_by(self) -> Iterator[tuple[str, str]]:
        """The values that say more the rarer they are."""
        yield from (("email", email) for email in self.emails)
        yield from (("phone", phone) for phone in self.phones)
        if self.is_company:
            yield "company_name", self.name
        else:
            yield from (("word", word) for word in set(self.name.split()))
        if self.company:
            yield "company", self.company


class Frequencies:
    """How often values stand in the records that are compared."""

    def __init__(self) -> None:
        self.total = 0
        self.duplicates_each = DUPLICATES_EACH
        self._counts: Counter[int] = Counter()

    def add(self, one: Comparable) -> None:
        """Count a record."""
        self.total += 1
        self._counts.update(map(hash, one.counted_by()))

    def forget_the_rare(self) -> None:
        """Keep nothing of values that stand in two records at most: it makes no difference."""
        self._counts = Counter({key: count for key, count in self._counts.items() if count > 2})

    @property
    def prior(self) -> float:
        """The bits against any two records being the same."""
        return self.prior_of(self.duplicates_each)

    def prior_of(self, duplicates_each: float) -> float:
        """The same, if each record were one of so many duplicates."""
        return min(PRIOR, log2(2 * duplicates_each / self.total)) if self.total else PRIOR

    def bits(self, field: str, value: str) -> float:
        """What it says that a value is the same, among others than the two themselves."""
        count = max(0, self._counts.get(hash((field, value)), 0) - 2)
        rate = (count + RECORDS_ASSUMED * AMONG_OTHERS[field]) / (self.total + RECORDS_ASSUMED)
        return log2(AMONG_SAME[field] / max(rate, LEAST.get(field, 0.0)))

    def is_common(self, word: str) -> bool:
        """Whether a word is too frequent to be a slip."""
        return self._counts.get(hash(("word", word)), 0) > max(3, self.total / 5000)


UNKNOWN = Frequencies()
"""When nothing is known of other records."""


@dataclass(frozen=True)
class Match:
    """Two records that are likely the same. `reasons` are fields with their weight in bits, the strongest first."""

    first: UUID
    second: UUID
    score: float
    reasons: list[dict[str, Any]]


def compared(one: Comparable, other: Comparable, among: Frequencies = UNKNOWN) -> Match:
    """How likely two records are the same, and why. Reasons hold what each field says by itself; the last is what
    speaks against any two."""
    why = sorted(reasons(one, other, among), key=lambda reason: -abs(reason[2]))
    listed = [
        {"field": field, "level": level, "bits": round(bits, 1)}
        for field, level, bits in [*why, (BEFOREHAND, "other", among.prior)]
    ]
    return Match(one.id, other.id, score_of(listed), listed)


def without(match: Match, withheld: Collection[str]) -> Match:
    """The match as it would be had nobody looked at these fields."""
    known = [reason for reason in match.reasons if reason["field"] not in withheld]
    return replace(match, reasons=known, score=score_of(known))


def score_of(reasons: Iterable[dict[str, Any]]) -> float:
    """How likely records of which these are known are the same, 0 to 1."""
    bits = sum(bits for _field, _level, bits in weighed(reasons))
    return float(round(1 / (1 + 2**-bits), 4))


def weighed(reasons: Iterable[dict[str, Any]]) -> list[Reason]:
    """What each of these reasons says beside the others, as if nothing else were known."""
    return beside_each_other([(reason["field"], reason["level"], reason["bits"]) for reason in reasons])


def beside_each_other(told: list[Reason]) -> list[Reason]:
    """Reasons without what goes together anyway: people who share a mailbox share a phone and a company, too; and two
    mailboxes at one company are two people."""
    fields = {field: (level, bits) for field, level, bits in told}
    at_one_company = fields.get("company", ("", 0))[0] == "same"
    shared = max(("email", "phone"), key=lambda field: fields.get(field, ("", 0.0))[1])
    alone = fields.get(shared, ("", 0.0))[1] <= 0
    found = []
    for field, level, bits in told:
        if level == "mailbox" and at_one_company:
            bits = TWO_MAILBOXES
        elif field in _SHARED and field != shared and bits > 0 and not alone:
            bits *= TOGETHER
        found.append((field, level, bits))
    return found


def in_favour(told: list[Reason]) -> list[Reason]:
    """Reasons without those against it that somebody may not know: for them the pair may be a likely one."""
    return [reason for reason in told if reason[2] >= 0 or reason[0] not in WITHHELD]


def reasons(one: Comparable, other: Comparable, among: Frequencies) -> list[Reason]:
    """What speaks for and against two records being the same, each by itself."""
    told = list(_channels(one, other, among))
    if one.name and other.name:
        told.append(_company(one, other, among) if one.is_company else _person(one.name, other.name, among))
    if one.company and other.company:
        told.append(_employer(one.company, other.company, among))
    return told


_SHARED = frozenset(("email", "phone", "company"))


def _channels(one: Comparable, other: Comparable, among: Frequencies) -> Iterator[Reason]:
    for field, ours, theirs in (("email", one.emails, other.emails), ("phone", one.phones, other.phones)):
        if ours and theirs:
            both = ours & theirs
            if both:
                bits = max(among.bits(field, value) for value in both)
                yield field, "same", min(bits, DESK) if field == "email" and all(map(of_a_desk, both)) else bits
            elif field == "email" and any(slipped(mine, other) for mine in ours for other in theirs):
                yield field, "close", CLOSE_EMAIL
            else:
                level = "mailbox" if field == "email" and _of_one_domain(ours, theirs) else "other"
                yield field, level, OTHER[field]
    if one.domain and other.domain and one.is_company:
        same = one.domain == other.domain
        yield "domain", "same" if same else "other", UNKNOWN.bits("domain", "") if same else OTHER["domain"]


def _of_one_domain(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool({it.rpartition("@")[2] for it in ours} & {it.rpartition("@")[2] for it in theirs})


def _person(one: str, other: str, among: Frequencies) -> Reason:
    """Each word of the shorter name finds its like in the other one, in whatever order."""
    ours, theirs = sorted((one.split(), other.split()), key=len)
    left, bits, levels = [], 0.0, set()
    for word in ours:
        if word in theirs:
            theirs.remove(word)
            bits += among.bits("word", word)
            levels.add("same")
        else:
            left.append(word)
    for word in left:
        speaks, level, found = max(_word(word, candidate, among) for candidate in theirs)
        theirs.remove(found)
        bits += speaks
        levels.add(level)
    if levels == {"other"}:
        return "name", "other", 0.0 if one.replace(" ", "") == other.replace(" ", "") else OTHER_NAME
    if "other" in levels and one.split()[-1:] == other.split()[-1:]:
        bits = min(bits, OTHER_WORD + FAMILY)
    bits -= EXTRA_WORD * len(theirs)
    return "name", "same" if levels == {"same"} and not theirs else "close" if bits > 0 else "other", bits


def _word(one: str, other: str, among: Frequencies) -> tuple[float, str, str]:
    level = alike(one, other)
    if level == "close" and among.is_common(one) and among.is_common(other):
        level = "other"  # Maria and Mario: two names, no slip
    if level == "close":
        bits = min(among.bits("word", one), among.bits("word", other)) + CLOSE
    else:
        bits = {"called": CALLED, "initial": INITIAL}.get(level, OTHER_WORD)
    return bits, level, other


def _company(one: Comparable, other: Comparable, among: Frequencies) -> Reason:
    bits = OTHER_FORM if one.form and other.form and one.form != other.form else 0.0
    if one.name == other.name:
        return "company_name", "same" if not bits else "close", bits + among.bits("company_name", one.name)
    likeness = max(JaroWinkler.similarity(one.name, other.name), token_sort_ratio(one.name, other.name) / 100)
    if likeness < 0.9:
        return "company_name", "other", OTHER["company_name"]
    rarer = min(among.bits("company_name", one.name), among.bits("company_name", other.name))
    return "company_name", "close", bits + rarer + 2 * CLOSE


def _employer(one: str, other: str, among: Frequencies) -> Reason:
    if one == other:
        return "company", "same", among.bits("company", one)
    if max(token_sort_ratio(one, other), ratio(one.replace(" ", ""), other.replace(" ", ""))) < 80:
        return "company", "other", OTHER["company"]
    return "company", "close", min(among.bits("company", one), among.bits("company", other)) + CLOSE
