"""50 deals with company, contact, owner and stage: as page, as board, through GraphQL, and as bare SQL.

Reach: the page at most 12 times its SQL. `tenants.py` has the same page beside many tenants.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from house import open_house, print_ratios, side_by_side, web_server

open_house()

from decimal import Decimal

import httpx
import psycopg
from django.conf import settings
from django.db import connection, transaction

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.deals.models import Deal, DealContact, Stage, StageChange
from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.tenants import actions, provisioning
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token
from triptych.tenants.models import Person, Tenant
from triptych.tenants.sessions import SessionStore

ROUNDS = 60
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
    if number:
        copy_records(tenant(0), made)
        return made
    with entered(made), transaction.atomic():
        owner = Member.objects.get()
        for row in range(60):
            company = create_company(name=f"Company {row}", by=owner, now=now)
            contact = create_contact(first_name="Ann", last_name=f"Number {row}", by=owner, now=now)
            sold = {"name": f"Deal {row}", "amount": Decimal(100 * row), "company": company, "primary_contact": contact}
            create_deal(**sold, by=owner, now=now)
    return made


def copy_records(source: Tenant, made: Tenant) -> None:
    """The deals of one tenant and what they name, in another: sixty acts in a few statements."""
    with entered(source):
        records = [list(model.objects.all()) for model in (Company, Contact, Deal, DealContact, StageChange)]
        places = {stage.pk: stage.position for stage in Stage.objects.all()}
    with entered(made), transaction.atomic():
        owner = Member.objects.get()
        stages = {stage.position: stage for stage in Stage.objects.all()}
        for rows in records:
            for row in rows:
                for name in ("owner_id", "by_id", "created_by_id"):
                    if getattr(row, name, None):
                        setattr(row, name, owner.pk)
                for name in ("stage", "to_stage"):
                    if hasattr(row, f"{name}_id"):
                        setattr(row, name, stages[places[getattr(row, f"{name}_id")]])
                if isinstance(row, Deal):
                    row.pipeline_id = row.stage.pipeline_id
            if rows:
                type(rows[0]).objects.bulk_create(rows)


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


@contextmanager
def bare_sql(of: Tenant) -> Iterator[Callable[[], object]]:
    """The statement alone, on a connection of its own."""
    parameters = connection.get_connection_params()
    keys = ("host", "port", "user", "dbname")
    with psycopg.connect(**{key: parameters[key] for key in keys if parameters.get(key)}, autocommit=True) as plain:
        plain.execute(f'SET search_path = "{of.schema_name}"')
        yield lambda: plain.execute(SQL).fetchall()


@contextmanager
def over_http(of: Tenant, interface: str) -> Iterator[dict[str, Callable[[], object]]]:
    """The pages and the API, asked of a web server of their own."""
    cookie, token = signed_in(of)
    with (
        web_server(interface=interface) as port,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, headers={"host": f"{of.subdomain}.localhost:{port}"}
        ) as client,
    ):
        session = {"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        bearer = {"authorization": f"Bearer {token}"}

        def page(path: str) -> Callable[[], object]:
            return lambda: client.get(path, headers=session).raise_for_status()

        def ask() -> None:
            assert "errors" not in client.post("/graphql/", json={"query": GRAPHQL}, headers=bearer).json()

        yield {
            f"the deals table as a page, {interface}": page("/deals/?view=table"),
            f"the deals board as a page, {interface}": page("/deals/"),
            f"the deals through GraphQL, {interface}": ask,
        }


if __name__ == "__main__":
    os.environ["TRIPTYCH_SCHEME"] = "http"
    first = tenant(0)
    with bare_sql(first) as floor, over_http(first, "wsgi") as wsgi, over_http(first, "asginl") as asgi:
        rows = side_by_side({"bare SQL of 50 deals": floor, **wsgi, **asgi}, rounds=ROUNDS)
    print_ratios("50 deals", rows, floor="bare SQL of 50 deals")
