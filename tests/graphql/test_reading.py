"""Reading records: lists, single records, what hangs on them."""

import pytest

from triptych.core_crm.contacts import actions as contacts
from triptych.core_crm.deals import actions as deals
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

FIFTY_DEALS = """
{ deals(first: 50) { edges { node {
    id name amount currency closeDate
    company { id name } primaryContact { id name email } owner { id name } stage { id name probability }
} } pageInfo { hasNextPage endCursor } } }
"""


@pytest.fixture
def sixty_deals(tenant, members, now):
    with entered(tenant):
        by = {"by": members["owner"], "now": now}
        made = []
        for number in range(60):
            company = contacts.create_company(name=f"Company {number:02}", **by)
            contact = contacts.create_contact(last_name=f"Person {number:02}", emails=[f"p{number}@x.example"], **by)
            made.append(
                deals.create_deal(
                    name=f"Deal {number:02}", amount=number * 10, company=company, primary_contact=contact, **by
                )
            )
        return made


def test_fifty_deals_with_all_they_name(api, sixty_deals):
    data = api["program"].data(FIFTY_DEALS)

    nodes = [edge["node"] for edge in data["deals"]["edges"]]
    assert [node["name"] for node in nodes] == [f"Deal {number:02}" for number in range(59, 9, -1)]
    first = nodes[0]
    assert (first["amount"], first["currency"]) == ("590.00", "EUR")
    assert (first["company"]["name"], first["primaryContact"]["email"]) == ("Company 59", "p59@x.example")
    assert (first["owner"]["name"], first["stage"]["name"]) == ("owner", "Qualification")
