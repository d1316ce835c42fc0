"""Searching 1,000, 10,000 and 100,000 records, each with a message (or `search.py 1000 5000`).

Rare and common beginnings, one word and several. Reach: under 50 ms each, and no more growth than the words' own.
"""

import random
import sys
from datetime import timedelta
from functools import partial

from house import milliseconds, open_house, print_growth

open_house()

from django.db import connection

from triptych.platform import clock, search
from triptych.platform.ids import new_id
from triptych.platform.scope import building, entered
from triptych.platform.search.models import SearchEntry
from triptych.tenants import fleet, provisioning
from triptych.tenants.members.models import Member

SIZES = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
FLOOR = "bare SQL: the 20 changed last"
FIRST = ("Anna", "Marco", "Ilse", "Jürgen", "Łucja", "Ólöf", "Сергей", "Ирина", "María", "Zoë", "Hans", "Otto", "Nadia")
LAST = ("Rossi", "Bianchi", "Müller", "Schmidt", "Kowalski", "García", "López", "Иванов", "Петров", "Smith", "Weber")
QUERIES = {
    "one letter": "a",
    "a common first name": "anna",
    "the beginning of a common name": "ros",
    "two common words": "anna ros",
    "a rare word": "title 77123",
    "an email": "anna.rossi5@acme",
    "a word that nobody has": "quetzal",
    "a common and an unknown word": "anna quetzal",
    "text beside the name": "acme",
    "four words": "anna rossi acme example",
    "a common word of messages": "invoice",
    "a rare word of messages": "ticket77123",
    "two common words of messages": "invoice overdue",
    "a common and a rare word of messages": "invoice ticket5",
}


WORDS = ("please", "send", "the", "invoice", "again", "overdue", "pump", "gasket", "leaks", "since", "monday", "thanks")


def talk(entries: list[search.Entry], begin: int) -> None:
    """A message on each record, of as many words as letters have."""
    chance = random.Random(begin)
    search.index_texts(
        search.Text(
            new_id(),
            entry.kind,
            entry.id,
            " ".join(
                [*chance.choices(WORDS, k=60), f"ticket{n}", *(f"w{chance.randrange(20_000)}" for _ in range(40))]
            ),
            entry.updated_at,
        )
        for n, entry in enumerate(entries, begin)
    )


def fill(already: int, wanted: int) -> None:
    chance = random.Random(wanted)
    now = clock.now()
    entries = []
    for n in range(already, wanted):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        entries.append(
            search.Entry(
                kind=chance.choice(("contact", "company", "deal", "lead")),
                id=new_id(),
                title=f"{first} {last}",
                subtitle=f"Title {n}",
                text=f"{first}.{last}{n % 1000}@acme{n % 300}.example +39 06 {n:07}",
                url="/x/",
                updated_at=now - timedelta(minutes=chance.randrange(500_000)),
            )
        )
    search.index_many(entries)
    talk(entries, already)


def timed(member: Member) -> dict[str, float]:
    newest = SearchEntry.objects.order_by("-updated_at", "-object_id")[:20]
    rows = {FLOOR: milliseconds(lambda: list(newest.values_list("pk", "title")), times=15)}
    for name, text in QUERIES.items():
        rows[f"{name}: {text}"] = milliseconds(partial(search.find, member, text), times=9)
    rows["within one list: anna"] = milliseconds(partial(search.few_matching, "deal", "anna"), times=9)
    return rows


if __name__ == "__main__":
    tenant = provisioning.make_spare(now=clock.now())
    try:
        figures, already = {}, 0
        for size in SIZES:
            with entered(tenant):
                fill(already, size)
            with entered(building(tenant.schema_name)), connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE search_searchentry, search_searchtext")  # the tenant's role may not
            with entered(tenant):
                figures[size], already = timed(Member(name="Seeker")), size
        print_growth("Search", figures, floor=FLOOR)
    finally:
        fleet.drop_schema(tenant)
