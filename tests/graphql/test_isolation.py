"""Two tenants: texts that only one of them holds never stand in an answer to the other, whatever is asked."""

import json

import pytest

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.deals.actions import create_deal
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db
SECRET = "Quetzalcoatl"


@pytest.fixture
def secrets(other_tenant, now, gid):
    """Records of Globex that bear a word nobody at Acme knows."""
    with entered(other_tenant):
        by = {"by": Member.objects.get(role="owner"), "now": now}
        company = create_company(name=f"{SECRET} Corp", **by)
        contact = create_contact(last_name=SECRET, emails=[f"{SECRET}@x.example"], **by)
        deal = create_deal(name=f"{SECRET} deal", company=company, primary_contact=contact, **by)
        return {name: gid(record) for name, record in (("company", company), ("contact", contact), ("deal", deal))}


@pytest.mark.parametrize("who", ["owner", "member", "reader", "program", "read-only program"])
def test_nothing_of_another_tenant_is_found_by_id_list_search_or_filter(api, secrets, who):
    document = """query($company: ID!, $contact: ID!, $deal: ID!) {
        company(id: $company) { name } contact(id: $contact) { name } deal(id: $deal) { name company { name } }
        a: node(id: $company) { id ... on Company { name } } b: node(id: $deal) { id ... on Deal { name } }
        companies(search: "Quetz") { totalCount edges { node { name } } }
        contacts(filter: {anyEmail: "quetzalcoatl@x.example"}) { totalCount edges { node { name emails { email } } } }
        deals(filter: {company: {eq: $company}}) { totalCount edges { node { name } } }
        activities { totalCount } members { edges { node { name email } } } search(text: "quetz") { title }
    }"""

    answer = api[who](document, secrets)

    assert SECRET.lower() not in json.dumps(answer).lower()
    assert "globex" not in json.dumps(answer).lower()
    assert answer["data"]["companies"]["totalCount"] == answer["data"]["deals"]["totalCount"] == 0


def test_records_of_another_tenant_cannot_be_linked(api, crm, gid, secrets):
    deal = crm.deal(name="Lenses")
    document = """mutation($id: ID!, $company: ID!, $contact: ID!) {
        a: updateDeal(input: {id: $id, company: $company}) { deal { name } problems { code field } }
        b: updateDeal(input: {id: $id, contacts: [{contact: $contact}]}) { deal { name } problems { code field } }
        c: createActivity(input: {kind: NOTE, description: "x", records: [$contact]}) { problems { code field } } }"""

    data = api["owner"].data(document, {"id": gid(deal), **{key: secrets[key] for key in ("company", "contact")}})

    assert [payload["problems"][0] for payload in data.values()] == [
        {"code": "NOT_FOUND", "field": "company"},
        {"code": "NOT_FOUND", "field": "contacts"},
        {"code": "NOT_FOUND", "field": "records"},
    ]
    with entered(crm.tenant):
        deal.refresh_from_db()
    assert (deal.company_id, deal.version) == (None, 1)


@pytest.mark.parametrize("who", ["outsider", "stranger", "foreign program", "expired program"])
def test_who_does_not_belong_here_learns_nothing(api, crm, who):
    crm.contact(last_name="Onlyhere")
    response = api[who].post(
        json.dumps({"query": "{ __schema { types { name } } contacts { edges { node { nmae } } } }"})
    )

    answer = json.loads(response.content)
    assert (response.status_code, list(answer)) == (401, ["errors"])
    assert not any(word in response.content.decode() for word in ("Onlyhere", "Did you mean", "name\\"))


def test_a_cursor_of_another_tenant_is_refused(api, crm, tenant, other_tenant, token_for):
    crm.contact(last_name="Bell")
    cursor = api["program"].data("{ contacts { pageInfo { endCursor } } }")["contacts"]["pageInfo"]["endCursor"]
    foreign = api["foreign program"]
    foreign.client.defaults["SERVER_NAME"] = "globex.localhost"

    answer = foreign(
        "query($after: String) { contacts(after: $after) { totalCount edges { cursor } } }", {"after": cursor}
    )

    assert "another list, ordering or workspace" in answer["errors"][0]["message"]
