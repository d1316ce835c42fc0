"""50 deals with company, contact, owner and stage: as page, as board, through GraphQL, and as bare SQL.

Reach: the page at most 12 times its SQL; with 200 tenants at most 1.1 times the latency of one.
"""

import os

from house import milliseconds, open_house, print_ratios, web_server

open_house()

from decimal import Decimal

import httpx
import psycopg
from django.conf import settings
from django.db import connection

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.deals.actions import create_deal
from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token
from triptych.tenants.models import Domain, Person, Tenant
from triptych.tenants.sessions import SessionStore

TENANTS = (1, 50, 200)
TIMES = 60
SQL = """
SELECT d.id, d.name, d.amount, d.currency, d.close_date, c.name, p.first_name, p.last_name, m.name, s.name
FROM deals_deal d JOIN deals_stage s ON s.id = d.stage_id LEFT JOIN contacts_company c ON c.id = d.company_id
LEFT JOIN contacts_contact p ON p.id = d.primary_contact_id LEFT JOIN members_member m ON m.id = d.owner_id
WHERE d.deleted_at IS NULL ORDER BY d.created_at DESC, d.id DESC LIMIT 50
"""
GRAPHQL = """{ deals(first: 50) { edges { node {
  id name amount currency closeDate stage { name } owner { name } company { name } primaryContact { firstName lastName }
} } } }"""


def tenant(number: int) -> Tenant:
    """Tenant `bench-<number>` with 60 deals, made when it is missing."""
    with entered(CONTROL):
        found = Tenant.objects.filter(subdomain=f"bench-{number}").first()
    if found:
        return found
    now = clock.now()
    provisioning.make_spare(now=now)
    made = actions.sign_up(
        name=f"Bench {number}", subdomain=f"bench-{number}", email=f"o{number}@load.example",
        password="correct-horse-battery", now=now,
    )  # fmt: skip
    with entered(made):
        owner = Member.objects.get()
        for row in range(60):
            company = create_company(name=f"Company {row}", by=owner, now=now)
            contact = create_contact(first_name="Ann", last_name=f"Number {row}", by=owner, now=now)
            sold = {"name": f"Deal {row}", "amount": Decimal(100 * row), "company": company, "primary_contact": contact}
            create_deal(**sold, by=owner, now=now)
    return made


def signed_in(of: Tenant) -> tuple[str, str]:
    """A session cookie and a token of the tenant's owner."""
    with entered(CONTROL):
        person = Person.objects.get(memberships__tenant=of)
    with entered(of):
        session = SessionStore()
        session["_auth_user_id"] = str(person.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        session["_auth_user_hash"] = person.get_session_auth_hash()
        session.create()
        _, token = create_token(
            member=Member.objects.get(), scopes=["read"], expires_at=None, name="bench", now=clock.now()
        )
    return str(session.session_key), token


def bare_sql(of: Tenant) -> float:
    parameters = connection.get_connection_params()
    keys = ("host", "port", "user", "dbname")
    with psycopg.connect(**{key: parameters[key] for key in keys if parameters.get(key)}, autocommit=True) as plain:
        plain.execute(f'SET search_path = "{of.schema_name}"')
        return milliseconds(lambda: plain.execute(SQL).fetchall(), times=TIMES)


def over_http(of: Tenant, port: int) -> dict[str, float]:
    cookie, token = signed_in(of)
    host = {"host": f"{of.subdomain}.localhost:{port}"}
    base = f"http://127.0.0.1:{port}"
    with httpx.Client(trust_env=False, headers=host, cookies={settings.SESSION_COOKIE_NAME: cookie}) as browser:
        for path in ("/deals/?view=table", "/deals/"):
            assert browser.get(base + path).status_code == 200, path

        def ask() -> None:
            answer = browser.post(
                f"{base}/graphql/", json={"query": GRAPHQL}, headers={"authorization": f"Bearer {token}"}, cookies={}
            )
            assert "errors" not in answer.json(), answer.text

        return {
            "the deals table, as a page": milliseconds(lambda: browser.get(f"{base}/deals/?view=table"), times=TIMES),
            "the deals board, as a page": milliseconds(lambda: browser.get(f"{base}/deals/"), times=TIMES),
            "the deals through GraphQL": milliseconds(ask, times=TIMES),
        }


if __name__ == "__main__":
    os.environ["TRIPTYCH_SCHEME"] = "http"
    first = tenant(0)
    slowest: dict[int, float] = {}
    for count in TENANTS:
        for number in range(count):
            tenant(number)
        with web_server() as port:
            rows = {"bare SQL of 50 deals": bare_sql(first), **over_http(first, port)}
        slowest[count] = rows["the deals table, as a page"]
        with entered(CONTROL):
            print_ratios(f"With {Domain.objects.count()} tenants", rows, floor="bare SQL of 50 deals")
    with web_server(interface="wsgi") as port:
        rows = {"bare SQL of 50 deals": bare_sql(first), **over_http(first, port)}
    print_ratios("The same through WSGI", rows, floor="bare SQL of 50 deals")
    print_ratios("The table by number of tenants", {str(n): ms for n, ms in slowest.items()}, floor="1")
