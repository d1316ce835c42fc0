"""Every list with 1,000, 10,000 and 100,000 records (or `lists.py 1000 5000`): pages, orders, search, groups, counts.

Each figure stands beside the bare SQL of 50 rows at the same size, and beside itself at the smallest size. Reach: cost
grows no faster than the page, wherever one looks. Groups and exact counts read every record that fits.
"""

import json
import sys
from functools import partial
from urllib.parse import quote

from house import milliseconds, open_house, print_growth

open_house()

from django.db import connection
from django.http import QueryDict
from django.test import Client
from seeding import seed

from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.lists import indexing
from triptych.core_crm.lists.listing import AskedAs, Listing
from triptych.core_crm.lists.nouns import all_lists
from triptych.core_crm.rights.models import Share, Team, TeamMember
from triptych.platform import clock
from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import actions, fleet, provisioning
from triptych.tenants.members.models import Member, Role
from triptych.tenants.models import Person, Tenant

SIZES = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
SUBDOMAIN = "lists-load"
EMAIL = "owner@lists-load.example"
FLOOR = "bare SQL of 50 rows"
TIMES = 7
KINDS = ("contact", "company", "lead", "deal", "case", "activity")


def bare_rows() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.*, m.name, p.name FROM contacts_contact c LEFT JOIN members_member m ON m.id = c.owner_id"
            " LEFT JOIN contacts_contactcompany l ON l.contact_id = c.id AND l.is_primary"
            " LEFT JOIN contacts_company p ON p.id = l.company_id"
            " WHERE c.deleted_at IS NULL ORDER BY c.sort_key, c.id LIMIT 50"
        )
        return cursor.fetchall()


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def deep(client: Client, address: str, size: int) -> str:
    """The address of a page in the middle of a list, or after 40 pages."""
    for _ in range(min(40, size // 100)):
        address = page(client, address).split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    return address


def _where(*conditions: object) -> str:
    return "where=" + quote(json.dumps({"all": conditions}))


def addresses(client: Client, size: int) -> dict[str, str]:
    """What is asked for, by its name."""
    nested = {"any": [["job_title", "is", "Title 7"], {"none": [["owner", "filled"], ["email", "filled"]]}]}
    return {
        "contacts: first page": "/contacts/",
        "contacts: a page far down": deep(client, "/contacts/", size),
        "contacts: by job title, falling": "/contacts/?sort=-job_title",
        "contacts: by email, far down": deep(client, "/contacts/?sort=-email", size),
        "contacts: of nobody": "/contacts/?owner=nobody",
        "contacts: mine": "/contacts/?owner=me",
        "contacts: job title contains 7": f"/contacts/?{_where(['job_title', 'contains', '7'])}",
        "contacts: any of, none of": f"/contacts/?{_where(nested)}",
        "contacts: search for few": "/contacts/?q=last04",
        "contacts: search for many": "/contacts/?q=last",
        "contacts: search for nobody": "/contacts/?q=quetzal",
        "contacts: in groups by owner": "/contacts/?group=owner",
        "contacts: counted exactly": "/contacts/?count=exact",
        "companies: by revenue, falling": "/companies/?sort=-revenue",
        "companies: by industry": "/companies/?sort=industry",
        "companies: search": "/companies/?q=company+77",
        "leads: by source": "/leads/?sort=source",
        "leads: search": "/leads/?q=firm+77",
        "deals: first page of the table": "/deals/?view=table",
        "deals: by amount, falling": "/deals/?view=table&sort=-amount",
        "deals: by amount, far down": deep(client, "/deals/?view=table&sort=-amount", size),
        "deals: by company": "/deals/?view=table&sort=company",
        "deals: by stage": "/deals/?view=table&sort=stage",
        "deals: in groups by stage, with totals": "/deals/?view=table&group=stage",
        "deals: search for another noun's word": "/deals/?view=table&q=talk",
        "cases: by last message, falling": "/cases/?view=all&sort=-last_message",
        "cases: search": "/cases/?view=all&q=subject+77",
        "activities: first page": "/activities/?view=all",
        "activities: by subject": "/activities/?view=all&sort=subject",
        "activities: search": "/activities/?view=all&q=talk+77",
    }


def narrow(level: str, number: int) -> Member:
    """A seeder whose role sees its own records, or those of a team of ten, and one that is shared with it."""
    now = clock.now()
    member = Member.objects.get(email=f"seed{number}@load.example")
    rights = {kind: {"read": level} for kind in KINDS}
    member.role_record = Role.objects.create(name=f"Load {level}", rights=rights, created_at=now, updated_at=now)
    member.save()
    Share.objects.create(kind="contact", object_id=Contact.objects.earliest("pk").pk, member=member, created_at=now)
    if level == "team":
        team = Team.objects.create(name="Half of them", created_at=now, updated_at=now)
        others = Member.objects.filter(email__startswith="seed").order_by("email")[:10]
        TeamMember.objects.bulk_create(TeamMember(team=team, member=one) for one in {member, *others})
    return member


def seen_by(member: Member, kind: str, query: str) -> None:
    """The rows and the count of a page for a member with narrow rights, which are read anew."""
    spec, asking = all_lists()[kind], Member.objects.select_related("role_record").get(pk=member.pk)
    shown = Listing(spec, spec.records(asking), AskedAs(asking, QueryDict(query)), home=spec.home)
    assert shown.page.rows
    assert shown.count


def timed(tenant: Tenant, client: Client, narrowed: dict[str, Member], size: int) -> dict[str, float]:
    acts = {name: partial(page, client, address) for name, address in addresses(client, size).items()}
    with entered(tenant):
        found = {FLOOR: milliseconds(bare_rows, times=15)}
    found |= {name: milliseconds(act, times=TIMES) for name, act in acts.items()}
    with entered(tenant):
        for level, member in narrowed.items():
            for kind, query in (("contact", ""), ("contact", "sort=-updated"), ("deal", "sort=-amount"), ("case", "")):
                name = f"rows alone, {level} rights: {kind} {query}"
                found[name] = milliseconds(partial(seen_by, member, kind, query), times=TIMES)
    return found


if __name__ == "__main__":
    provisioning.keep_spares(wanted=1, now=clock.now())
    tenant = actions.sign_up(
        name="Lists", subdomain=SUBDOMAIN, email=EMAIL, password="correct-horse-battery", now=clock.now()
    )
    try:
        client, figures, already = Client(SERVER_NAME=f"{SUBDOMAIN}.localhost"), {}, 0
        with entered(tenant):
            client.force_login(Person.objects.get(email=EMAIL))
        for size in SIZES:
            seed(tenant, already, size)
            if not already:
                with entered(tenant):
                    narrowed = {level: narrow(level, number) for number, level in enumerate(("own", "team"), 1)}
            with entered(building(tenant.schema_name)):
                print(f"{size:,}: {', '.join(indexing.tend()) or 'no index made'}")
            figures[size], already = timed(tenant, client, narrowed, size), size
        print_growth("Lists", figures, floor=FLOOR)
    finally:
        fleet.drop_schema(tenant)
        with entered(CONTROL):
            Tenant.objects.filter(pk=tenant.pk).delete()
