"""The two tenants of the tests, and the people who call their pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from triptych.platform.scope import CONTROL, entered
from triptych.testing.database import ROLES

if TYPE_CHECKING:
    from triptych.tenants.members.models import Member
    from triptych.tenants.models import Tenant


def tenant_at(subdomain: str) -> Tenant:
    """The tenant of that subdomain."""
    from triptych.tenants.models import Tenant

    with entered(CONTROL):
        return Tenant.objects.get(subdomain=subdomain)


@pytest.fixture
def tenant(db: None) -> Tenant:
    """Acme Tools at acme.localhost."""
    return tenant_at("acme")


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    """Globex at globex.localhost, which must never learn anything of Acme Tools."""
    return tenant_at("globex")


@pytest.fixture
def in_tenant(tenant: Tenant) -> Iterator[None]:
    """Run the test's body inside Acme Tools, with its PostgreSQL role."""
    with entered(tenant):
        yield


@pytest.fixture
def members(tenant: Tenant) -> dict[str, Member]:
    """The members of Acme Tools by role."""
    from triptych.tenants.members.models import Member

    with entered(tenant):
        return {member.role: member for member in Member.objects.filter(person_id__isnull=False)}


def signed_in(tenant: Tenant, email: str, *, host: str | None = None) -> Client:
    """A browser in which that person of the tenant is signed in; `host` makes it call another host."""
    from triptych.tenants.models import Person

    client = Client(SERVER_NAME=f"{tenant.subdomain}.localhost")
    with entered(tenant):
        client.force_login(Person.objects.get(email=email))
    if host:
        client.defaults["SERVER_NAME"] = host
    return client


class Cast(dict[str, Client]):
    """Browsers by who holds them, signed in when first asked for."""

    def __init__(self, tenant: Tenant, other_tenant: Tenant) -> None:
        self.tenant, self.other_tenant = tenant, other_tenant

    def __missing__(self, who: str) -> Client:
        if who in ROLES:
            self[who] = signed_in(self.tenant, f"{who}@acme.example")
        elif who == "outsider":
            self[who] = signed_in(self.other_tenant, "owner@globex.example", host="acme.localhost")
        elif who == "stranger":
            self[who] = Client(SERVER_NAME="acme.localhost")
        else:
            raise KeyError(who)
        return self[who]


@pytest.fixture
def cast(tenant: Tenant, other_tenant: Tenant) -> Cast:
    """`owner`, `admin`, `member`, `reader` of Acme Tools; `outsider` is Globex's owner on Acme's host; `stranger`."""
    return Cast(tenant, other_tenant)


@pytest.fixture
def api(cast: Cast) -> Callable[..., dict[str, Any]]:
    """Ask the API: `api("{ me { name } }", who="reader", **variables)` answers with the parsed JSON."""

    def ask(document: str, *, who: str = "owner", **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": document, "variables": variables})
        answer: dict[str, Any] = json.loads(cast[who].post("/graphql/", body, content_type="application/json").content)
        return answer

    return ask
