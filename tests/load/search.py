"""Searching 100,000 records and 100,000 messages: rare and common beginnings, one word and several. Reach: under 50 ms
each."""

import random
from datetime import timedelta

from house import milliseconds, open_house, print_ratios

open_house()

from django.db import connection

from triptych.platform import clock, search
from triptych.platform.ids import new_id
from triptych.platform.scope import building, entered
from triptych.platform.search.models import SearchEntry
from triptych.tenants import fleet, provisioning
from triptych.tenants.members.models import Member

RECORDS = 100_000
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


def talk(entries: list[search.Entry]) -> None:
    """A message on each record, of as many words as letters have."""
    chance = random.Random(8)
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
        for n, entry in enumerate(entries)
    )


def fill() -> None:
    chance = random.Random(7)
    now = clock.now()
    entries = []
    for n in range(RECORDS):
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
    talk(entries)


if __name__ == "__main__":
    tenant = provisioning.make_spare(now=clock.now())
    try:
        with entered(tenant):
            member = Member(name="Seeker")
        with entered(tenant):
            fill()
        with entered(building(tenant.schema_name)), connection.cursor() as cursor:
            cursor.execute("ANALYZE search_searchentry, search_searchtext")  # as the owner: the tenant's role may not
        with entered(tenant):
            newest = SearchEntry.objects.order_by("-updated_at", "-object_id")[:20]
            floor = "bare SQL: the 20 changed last"
            rows = {floor: milliseconds(lambda: list(newest.values_list("pk", "title")), times=9)}
            for name, text in QUERIES.items():
                rows[f"{name}: {text}"] = milliseconds(lambda text=text: search.find(member, text), times=9)
        print_ratios(f"Search over {RECORDS:,} records", rows, floor=floor)
    finally:
        fleet.drop_schema(tenant)
