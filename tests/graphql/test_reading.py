"""Reading records: lists, single records, and what hangs on them."""

import pytest

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.actions import CompanyLink, delete_company, delete_contact
from triptych.core_crm.deals.actions import BuyingRole
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db


def nodes(connection) -> list[dict]:
    return [edge["node"] for edge in connection["edges"]]


def test_a_contact_with_all_it_has(api, crm, gid, now):
    company = crm.company(name="Lumen Optics", website="lumen.example")
    contact = crm.contact(
        first_name="Ada",
        last_name="Bell",
        emails=[{"email": "ada@lumen.example", "label": "work"}, "ada@home.example"],
        phones=["+4930901820"],
        addresses=[{"street": "Weg 1", "city": "Berlin", "country": "DE"}],
        companies=[CompanyLink(company, role="Buyer")],
    )
    document = """query($id: ID!) { contact(id: $id) {
        id name firstName email emails { email label } phones { phone } addresses { street city postalCode }
        company { name website } companies { company { name } role isPrimary endedOn } owner { name role }
        version createdAt deletedAt
    } }"""

    found = api["program"].data(document, {"id": gid(contact)})["contact"]

    assert found == {
        "id": gid(contact),
        "name": "Ada Bell",
        "firstName": "Ada",
        "email": "ada@lumen.example",
        "emails": [{"email": "ada@lumen.example", "label": "work"}, {"email": "ada@home.example", "label": ""}],
        "phones": [{"phone": "+4930901820"}],
        "addresses": [{"street": "Weg 1", "city": "Berlin", "postalCode": ""}],
        "company": {"name": "Lumen Optics", "website": company.website},
        "companies": [{"company": {"name": "Lumen Optics"}, "role": "Buyer", "isPrimary": True, "endedOn": None}],
        "owner": {"name": crm.by.name, "role": "OWNER"},
        "version": 1,
        "createdAt": "2026-03-02T09:00:00Z",
        "deletedAt": None,
    }


def test_a_deal_with_its_contacts_history_and_pipeline(api, crm, gid):
    contact = crm.contact(last_name="Bell")
    deal = crm.deal(name="Lenses", amount=100, probability=50, contacts=[BuyingRole(contact, "champion")])
    document = """query($id: ID!) { deal(id: $id) {
        name type amount weightedAmount forecastCategory contacts { contact { lastName } role }
        stageChanges { fromStage { name } toStage { name } by { name } secondsInStage }
        pipeline { name stages { name status isWon } }
    } }"""

    found = api["program"].data(document, {"id": gid(deal)})["deal"]

    assert (found["amount"], found["weightedAmount"], found["type"]) == ("100.00", "50.00", None)
    assert found["contacts"] == [{"contact": {"lastName": "Bell"}, "role": "CHAMPION"}]
    assert [change["toStage"]["name"] for change in found["stageChanges"]] == ["Qualification"]
    assert [stage["name"] for stage in found["pipeline"]["stages"]][-2:] == ["Won", "Lost"]


def test_a_case_with_its_conversation(api, crm, gid, now):
    from triptych.core_crm.cases import actions

    case = crm.case(subject="Broken lens", priority="high")
    with entered(crm.tenant):
        actions.reply(case=case, body="We send a new one.", by=crm.by, now=now)
        actions.add_internal_note(case=case, body="Third time.", by=crm.by, now=now)
    document = """query($id: ID!) { case(id: $id) { number subject status priority type queue { name } awaitsReply
        messages(first: 10) { totalCount edges { node { kind body author { name } contact { name } } } } } }"""

    found = api["program"].data(document, {"id": gid(case)})["case"]

    assert (found["number"], found["status"], found["priority"], found["type"]) == (1, "ASSIGNED", "HIGH", None)
    assert found["messages"]["totalCount"] == 2
    assert {(node["kind"], node["body"]) for node in nodes(found["messages"])} == {
        ("PUBLIC", "We send a new one."),
        ("INTERNAL", "Third time."),
    }


def test_an_activity_says_what_it_is_about_and_stands_there(api, crm, gid):
    company = crm.company(name="Lumen Optics")
    crm.activity(kind="task", subject="Call back", records=[RecordRef.of(company)])
    document = """query($id: ID!) { company(id: $id) { activities { edges { node {
        kind subject status records { id kind title } } } } } }"""

    found = api["program"].data(document, {"id": gid(company)})["company"]

    linked = {"id": gid(company), "kind": "company", "title": "Lumen Optics"}
    assert nodes(found["activities"]) == [
        {"kind": "TASK", "subject": "Call back", "status": "NOT_STARTED", "records": [linked]}
    ]


def test_a_timeline_is_read_page_by_page(api, crm, gid):
    contact = crm.contact(last_name="Bell")
    for number in range(5):
        crm.activity(kind="note", description=f"Note {number}", records=[RecordRef.of(contact)])
    document = """query($id: ID!, $after: String) { contact(id: $id) {
        timeline(first: 2, after: $after, kinds: ["note"]) { entries { kind body } nextCursor kinds } } }"""

    seen, cursor = [], None
    for _page in range(3):
        page = api["program"].data(document, {"id": gid(contact), "after": cursor})["contact"]["timeline"]
        seen += [entry["body"] for entry in page["entries"]]
        cursor = page["nextCursor"]

    assert (sorted(seen), cursor, "note" in page["kinds"]) == ([f"Note {number}" for number in range(5)], None, True)
    assert api["program"](document, {"id": gid(contact), "after": "x"})["errors"][0]["extensions"]["code"] == "REFUSED"


def test_lists_on_records_are_pages_of_their_own(api, crm):
    for name in ("Alpha", "Beta"):
        company = crm.company(name=name)
        for number in range(5):
            crm.deal(name=f"{name} {number}", company=company, amount=number)
    document = """{ companies { edges { node { name
        some: deals(first: 2, orderBy: [{field: AMOUNT}]) {
            totalCount pageInfo { hasNextPage } edges { node { name } } }
        last: deals(last: 1, orderBy: [{field: AMOUNT}]) { edges { node { name company { name } } } }
        big: deals(filter: {amount: {gte: "3"}}, orderBy: [{field: AMOUNT, direction: DESC}]) {
            totalCount edges { node { name } } }
    } } } }"""

    alpha, beta = nodes(api["program"].data(document)["companies"])

    assert [node["name"] for node in nodes(alpha["some"])] == ["Alpha 0", "Alpha 1"]
    assert (alpha["some"]["totalCount"], alpha["some"]["pageInfo"]) == (5, {"hasNextPage": True})
    assert nodes(beta["last"]) == [{"name": "Beta 4", "company": {"name": "Beta"}}]
    assert ([node["name"] for node in nodes(beta["big"])], beta["big"]["totalCount"]) == (["Beta 4", "Beta 3"], 2)


def test_a_contact_of_two_companies_stands_under_both(api, crm):
    first, second = crm.company(name="Alpha"), crm.company(name="Beta")
    crm.contact(last_name="Bell", companies=[CompanyLink(first), CompanyLink(second)])
    crm.contact(last_name="Cole", companies=[CompanyLink(second)])

    data = api["program"].data(
        "{ companies { edges { node { name contacts { totalCount edges { node { name } } } } } } }"
    )

    assert [
        (node["name"], node["contacts"]["totalCount"], [inner["name"] for inner in nodes(node["contacts"])])
        for node in nodes(data["companies"])
    ] == [("Alpha", 1, ["Bell"]), ("Beta", 2, ["Bell", "Cole"])]


def test_what_is_in_the_bin_is_seen_nowhere(api, crm, gid, now):
    company, contact = crm.company(name="Hidden Inc"), crm.contact(last_name="Hidden Person")
    deal = crm.deal(name="Lenses", company=company, primary_contact=contact, contacts=[BuyingRole(contact)])
    with entered(crm.tenant):
        delete_company(company=company, by=crm.by, now=now)
        delete_contact(contact=contact, by=crm.by, now=now)
    fields = "name company { name } primaryContact { name } contacts { contact { name } }"
    document = f"""query($deal: ID!, $company: ID!, $contact: ID!) {{
        deals {{ edges {{ node {{ {fields} }} }} }} deal(id: $deal) {{ {fields} }}
        company(id: $company) {{ name }} contact(id: $contact) {{ name }} node(id: $contact) {{ id }}
        companies {{ totalCount }} contacts {{ totalCount edges {{ node {{ name }} }} }}
        search(text: "hidden") {{ title }}
    }}"""

    answer = api["program"](document, {"deal": gid(deal), "company": gid(company), "contact": gid(contact)})

    assert "Hidden" not in str(answer)
    assert answer["data"]["deal"]["name"] == "Lenses"
    assert answer["data"]["contacts"]["totalCount"] == answer["data"]["companies"]["totalCount"] == 0


def test_any_record_is_a_node(api, crm, gid):
    records = [
        crm.contact(last_name="Bell"),
        crm.company(name="Lumen"),
        crm.lead(last_name="Cole"),
        crm.deal(name="Lenses"),
        crm.case(subject="Broken"),
        crm.activity(kind="task", subject="Call"),
        crm.by,
    ]
    document = """query($id: ID!) { node(id: $id) { __typename id ... on Record { version }
        ... on Contact { company { name } } ... on Deal { stage { name } } } }"""

    found = [api["program"].data(document, {"id": gid(record)})["node"] for record in records]

    assert [node["__typename"] for node in found] == [type(record).__name__ for record in records]
    assert found[3]["stage"] == {"name": "Qualification"}


def test_search_finds_over_everything(api, crm):
    company = crm.company(name="Lumen Optics")
    crm.deal(name="Lumen lenses", company=company)
    crm.contact(last_name="Other")
    document = """{ search(text: "lum") { kind title url node { id ... on Deal { company { name } } } }
        some: search(text: "lum", kinds: ["company"], first: 5) { title } }"""

    data = api["program"].data(document)

    assert {(hit["kind"], hit["title"]) for hit in data["search"]} == {
        ("company", "Lumen Optics"),
        ("deal", "Lumen lenses"),
    }
    assert {"name": "Lumen Optics"} in [hit["node"].get("company") for hit in data["search"]]
    assert data["some"] == [{"title": "Lumen Optics"}]


def test_members_are_listed_and_told_apart(api, members):
    data = api["reader"].data("""{ me { role }
        members(filter: {role: {in: [OWNER, READER]}}, orderBy: [{field: CREATED_AT}]) { edges { node { role } } } }""")

    assert data["me"] == {"role": "READER"}
    assert sorted(node["role"] for node in nodes(data["members"])) == ["OWNER", "READER"]
