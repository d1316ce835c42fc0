"""The operator's API on the public host: operators only, and no customer's record in it."""

import json

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from triptych.platform.events.models import Job
from triptych.platform.plugins.models import PluginFailure
from triptych.platform.scope import CELL, CONTROL, entered
from triptych.tenants.models import Person, Usage

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(db):
    """`ask(email, document)` on the public host as that person; an empty email is a stranger."""

    def asking(email: str, document: str, *, host: str = "localhost", **extra):
        client = Client(SERVER_NAME=host)
        if email:
            with entered(CONTROL):
                client.force_login(Person.objects.get(email=email))
        content = json.dumps({"query": document, **extra})
        return client.post("/operator/graphql/", content, content_type="application/json")

    return asking


@pytest.fixture
def operator(db):
    with entered(CONTROL):
        person = Person.objects.create(email="ops@triptych.example", is_operator=True)
        TOTP.activate(person, generate_totp_secret())
        return person.email


@pytest.mark.parametrize(("email", "status"), [("", 401), ("owner@acme.example", 401)])
def test_only_operators_are_answered(ask, email, status):
    response = ask(email, "{ tenants { edges { node { name } } } }")

    assert (response.status_code, "data" in response.json()) == (status, False)


def test_it_does_not_exist_on_a_tenants_host(ask, operator):
    assert ask("", "{ plugins { id } }", host="acme.localhost").status_code in (302, 404)


def test_operators_see_tenants_usage_jobs_and_plugins(ask, operator, tenant, now):
    with entered(CONTROL):
        for number in range(2):
            Usage.objects.create(tenant=tenant, meter="contacts", quantity=5, identifier=str(number), at=now)
    with entered(CELL):
        Job.objects.create(tenant_id=tenant.pk, kind="import", state="failed", error="No.", created_at=now)
        PluginFailure.objects.create(
            tenant_id=tenant.pk, plugin="sales", hook="slot", error="Boom", count=3, first_at=now, last_at=now
        )
    document = """{
        tenants(search: "acme") { edges { node { key name subdomain state domains enabledPlugins peopleCount } } }
        tenant(subdomain: "globex") { name }
        usage { tenant meter quantity }
        jobs(state: "FAILED") { edges { node { tenantId kind state error } } }
        plugins { id quarantinedBecause tenantCount failureCount failures { hook error count } }
        deadDeliveryCount
    }"""

    data = ask(operator, document).json()["data"]

    [acme] = [edge["node"] for edge in data["tenants"]["edges"]]
    assert (acme["name"], acme["domains"], acme["peopleCount"]) == ("Acme Tools", ["acme.localhost"], 4)
    assert data["tenant"] == {"name": "Globex"}
    assert data["usage"] == [{"tenant": str(tenant.pk), "meter": "contacts", "quantity": 10}]
    assert data["jobs"]["edges"][0]["node"]["error"] == "No."
    sales = next(plugin for plugin in data["plugins"] if plugin["id"] == "sales")
    assert (sales["failureCount"], sales["failures"]) == (3, [{"hook": "slot", "error": "Boom", "count": 3}])
    assert data["deadDeliveryCount"] == 0


@pytest.mark.parametrize(
    "document",
    ["{", "mutation { x }", "{ nothing }", "{ tenants(first: 100000) { edges { node { name } } } }", "{ a" * 900],
)
def test_odd_documents_are_told(ask, operator, document):
    answer = ask(operator, document).json()

    assert answer["errors"][0]["message"]
    assert "INTERNAL" not in str(answer)
