"""Callers of the API: `api[who](document, variables)` answers with the parsed JSON of `POST /graphql/`."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from strawberry import relay

from triptych.platform.scope import entered
from triptych.tenants.members import tokens
from triptych.tenants.members.models import Member


@pytest.fixture(autouse=True)
def _fresh_quota():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def token_for(tenant):
    """Make a token: `token_for("owner")` answers with its text."""

    def make(role="owner", *, scopes=("read", "write"), inside=tenant, lifetime=timedelta(days=1)):
        from triptych.platform import clock

        now = clock.now()
        with entered(inside):
            member = Member.objects.get(role=role, person_id__isnull=False)
            token, text = tokens.create_token(
                member=member, scopes=scopes, expires_at=now + timedelta(days=1), name="", now=now - timedelta(days=2)
            )
            token.expires_at = now + lifetime
            token.save()
        return text

    return make


class Caller:
    """Posts GraphQL to one host, with the same headers each time."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client = client
        self.headers = headers

    def post(self, content, *, content_type="application/json", **headers):
        return self.client.post("/graphql/", content, content_type=content_type, headers={**self.headers, **headers})

    def __call__(self, document: str, variables: dict | None = None, **extra) -> dict:
        response = self.post(json.dumps({"query": document, "variables": variables, **extra}))
        return json.loads(response.content)

    def data(self, document: str, variables: dict | None = None) -> dict:
        """The data of an answer that must hold no error."""
        answer = self(document, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
def api(cast, token_for, other_tenant):
    """Callers by who they are: members with sessions, programs with tokens, and those who must be kept out."""

    class Callers(dict):
        def __missing__(self, who):
            makers = {
                "program": lambda: token_for("member"),
                "read-only program": lambda: token_for("member", scopes=["read"]),
                "reader's program": lambda: token_for("reader", scopes=["read"]),
                "expired program": lambda: token_for("owner", lifetime=timedelta(seconds=-1)),
                "foreign program": lambda: token_for("owner", inside=other_tenant),
            }
            if who in makers:
                self[who] = Caller(Client(SERVER_NAME="acme.localhost"), Authorization=f"Bearer {makers[who]()}")
            else:
                self[who] = Caller(cast[who])
            return self[who]

    return Callers()


@pytest.fixture
def crm(tenant, members, now):
    """A small workspace of Acme Tools: `crm.contact(last_name="Bell")` makes one as the owner, inside the tenant."""
    from triptych.core_crm.activities import actions as activities
    from triptych.core_crm.cases import actions as cases
    from triptych.core_crm.contacts import actions as contacts
    from triptych.core_crm.deals import actions as deals
    from triptych.core_crm.leads import actions as leads

    makers = {
        "contact": contacts.create_contact,
        "company": contacts.create_company,
        "deal": deals.create_deal,
        "lead": leads.create_lead,
        "case": cases.create_case,
        "activity": activities.create_activity,
    }
    return Workspace(tenant, members["owner"], now, makers)


class Workspace:
    """Makes records through the actions."""

    def __init__(self, tenant, by, now, makers) -> None:
        self.tenant, self.by, self.now, self.makers = tenant, by, now, makers

    def __getattr__(self, noun):
        def make(**fields):
            with entered(self.tenant):
                return self.makers[noun](by=self.by, now=self.now, **fields)

        return make


def global_id(record) -> str:
    """The id of a record as the API gives it."""
    return str(relay.GlobalID(type(record).__name__, str(record.pk)))


@pytest.fixture
def gid():
    return global_id


@pytest.fixture
def acme_as_wsgi(db):
    """Acme's host as a WSGI application, inside the test's transaction."""
    client = Client(SERVER_NAME="acme.localhost")

    def application(environ, start_response):
        size = int(environ.get("CONTENT_LENGTH") or 0)
        passed = {key: value for key, value in environ.items() if key.startswith("HTTP_") and key != "HTTP_HOST"}
        response = client.generic(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            environ["wsgi.input"].read(size),
            content_type=environ.get("CONTENT_TYPE", ""),
            QUERY_STRING=environ.get("QUERY_STRING", ""),
            **passed,
        )
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return application
