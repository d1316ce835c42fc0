"""How many statements each read and write costs, tenant and token included, whatever the size of the list.

The numbers stand in `query_counts.json`, so that a change of them is seen in the diff. Set `WRITE_QUERY_COUNTS=1` to
write what was measured.
"""

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.actions import CompanyLink
from triptych.core_crm.deals.actions import BuyingRole

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent / "query_counts.json"
READS = {
    "me": "{ me { name } }",
    "fifty deals with company, contact, owner and stage": """{ deals(first: 50) { edges { node {
        id name amount company { name } primaryContact { name email } owner { name } stage { name } } } } }""",
    "deals with their total": "{ deals { totalCount edges { node { name } } } }",
    "deals searched, filtered and ordered by company": """{ deals(search: "deal", filter: {amount: {gte: "1"}},
        orderBy: [{field: COMPANY_NAME}]) { edges { node { name } } } }""",
    "deals with everybody who takes part and their history": """{ deals { edges { node {
        contacts { role contact { name } } stageChanges { toStage { name } by { name } } } } } }""",
    "deals with the owner of their company": """{ deals { edges { node {
        company { name owner { name } parent { name } } } } } }""",
    "contacts with their company": "{ contacts { edges { node { name emails { email } company { name } } } } }",
    "contacts with all their companies": "{ contacts { edges { node { companies { company { name } role } } } } }",
    "companies with their contacts, deals and activities": """{ companies { edges { node {
        contacts(first: 3) { edges { node { name } } }
        deals(first: 3) { totalCount edges { node { name stage { name } company { name } } } }
        activities(first: 3) { edges { node { subject records { title } } } } } } } }""",
    "deals with the deals of their company": """{ deals { edges { node { company {
        deals(first: 2) { edges { node { name } } } } } } } }""",
    "pipelines with their stages": "{ pipelines { edges { node { name stages { name } } } } }",
    "cases with contact, company, queue and messages": """{ cases { edges { node { subject contact { name }
        company { name } queue { name } messages { edges { node { body author { name } } } } } } } }""",
    "search over everything with the records": """{ search(text: "b") { title node { id
        ... on Deal { name company { name } } ... on Contact { name company { name } } } } }""",
}
WRITES = {
    "create a contact": """mutation { createContact(input: {lastName: "Bell"}) {
        contact { id name } problems { code } } }""",
    "create a contact who cannot be": "mutation { createContact(input: {}) { contact { id } problems { code } } }",
    "create a deal": """mutation { createDeal(input: {name: "Lenses", amount: "5"}) {
        deal { id stage { name } owner { name } } problems { code } } }""",
    "create a case": 'mutation { createCase(input: {subject: "Broken"}) { case { id number } problems { code } } }',
}


@pytest.fixture
def full(crm):
    """`full(n)` makes n of everything, linked with each other."""

    def make(count: int) -> None:
        for number in range(count):
            parent = crm.company(name=f"Parent {number}")
            company = crm.company(name=f"Business {number}", parent=parent)
            contact = crm.contact(last_name=f"Bell {number}", companies=[CompanyLink(company), CompanyLink(parent)])
            crm.deal(
                name=f"Big deal {number}",
                amount=5,
                company=company,
                primary_contact=contact,
                contacts=[BuyingRole(contact)],
            )
            crm.case(subject=f"Broken {number}", contact=contact, company=company)
            crm.activity(kind="task", subject=f"Back {number}", records=[RecordRef.of(company)])

    return make


def measured(api, documents) -> dict[str, int]:
    counts = {}
    for name, document in documents.items():
        with CaptureQueriesContext(connection) as queries:
            api["program"].data(document)
        counts[name] = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
    return counts


def test_each_document_costs_what_it_did(api, full):
    api["program"].data("{ me { name } }")
    full(3)

    counts = measured(api, {**READS, **WRITES})

    if os.environ.get("WRITE_QUERY_COUNTS"):
        FILE.write_text(json.dumps(counts, indent=2) + "\n")
    assert counts == json.loads(FILE.read_text())
    assert counts["fifty deals with company, contact, owner and stage"] <= 4
    assert counts["create a contact"] <= 10


def test_more_rows_cost_no_more_statements(api, full):
    api["program"].data("{ me { name } }")
    full(2)
    few = measured(api, READS)
    full(5)

    many = measured(api, READS)
    assert {name: count for name, count in many.items() if count > few[name]} == {}
