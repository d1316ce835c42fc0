"""The examples of docs/api.md, run by the `gql` client as an integrator would run them."""

import json
import re
from pathlib import Path

import httpx
import pytest
from gql import Client as GraphQLClient
from gql import GraphQLRequest
from gql.transport.httpx import HTTPXTransport

from triptych.core_crm.contacts.actions import CompanyLink
from triptych.core_crm.deals.models import Stage
from triptych.graphql import limits, quota
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```(?:\s*```json\n(.*?)```)?", PAGE, re.DOTALL)


@pytest.fixture
def ids(crm, gid) -> dict[str, str]:
    """Real ids for the names that stand in the page."""
    company = crm.company(name="Lumen Optics")
    contact = crm.contact(last_name="Bell", emails=["ada@lumen.example"], companies=[CompanyLink(company)])
    deal = crm.deal(name="Lenses", amount=5000, company=company, primary_contact=contact)
    lead = crm.lead(last_name="Cole", company_name="Prism")
    with entered(crm.tenant):
        stage = Stage.objects.get(name="Proposal")
    named = {"COMPANY": company, "CONTACT": contact, "DEAL": deal, "LEAD": lead, "STAGE": stage}
    return {f"{name}_ID": gid(record) for name, record in named.items()}


@pytest.fixture
def client(acme_as_wsgi, token_for):
    transport = HTTPXTransport(
        "http://acme.localhost/graphql/",
        headers={"Authorization": f"Bearer {token_for('member')}"},
        transport=httpx.WSGITransport(acme_as_wsgi),
    )
    with GraphQLClient(transport=transport, fetch_schema_from_transport=True) as session:
        yield session


def test_there_are_examples_of_everything():
    assert len(EXAMPLES) >= 9


@pytest.mark.parametrize(("document", "variables"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_runs_as_it_stands(client, ids, document, variables):
    for name, id in ids.items():
        variables = variables.replace(name, id)

    data = client.execute(GraphQLRequest(document, variable_values=json.loads(variables) if variables else None))

    answers = [value for value in data.values() if isinstance(value, dict) and "problems" in value]
    assert all(value is not None for value in data.values())
    assert all(answer["problems"] == [] for answer in answers)


@pytest.mark.parametrize(
    "number",
    [limits.MAX_COST, limits.MAX_DEPTH, limits.MAX_FIELDS, limits.MAX_ALIASES, limits.MAX_PAGE, quota.WINDOW_COST],
)
def test_the_limits_in_the_page_are_those_of_the_code(number):
    assert f"{number:,}" in PAGE


def test_every_root_field_and_verb_is_named():
    from triptych.graphql.composition import TenantSchema

    schema = TenantSchema([])._schema
    plurals = [name for name, field in schema.query_type.fields.items() if "first" in field.args and name != "search"]
    verbs = [
        name for name in schema.mutation_type.fields if not name.startswith(("create", "update", "delete", "restore"))
    ]
    assert [name for name in [*plurals, *verbs] if f"`{name}`" not in PAGE] == []
