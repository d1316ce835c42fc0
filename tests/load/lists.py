"""The list of contacts with 10,000 of them (or `lists.py 100000`): first page, deep page, search, conditions, groups.

Reach: the place in the list costs nothing, the page at most 12 x the bare SQL of its rows.
"""

import json
import sys
from datetime import timedelta
from urllib.parse import quote

from house import milliseconds, open_house, print_ratios

open_house()

from django.db import connection
from django.test import Client

from triptych.core_crm.contacts.actions.contacts import search_entry
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.platform import clock, search
from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import actions, fleet, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.models import Person, Tenant

RECORDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
DEEP = min(100, RECORDS // 50 - 2)
SUBDOMAIN = "lists-load"
EMAIL = "owner@lists-load.example"


def fill(owner: Member) -> None:
    now = clock.now()
    companies = Company.objects.bulk_create(
        Company(name=f"Company {n}", created_at=now, updated_at=now, owner=owner) for n in range(500)
    )
    contacts = Contact.objects.bulk_create(
        (
            Contact(
                first_name=f"First{n % 97}",
                last_name=f"Last{n:05}",
                job_title=f"Title {n % 11}",
                emails=[{"email": f"c{n}@acme.example", "label": ""}],
                owner=owner if n % 3 else None,
                created_at=now - timedelta(minutes=n),
                updated_at=now,
            )
            for n in range(RECORDS)
        ),
        batch_size=1000,
    )
    links = [
        ContactCompany(contact=contact, company=companies[n % 500], is_primary=True)
        for n, contact in enumerate(contacts)
    ]
    ContactCompany.objects.bulk_create(links, batch_size=1000)
    search.index_many(search_entry(contact, [link]) for contact, link in zip(contacts, links, strict=True))


def browser(tenant: Tenant) -> Client:
    client = Client(SERVER_NAME=f"{SUBDOMAIN}.localhost")
    with entered(tenant):
        client.force_login(Person.objects.get(email=EMAIL))
    return client


def bare_rows() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.*, m.name, p.name FROM contacts_contact c LEFT JOIN members_member m ON m.id = c.owner_id"
            " LEFT JOIN contacts_contactcompany l ON l.contact_id = c.id AND l.is_primary"
            " LEFT JOIN contacts_company p ON p.id = l.company_id"
            " WHERE c.deleted_at IS NULL ORDER BY c.sort_key, c.id LIMIT 50"
        )
        return cursor.fetchall()


def page(client: Client, query: str) -> None:
    response = client.get(f"/contacts/{query}")
    assert response.status_code == 200, response.status_code


NEW = ["created", "last_days", "7"]


def _where(*conditions: list[str]) -> str:
    return "?where=" + quote(json.dumps({"all": conditions}))


def deep(client: Client, pages: int) -> str:
    """The address of a page far down the list."""
    url = "/contacts/"
    for _ in range(pages):
        html = client.get(url).content.decode()
        url = html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    return url.removeprefix("/contacts/")


if __name__ == "__main__":
    provisioning.keep_spares(wanted=1, now=clock.now())
    tenant = actions.sign_up(
        name="Lists", subdomain=SUBDOMAIN, email=EMAIL, password="correct-horse-battery", now=clock.now()
    )
    try:
        with entered(tenant):
            fill(Member.objects.get(email=EMAIL))
        with entered(building(tenant.schema_name)), connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the owner, since the tenant's role may not
        client = browser(tenant)
        with entered(tenant):
            rows = {"bare SQL of the first 50": milliseconds(bare_rows, times=15)}
        queries = {
            "first page": "",
            f"page {DEEP}": deep(client, DEEP),
            "by creation, falling": "?sort=-created",
            "by job title": "?sort=job_title",
            "of nobody": "?owner=nobody",
            "where owner is nobody and created in the last 7 days": _where(["owner", "is", "nobody"], NEW),
            "where job title contains 7": _where(["job_title", "contains", "7"]),
            "in groups by owner": "?group=owner",
            "counted exactly": "?count=exact",
            "search: last04": "?q=last04",
            "search: company 77": "?q=company+77",
        }
        for name, query in queries.items():
            rows[name] = milliseconds(lambda query=query: page(client, query), times=15)
        rows["export of all, streamed"] = milliseconds(
            lambda: sum(map(len, client.get("/contacts/export/").streaming_content)), times=2
        )
        print_ratios(f"List of {RECORDS:,} contacts", rows, floor="bare SQL of the first 50")
    finally:
        fleet.drop_schema(tenant)
        with entered(CONTROL):
            Tenant.objects.filter(pk=tenant.pk).delete()
