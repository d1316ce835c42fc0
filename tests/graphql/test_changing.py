"""Changing records: every mutation, who may, and that a problem means that nothing changed."""

import pytest
from django.db import connection

from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.leads.models import Lead
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

CREATE_CONTACT = """mutation($input: CreateContactInput!) { createContact(input: $input) {
    contact { id name email version owner { email } company { name } } problems { code field message } } }"""
UPDATE_CONTACT = """mutation($input: UpdateContactInput!) { updateContact(input: $input) {
    contact { id name version } problems { code field message } } }"""
MOVE_DEAL = """mutation($input: MoveDealInput!) { moveDeal(input: $input) {
    deal { name stage { name } closedAt probability } problems { code field message } } }"""


def stage(crm, name) -> Stage:
    with entered(crm.tenant):
        return Stage.objects.get(name=name)


def codes(payload) -> list[tuple]:
    return [(problem["code"], problem["field"]) for problem in payload["problems"]]


def test_a_contact_is_created_changed_deleted_and_restored(api, crm, gid):
    company = crm.company(name="Lumen")
    call = api["program"].data
    made = call(
        CREATE_CONTACT,
        {
            "input": {
                "lastName": "Bell",
                "emails": [{"email": "Ada@Lumen.example"}],
                "companies": [{"company": gid(company), "role": "Buyer"}],
            }
        },
    )["createContact"]
    assert made["problems"] == []
    contact = made["contact"]
    assert (contact["name"], contact["email"], contact["version"]) == ("Bell", "ada@lumen.example", 1)
    assert (contact["owner"]["email"], contact["company"]["name"]) == ("member@acme.example", "Lumen")

    changed = call(UPDATE_CONTACT, {"input": {"id": contact["id"], "firstName": "Ada", "version": 1}})["updateContact"]
    assert changed == {"contact": {"id": contact["id"], "name": "Ada Bell", "version": 2}, "problems": []}

    delete = "mutation($id: ID!) { deleteContact(input: {id: $id}) { contact { deletedAt } problems { code } } }"
    assert call(delete, {"id": contact["id"]})["deleteContact"]["contact"]["deletedAt"] is not None
    assert call("query($id: ID!) { contact(id: $id) { name } }", {"id": contact["id"]}) == {"contact": None}

    restore = "mutation($id: ID!) { restoreContact(input: {id: $id}) { contact { name deletedAt } problems { code } } }"
    for _again in range(2):
        restored = call(restore, {"id": contact["id"]})["restoreContact"]["contact"]
        assert restored == {"name": "Ada Bell", "deletedAt": None}


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({}, ("REFUSED", "lastName")),
        ({"lastName": "x" * 101}, ("REFUSED", "lastName")),
        ({"lastName": "Bell", "emails": [{"email": "no address"}]}, ("REFUSED", "emails")),
        ({"lastName": "Bell", "owner": "Q29udGFjdDox"}, ("NOT_FOUND", "owner")),
        ({"lastName": "Bell", "doNotCall": None}, ("REFUSED", "doNotCall")),
        ({"lastName": "Bell", "companies": [{"company": "Q29tcGFueTox"}]}, ("NOT_FOUND", "companies")),
    ],
)
def test_what_breaks_a_rule_is_a_problem_and_nothing_is_kept(api, crm, input, problem):
    payload = api["program"].data(CREATE_CONTACT, {"input": input})["createContact"]

    assert payload["contact"] is None
    assert codes(payload) == [problem]
    with entered(crm.tenant):
        assert Contact.objects.count() == 0


def test_null_empties_a_list_or_an_address_as_it_empties_a_text(api, crm, gid):
    ada = crm.contact(last_name="Bell", emails=["ada@lumen.example"], phones=["+39 06 698 12345"])
    lumen = crm.company(name="Lumen", billing_address={"city": "Rome"})
    document = """mutation($contact: UpdateContactInput!, $company: UpdateCompanyInput!) {
        updateContact(input: $contact) { contact { emails { email } phones { phone } addresses { city } } }
        updateCompany(input: $company) { company { billingAddress { city } } } }"""
    nothing = {"emails": None, "phones": None, "addresses": None, "companies": None, "jobTitle": None}

    changed = api["program"].data(
        document,
        {"contact": {"id": gid(ada), **nothing}, "company": {"id": gid(lumen), "billingAddress": None}},
    )

    assert changed == {
        "updateContact": {"contact": {"emails": [], "phones": [], "addresses": []}},
        "updateCompany": {"company": {"billingAddress": None}},
    }


def test_somebody_who_was_slower_is_told(api, crm, gid):
    contact = crm.contact(last_name="Bell")
    call = api["program"].data
    call(UPDATE_CONTACT, {"input": {"id": gid(contact), "lastName": "Cole", "version": 1}})

    payload = call(UPDATE_CONTACT, {"input": {"id": gid(contact), "lastName": "Dean", "version": 1}})["updateContact"]

    assert codes(payload) == [("CONFLICT", None)]
    with entered(crm.tenant):
        contact.refresh_from_db()
    assert contact.last_name == "Cole"


@pytest.mark.parametrize(
    ("who", "code", "name"),
    [
        ("owner", None, "Moved"),
        ("admin", None, "Moved"),
        ("member", None, "Moved"),
        ("program", None, "Moved"),
        ("reader", "FORBIDDEN", "Bell"),
        ("reader's program", "FORBIDDEN", "Bell"),
        ("read-only program", "FORBIDDEN", "Bell"),
    ],
)
def test_only_who_may_write_changes_a_contact(api, crm, gid, who, code, name):
    contact = crm.contact(last_name="Bell")

    payload = api[who].data(UPDATE_CONTACT, {"input": {"id": gid(contact), "lastName": "Moved"}})["updateContact"]

    with entered(crm.tenant):
        contact.refresh_from_db()
    assert ([problem["code"] for problem in payload["problems"]], contact.last_name) == ([code] if code else [], name)


@pytest.mark.parametrize("who", ["outsider", "stranger", "expired program", "foreign program"])
def test_who_is_no_member_changes_nothing(api, crm, gid, who):
    contact = crm.contact(last_name="Bell")

    answer = api[who](UPDATE_CONTACT, {"input": {"id": gid(contact), "lastName": "Moved"}})

    assert "data" not in answer
    with entered(crm.tenant):
        contact.refresh_from_db()
    assert contact.last_name == "Bell"


def test_a_deal_is_moved_lost_with_a_reason_and_reopened(api, crm, gid):
    deal = crm.deal(name="Lenses", amount=100)
    call = api["program"].data
    moved = call(MOVE_DEAL, {"input": {"id": gid(deal), "stage": gid(stage(crm, "Proposal"))}})["moveDeal"]
    assert moved == {
        "deal": {"name": "Lenses", "stage": {"name": "Proposal"}, "closedAt": None, "probability": 50},
        "problems": [],
    }

    lost = {"id": gid(deal), "stage": gid(stage(crm, "Lost"))}
    assert codes(call(MOVE_DEAL, {"input": lost})["moveDeal"]) == [("REASON_NEEDED", "lostReason")]
    assert call(MOVE_DEAL, {"input": {**lost, "lostReason": "Price"}})["moveDeal"]["deal"]["closedAt"] is not None
    assert codes(call(MOVE_DEAL, {"input": lost})["moveDeal"]) == [("MOVE_REFUSED", None)]

    reopen = (
        "mutation($id: ID!) { reopenDeal(input: {id: $id}) { deal { stage { name } lostReason } problems { code } } }"
    )
    assert call(reopen, {"id": gid(deal)})["reopenDeal"]["deal"] == {"stage": {"name": "Proposal"}, "lostReason": ""}


def test_moving_from_where_the_deal_no_longer_is_is_a_conflict(api, crm, gid):
    deal = crm.deal(name="Lenses")
    input = {"id": gid(deal), "stage": gid(stage(crm, "Won")), "seenIn": gid(stage(crm, "Proposal"))}

    payload = api["program"].data(MOVE_DEAL, {"input": input})["moveDeal"]

    assert codes(payload) == [("CONFLICT", None)]


def test_a_lead_is_converted_and_back(api, crm, gid):
    lead = crm.lead(first_name="Ada", last_name="Bell", company_name="Lumen", email="ada@lumen.example")
    convert = """mutation($input: ConvertLeadInput!) { convertLead(input: $input) {
        lead { status convertedContact { name } convertedDeal { name } } contact { name emails { email } }
        company { name } deal { name amount primaryContact { name } } problems { code field message } } }"""

    done = api["program"].data(convert, {"input": {"id": gid(lead), "deal": {"amount": "250"}}})["convertLead"]

    assert done["problems"] == []
    assert (done["lead"]["status"], done["lead"]["convertedContact"]) == ("CONVERTED", {"name": "Ada Bell"})
    assert (done["contact"]["name"], done["company"]["name"]) == ("Ada Bell", "Lumen")
    assert (done["deal"]["amount"], done["deal"]["primaryContact"]) == ("250.00", {"name": "Ada Bell"})
    again = api["program"].data(convert, {"input": {"id": gid(lead)}})["convertLead"]
    assert (again["deal"], codes(again)) == (None, [("LEAD_CONVERTED", None)])

    undo = "mutation($id: ID!) { undoConversion(input: {id: $id}) { lead { status } problems { code } } }"
    assert api["program"].data(undo, {"id": gid(lead)})["undoConversion"]["lead"] == {"status": "NEW"}
    with entered(crm.tenant):
        left = [model.objects.alive().count() for model in (Contact, Company, Deal, Lead)]
    assert left == [0, 0, 0, 1]


def test_a_case_is_answered_noted_merged_and_reopened(api, crm, gid):
    case, other = crm.case(subject="Broken lens"), crm.case(subject="Broken lens again")
    call = api["program"].data
    reply = """mutation($input: ReplyToCaseInput!) { replyToCase(input: $input) {
        case { status firstRespondedAt } message { kind body author { email } } problems { code field } } }"""
    answered = call(reply, {"input": {"id": gid(case), "body": "Sent.", "then": "CLOSED"}})["replyToCase"]
    assert (answered["case"]["status"], answered["message"]["kind"]) == ("CLOSED", "PUBLIC")
    assert answered["message"]["author"] == {"email": "member@acme.example"}
    assert [p["code"] for p in call(reply, {"input": {"id": gid(case), "body": " "}})["replyToCase"]["problems"]] == [
        "REFUSED"
    ]

    note = 'mutation($id: ID!) { noteCase(input: {id: $id, body: "Hm."}) { message { kind } problems { code } } }'
    assert call(note, {"id": gid(case)})["noteCase"]["message"] == {"kind": "INTERNAL"}

    merge = """mutation($one: ID!, $other: ID!) { mergeCases(input: {winner: $one, loser: $other}) {
        case { number } problems { code } } }"""
    assert call(merge, {"one": gid(case), "other": gid(other)})["mergeCases"]["case"] == {"number": case.number}

    reopen = "mutation($id: ID!) { reopenCase(input: {id: $id}) { case { mergedInto { number } } problems { code } } }"
    assert call(reopen, {"id": gid(other)})["reopenCase"]["case"]["mergedInto"] is None


def test_activities_and_companies_and_leads_and_cases_are_kept(api, crm, gid):
    call = api["program"].data
    company = call(
        """mutation { createCompany(input: {name: "Lumen", annualRevenue: "1250.50", type: CUSTOMER,
            billingAddress: {city: "Berlin"}}) { company { id name annualRevenue type billingAddress { city } }
            problems { code field message } } }"""
    )["createCompany"]
    assert company["problems"] == []
    assert company["company"].items() >= {"annualRevenue": "1250.50", "type": "CUSTOMER"}.items()
    assert company["company"]["billingAddress"] == {"city": "Berlin"}

    task = call(
        """mutation($about: ID!) { createActivity(input: {kind: TASK, subject: "Call", records: [$about],
            dueAt: "2026-03-03T09:00:00+01:00"}) {
            activity { id dueAt status records { title } } problems { code } } }""",
        {"about": company["company"]["id"]},
    )["createActivity"]["activity"]
    assert (task["dueAt"], task["status"]) == ("2026-03-03T08:00:00Z", "NOT_STARTED")
    assert task["records"] == [{"title": "Lumen"}]
    complete = "mutation($id: ID!) { completeActivity(input: {id: $id}) { activity { status } problems { code } } }"
    assert call(complete, {"id": task["id"]})["completeActivity"]["activity"] == {"status": "COMPLETED"}

    lead = call('mutation { createLead(input: {lastName: "Cole"}) { lead { id status } problems { code } } }')[
        "createLead"
    ]
    dead = (
        'mutation($id: ID!) { markLeadDead(input: {id: $id, reason: "Moved"}) { lead { status } problems { code } } }'
    )
    assert call(dead, {"id": lead["lead"]["id"]})["markLeadDead"]["lead"] == {"status": "DEAD"}

    case = call('mutation { createCase(input: {subject: "Help"}) { case { id number } problems { code } } }')[
        "createCase"
    ]
    change = (
        "mutation($id: ID!) { updateCase(input: {id: $id, priority: URGENT}) { case { priority } problems { code } } }"
    )
    assert call(change, {"id": case["case"]["id"]})["updateCase"]["case"] == {"priority": "URGENT"}


def test_what_is_not_there_is_a_problem(api, crm, gid):
    contact = crm.contact(last_name="Bell")
    for id in ("Q29udGFjdDowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=", gid(crm.company(name="Lumen"))):
        payload = api["program"].data(UPDATE_CONTACT, {"input": {"id": id, "lastName": "x"}})["updateContact"]
        assert codes(payload) == [("NOT_FOUND", "id")]
    with entered(crm.tenant):
        contact.refresh_from_db()
    assert contact.last_name == "Bell"


def test_each_mutation_of_a_document_stands_alone(api, crm):
    document = """mutation {
        good: createContact(input: {lastName: "Bell"}) { problems { code } }
        bad: createContact(input: {}) { problems { code } }
        alsoGood: createContact(input: {lastName: "Cole"}) { problems { code } }
    }"""

    data = api["program"].data(document)

    assert [len(payload["problems"]) for payload in data.values()] == [0, 1, 0]
    with entered(crm.tenant):
        assert Contact.objects.count() == 2
    assert not connection.needs_rollback
