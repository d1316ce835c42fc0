"""GraphQL reads among 5,000 deals, over HTTP, against the bare SQL of the same 50 rows; and building a schema.

Reach: 50 deals with company, contact, owner and stage in at most 4 statements. `deals.py` compares with pages.
"""

from datetime import timedelta
from decimal import Decimal

from house import milliseconds, open_house, print_ratios, web_server

open_house()

import httpx
import psycopg
from django.db import connection

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions import NewDeal, create_deals_in_bulk
from triptych.core_crm.deals.models import Stage
from triptych.graphql.composition import TenantSchema
from triptych.graphql.sdl import bundled_plugins
from triptych.platform import clock
from triptych.platform.scope import CONTROL, building, entered
from triptych.tenants import actions, fleet, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token
from triptych.tenants.models import Tenant

DEALS = 5_000
SUBDOMAIN = "graphql-load"
TIMES = 40
SQL = """
SELECT d.id, d.name, d.amount, d.currency, d.close_date, c.name, p.first_name, p.last_name, m.name, s.name
FROM deals_deal d JOIN deals_stage s ON s.id = d.stage_id LEFT JOIN contacts_company c ON c.id = d.company_id
LEFT JOIN contacts_contact p ON p.id = d.primary_contact_id LEFT JOIN members_member m ON m.id = d.owner_id
WHERE d.deleted_at IS NULL ORDER BY d.created_at DESC, d.id DESC LIMIT 50
"""
NODE = """id name amount currency closeDate stage { name } owner { name } company { name }
  primaryContact { firstName lastName }"""
DOCUMENTS = {
    "me": "{ me { name } }",
    "50 deals, names alone": "{ deals { edges { node { name } } } }",
    "50 deals with all they name": f"{{ deals {{ edges {{ node {{ {NODE} }} }} }} }}",
    "the same, with the total": f"{{ deals {{ totalCount edges {{ node {{ {NODE} }} }} }} }}",
    "the same, the last page": f"{{ deals(last: 50) {{ edges {{ node {{ {NODE} }} }} }} }}",
    "the same, filtered and ordered by amount": f"""{{ deals(filter: {{amount: {{gte: "100"}}}},
        orderBy: [{{field: AMOUNT, direction: DESC}}]) {{ edges {{ node {{ {NODE} }} }} }} }}""",
    "50 companies with 5 deals each": """{ companies { edges { node { name
        deals(first: 5) { edges { node { name stage { name } } } } } } } }""",
}


def fill(owner: Member) -> None:
    now = clock.now()
    stamps = {"created_at": now, "updated_at": now, "owner": owner}
    companies = Company.objects.bulk_create(Company(name=f"Company {n}", **stamps) for n in range(500))
    contacts = Contact.objects.bulk_create(
        Contact(first_name="Ann", last_name=f"Number {n}", **stamps) for n in range(500)
    )
    stages = list(Stage.objects.open().order_by("position"))
    rows = [
        NewDeal(
            name=f"Deal {n}",
            stage=stages[n % len(stages)],
            amount=Decimal(n),
            company=companies[n % 500],
            primary_contact=contacts[n % 500],
            owner=owner,
            close_date=(now + timedelta(days=n % 90)).date(),
        )
        for n in range(DEALS)
    ]
    create_deals_in_bulk(rows, by=owner, now=now)


def bare_sql(of: Tenant) -> float:
    parameters = connection.get_connection_params()
    keys = ("host", "port", "user", "dbname")
    with psycopg.connect(**{key: parameters[key] for key in keys if parameters.get(key)}, autocommit=True) as plain:
        plain.execute(f'SET search_path = "{of.schema_name}"')
        return milliseconds(lambda: plain.execute(SQL).fetchall(), times=TIMES)


def asking(client: httpx.Client, url: str, document: str) -> None:
    answer = client.post(url, json={"query": document})
    assert answer.status_code == 200, answer.text[:500]
    assert "errors" not in answer.json(), answer.text[:500]


if __name__ == "__main__":
    provisioning.keep_spares(wanted=1, now=clock.now())
    tenant = actions.sign_up(
        name="GraphQL",
        subdomain=SUBDOMAIN,
        email="o@graphql.example",
        password="correct-horse-battery",
        now=clock.now(),
    )
    try:
        with entered(tenant):
            member = Member.objects.get()
            fill(member)
            _, token = create_token(member=member, scopes=["read"], expires_at=None, name="load", now=clock.now())
        with entered(building(tenant.schema_name)), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        rows = {"bare SQL of the 50 deals": bare_sql(tenant)}
        with web_server() as port:
            headers = {"Authorization": f"Bearer {token}", "Host": f"{SUBDOMAIN}.localhost:{port}"}
            with httpx.Client(trust_env=False, headers=headers, timeout=60) as client:
                for name, document in DOCUMENTS.items():
                    rows[name] = milliseconds(
                        lambda document=document: asking(client, f"http://127.0.0.1:{port}/graphql/", document),
                        times=TIMES,
                    )
        rows["building the schema of all plugins"] = milliseconds(lambda: TenantSchema(bundled_plugins()), times=5)
        print_ratios(f"GraphQL over HTTP among {DEALS:,} deals", rows, floor="bare SQL of the 50 deals")
    finally:
        fleet.drop_schema(tenant)
        with entered(CONTROL):
            Tenant.objects.filter(pk=tenant.pk).delete()
