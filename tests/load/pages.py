"""Every main page of a workspace with 100 records of each kind and with 10,000 (or `pages.py 100 30000`).

Reach: a page costs as many statements as with few records, and its time and length grow no faster than what it shows.
"""

import os
import sys
from datetime import timedelta

from house import open_house, side_by_side

open_house()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.cases.models import Case, Queue
from triptych.core_crm.contacts.models import Company, Contact, ContactCompany
from triptych.core_crm.deals.models import Deal, Stage, StageChange
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.notifications.models import Notification
from triptych.platform import clock
from triptych.platform.scope import building, entered
from triptych.tenants import actions, fleet, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.models import Person, Tenant

SIZES = [int(text) for text in sys.argv[1:]] or [100, 10_000]
PAGES = {
    "home": "/",
    "contacts": "/contacts/",
    "companies": "/companies/",
    "leads": "/leads/",
    "deals, board": "/deals/",
    "deals, table": "/deals/?view=table",
    "deals, month": "/deals/?view=calendar",
    "cases": "/cases/",
    "activities": "/activities/",
    "calendar, week": "/calendar/?view=week",
    "calendar, month": "/calendar/?view=month",
    "notifications": "/notifications/",
    "duplicates": "/duplicates/",
    "all changes": "/settings/audit/",
    "people": "/settings/people/",
    "queues": "/settings/queues/",
    "pipelines": "/settings/pipelines/",
    "search": "/palette/?q=last",
    "new deal": "/deals/new/",
    "new case": "/cases/new/",
}


def fill(count: int, owner: Member) -> dict[str, str]:
    """So many records of each kind, all of them about one company; the pages of the busiest of each kind."""
    now = clock.now()
    made = {"created_at": now, "updated_at": now}
    owned = {**made, "owner": owner}
    busy = Company.objects.create(name="Busy", **owned)
    Company.objects.bulk_create((Company(name=f"Company {n}", parent=busy, **owned) for n in range(count)), 1000)
    contacts = Contact.objects.bulk_create((Contact(last_name=f"Last {n}", **owned) for n in range(count)), 1000)
    ContactCompany.objects.bulk_create(
        (ContactCompany(contact=contact, company=busy, is_primary=True) for contact in contacts), 1000
    )
    Lead.objects.bulk_create((Lead(last_name=f"Lead {n}", **owned) for n in range(count)), 1000)
    stages = list(Stage.objects.filter(is_closed=False))
    deals = Deal.objects.bulk_create(
        (
            Deal(
                name=f"Deal {n}",
                stage=stages[n % len(stages)],
                probability=50,
                pipeline_id=stages[0].pipeline_id,
                amount=100 + n % 7,
                currency="EUR",
                company=busy,
                primary_contact=contacts[0],
                close_date=now.date() + timedelta(days=n % 28),
                entered_stage_at=now,
                opened_at=now,
                **owned,
            )
            for n in range(count)
        ),
        1000,
    )
    StageChange.objects.bulk_create((StageChange(deal=deal, to_stage=deal.stage, at=now) for deal in deals), 1000)
    queue = Queue.objects.active().in_order().first()
    cases = Case.objects.bulk_create(
        (
            Case(number=10_000_000 + n, subject=f"Case {n}", queue=queue, company=busy, contact=contacts[0], **owned)
            for n in range(count)
        ),
        1000,
    )
    activities = Activity.objects.bulk_create(
        (
            Activity(
                kind="meeting" if n % 2 else "task",
                status="planned" if n % 2 else "not_started",
                subject=f"Talk {n}",
                start_at=now + timedelta(hours=n % 600 - 300),
                end_at=now + timedelta(hours=n % 600 - 299),
                due_at=now + timedelta(hours=n % 600 - 300),
                at=now + timedelta(hours=n % 600 - 300),
                **owned,
            )
            for n in range(count)
        ),
        1000,
    )
    about = {"contact": contacts[0], "company": busy, "deal": deals[0], "case": cases[0]}
    for kind, record in about.items():
        links = (ActivityLink(activity=one, kind=kind, object_id=record.pk, at=one.at) for one in activities)
        ActivityLink.objects.bulk_create(links, 1000)
    Notification.objects.bulk_create(
        (
            Notification(member=owner, key=f"k{n}", kind="mention", title=f"News {n}", created_at=now)
            for n in range(count)
        ),
        1000,
    )
    return {f"a busy {kind}": record.get_absolute_url() for kind, record in about.items()}


def house_of(count: int) -> tuple[Tenant, Client, dict[str, str]]:
    subdomain, email = f"pages-{count}-{os.getpid()}", f"owner@pages-{os.getpid()}.example"
    provisioning.make_spare(now=clock.now())
    tenant = actions.sign_up(
        name=subdomain, subdomain=subdomain, email=email, password="correct-horse-battery", now=clock.now()
    )
    client = Client(SERVER_NAME=f"{subdomain}.localhost")
    with entered(tenant):
        pages = fill(count, Member.objects.get(email=email))
        client.force_login(Person.objects.get(email=email))
    with entered(building(tenant.schema_name)), connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the owner, since the tenant's role may not
    return tenant, client, {**PAGES, **pages}


def main() -> None:
    houses = [house_of(count) for count in SIZES]
    try:
        print(f"{'':<20}" + "".join(f"{count:>12,} records{'':>16}" for count in SIZES))
        for name in houses[0][2]:
            acts, told = {}, []
            for count, (_tenant, client, pages) in zip(SIZES, houses, strict=True):
                client.get(pages[name])
                with CaptureQueriesContext(connection) as queries:
                    response = client.get(pages[name])
                assert response.status_code == 200, (pages[name], response.status_code)
                told.append((len(queries), len(response.content) // 1000))
                acts[str(count)] = lambda client=client, at=pages[name]: client.get(at)  # type: ignore[misc]
            times = side_by_side(acts, rounds=7)
            figures = [
                f"{took:>9.1f} ms {told[n][0]:>3} st. {told[n][1]:>5} kB" for n, took in enumerate(times.values())
            ]
            first, *others = times.values()
            print(f"{name:<20}" + "".join(figures) + "".join(f"{other / first:>7.2f} x" for other in others))
    finally:
        for tenant, _client, _pages in houses:
            fleet.drop_schema(tenant)


if __name__ == "__main__":
    main()
