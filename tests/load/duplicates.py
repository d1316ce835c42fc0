"""How long the matcher takes over 10,000 contacts, a twentieth of which are there twice, and whether it finds those.

uv run python -m tests.load.duplicates
"""

import time
from random import Random

from triptych.core_crm.duplicates.matching import Comparable, blocks, matches
from triptych.platform.ids import new_id

COUNT = 10_000


def people(random):
    """People with names from a pool of 400 first and 4,000 last names; each twentieth again, with a slip."""
    letters = "abcdefghilmnoprstuvz"
    firsts, lasts = (
        ["".join(random.choices(letters, k=random.randint(4, 9))) for _ in range(number)] for number in (400, 4000)
    )
    rows, twins = [], set()
    while len(rows) < COUNT:
        first, last = random.choice(firsts), random.choice(lasts)
        email, company = f"{first}.{last}@{random.choice(lasts)}.example", random.choice(lasts)
        one = Comparable(new_id(), f"{first} {last}", frozenset([email]), company=company)
        rows.append(one)
        if random.random() < 0.05:
            slip = f"{first} {last[:-1]}"
            other = Comparable(new_id(), slip, frozenset([email] if random.random() < 0.7 else []), company=company)
            rows.append(other)
            twins.add((one.id, other.id))
    return rows, twins


def main():
    rows, twins = people(Random(7))
    began = time.perf_counter()
    seen, found = set(), set()
    for block in blocks(rows):
        found |= {(match.first, match.second) for match in matches(block, seen)}
    took = time.perf_counter() - began
    print(f"{len(rows)} contacts, {len(seen)} pairs compared in {took:.1f} s")
    print(f"{len(twins & found)} of {len(twins)} found, {len(found - twins)} others listed")


if __name__ == "__main__":
    main()
