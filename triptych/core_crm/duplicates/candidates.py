"""Which of many records are compared, and which of those are likely the same."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from triptych.core_crm.duplicates.matching import (
    DUPLICATES_EACH,
    RECORDS_ASSUMED,
    Comparable,
    Frequencies,
    Match,
    beside_each_other,
    compared,
    in_favour,
    reasons,
)

BIGGEST_BLOCK = 60
"""A key that more records share says nothing, and would cost the square of it."""
MOST_COMPARED = 1000
"""With so many records one is compared at most; it takes dozens of emails and phones to share a key with more."""
LEARNING_ROUNDS = 10


class SharedKeys:
    """Numbers of records by the keys that they share with others."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._shared: dict[int, array[int]] = {}

    def add(self, number: int, row: Comparable) -> None:
        """Let others be found that share a key with it."""
        for key in _hashed(row):
            if key not in self._first:
                self._first[key] = number
            elif (block := self._shared.get(key)) is None:
                self._shared[key] = array("I", (self._first[key], number))
            elif len(block) <= BIGGEST_BLOCK:
                block.append(number)

    def of(self, row: Comparable) -> set[int]:
        """The records that share a key with one, without keys that too many share."""
        found: set[int] = set()
        for key in _hashed(row):
            if len(found) >= MOST_COMPARED:
                break
            if (block := self._shared.get(key)) is None:
                if key in self._first:
                    found.add(self._first[key])
            elif len(block) <= BIGGEST_BLOCK:
                found.update(block)
        return found

    def close(self) -> None:
        """Forget keys that one record alone has: no more are added."""
        self._first.clear()


class Candidates:
    """Records that are compared with each other. Grows with them and what is found, not with the pairs compared."""

    def __init__(self, rows: Iterable[Comparable]) -> None:
        self.rows: list[Comparable] = []
        self.frequencies = Frequencies()
        self.compared_count = 0
        self._found_bits = array("d")
        self._found_best = array("d")
        self._found_pairs = array("I")
        self._keys = SharedKeys()
        for number, row in enumerate(rows):
            self.rows.append(row)
            self.frequencies.add(row)
            self._keys.add(number, row)
        self._keys.close()
        self.frequencies.forget_the_rare()

    def compare(self, number: int) -> None:
        """Compare a record with the earlier ones that share a key with it, each once."""
        row, among = self.rows[number], self.frequencies
        others = {other for other in self._keys.of(row) if other < number}
        self.compared_count += len(others)
        for other in sorted(others):
            told = reasons(self.rows[other], row, among)
            bits = sum(reason[2] for reason in beside_each_other(told))
            best = max(bits, sum(reason[2] for reason in beside_each_other(in_favour(told))))
            if best > -among.prior_of(1.0):
                self._found_bits.append(bits)
                self._found_best.append(best)
                self._found_pairs.extend((other, number))

    def likely(self) -> Iterator[Match]:
        """The pairs that are likely the same, once all are compared, also those that are so only for somebody from whom
        a field is hidden. How many duplicates there are is learned from all
        that was found, by expectation and maximisation."""
        among = self.frequencies
        for _round in range(LEARNING_ROUNDS):
            expected = sum(1 / (1 + 2 ** -(bits + among.prior)) for bits in self._found_bits)
            known = among.total + RECORDS_ASSUMED
            among.duplicates_each = min(1.0, (expected + RECORDS_ASSUMED * DUPLICATES_EACH) / known)
        firsts, seconds = self._found_pairs[::2], self._found_pairs[1::2]
        for best, first, second in zip(self._found_best, firsts, seconds, strict=True):
            if best >= -among.prior:
                yield compared(self.rows[first], self.rows[second], among)


def _hashed(row: Comparable) -> set[int]:
    return {hash(key) for key in row.shared_by()}
