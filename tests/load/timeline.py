"""The timeline of a contact with 1,000, 10,000 and 100,000 entries (or `timeline.py 1000 5000`).

First page, one kind, a page far down, and the statements of each. Reach: cost grows no faster than the page, with at
most one statement for each source.
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from house import open_house, print_growth, side_by_side

open_house()

from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.timeline import timeline
from triptych.core_crm.contacts.models import Contact
from triptych.platform import clock
from triptych.platform.scope import building, entered
from triptych.tenants import fleet, provisioning
from triptych.tenants.members.models import Member

SIZES = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
FLOOR = "bare SQL of the first 31"
OTHERS = 20_000
KINDS = {"note": "", "call": "held", "meeting": "held", "email": "", "task": "completed"}
"""Each with the status in which it stands."""


def contact_with(entries: int, owner: Member) -> Contact:
    """A contact with that many activities, one an hour back from now."""
    now = clock.now()
    contact = Contact.objects.create(last_name=f"Busy {entries}", created_at=now, updated_at=now)
    activities = Activity.objects.bulk_create(
        (
            Activity(
                kind=list(KINDS)[n % 5],
                status=list(KINDS.values())[n % 5],
                subject=f"Talk {n}",
                description="What was said.",
                at=now - timedelta(hours=n),
                owner=owner,
                created_at=now,
                updated_at=now,
            )
            for n in range(entries)
        ),
        batch_size=1000,
    )
    links = (ActivityLink(activity=one, kind="contact", object_id=contact.pk, at=one.at) for one in activities)
    ActivityLink.objects.bulk_create(links, batch_size=1000)
    return contact


def bare_rows(contact: Contact) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.*, m.name FROM activities_activitylink l JOIN activities_activity a ON a.id = l.activity_id"
            " LEFT JOIN members_member m ON m.id = a.owner_id WHERE l.object_id = %s AND a.deleted_at IS NULL"
            " ORDER BY l.at DESC, l.activity_id DESC LIMIT 31",
            [contact.pk],
        )
        return cursor.fetchall()


def far_down(contact: Contact, member: Member) -> str:
    """The cursor of the twentieth page."""
    after = None
    for _page in range(20):
        after = timeline(contact, member, after=after).next_cursor
    return str(after)


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


if __name__ == "__main__":
    tenant = provisioning.make_spare(now=clock.now())
    try:
        with entered(tenant):
            member = Member.objects.create(name="Teller", role="owner", created_at=clock.now())
            contact_with(OTHERS, member)
            contacts = {size: contact_with(size, member) for size in SIZES}
        with entered(building(tenant.schema_name)), connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as the owner, since the tenant's role may not
        with entered(tenant):
            acts, counts = {}, {}
            for size, contact in contacts.items():
                after = far_down(contact, member)
                acts[size, FLOOR] = partial(bare_rows, contact)
                pages = {
                    "first page": partial(timeline, contact, member),
                    "calls alone": partial(timeline, contact, member, kinds={"call"}),
                    "page 21": partial(timeline, contact, member, after=after),
                }
                acts |= {(size, name): page for name, page in pages.items()}
                counts |= {(size, name): statements(page) for name, page in pages.items()}
            taken = side_by_side(acts, rounds=25)
        figures = {size: {name: time for (of, name), time in taken.items() if of == size} for size in SIZES}
        print_growth("Timeline of a contact", figures, floor=FLOOR)
        for (size, name), count in counts.items():
            print(f"  {f'{size:,}: {name}':<44}{count:>10} statements")
    finally:
        fleet.drop_schema(tenant)
