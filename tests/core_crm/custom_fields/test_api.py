"""Custom fields in the API: the fields themselves, and their values typed in the schema of that tenant alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields.models import CustomField
from triptych.graphql import composition
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

CREATE = """mutation($input: CreateCustomFieldInput!) {
  createCustomField(input: $input) {
    customField { id apiName label kind object options { name label isActive } }
    problems { code field message } } }"""
MAKE = """mutation($input: CreateContactInput!) {
  createContact(input: $input) { contact { id name } problems { code field message } } }"""
UPDATE = """mutation($input: UpdateContactInput!) {
  updateContact(input: $input) { contact { version } problems { code field message } } }"""


@pytest.fixture
def fields(add_field):
    """One field of each kind on contacts, by kind."""
    more = {
        "choice": {"options": ["Gold", "Silver"]},
        "choices": {"options": ["Red", "Green"]},
        "record": {"target": "company"},
    }
    kinds = ("text", "number", "money", "date", "datetime", "choice", "choices", "boolean", "url", "record")
    return {kind: add_field(kind, f"My {kind}", **more.get(kind, {})) for kind in kinds}


@pytest.mark.parametrize("who", ["owner", "admin", "member", "reader"])
def test_owners_and_admins_make_fields(api, tenant, who):
    given = {"object": "DEAL", "kind": "CHOICE", "label": "Tier", "options": [{"label": "Gold"}]}
    answer = api(CREATE, who=who, input=given)["data"]["createCustomField"]

    if who in ("owner", "admin"):
        assert answer["problems"] == []
        assert answer["customField"] | {"id": ""} == {
            "id": "", "apiName": "tier", "label": "Tier", "kind": "CHOICE", "object": "DEAL",
            "options": [{"name": "GOLD", "label": "Gold", "isActive": True}],
        }  # fmt: skip
    else:
        assert (answer["customField"], answer["problems"][0]["code"]) == (None, "FORBIDDEN")
        with entered(tenant):
            assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"label": ""}, "label"), ({"apiName": "no good"}, "apiName"), ({"kind": "CHOICE"}, "options"),
     ({"kind": "RECORD"}, "target"), ({"isRequired": True, "seenBy": "ADMINS"}, "isRequired")],
)  # fmt: skip
def test_a_field_that_cannot_be_is_a_problem(api, tenant, wrong, field):
    answer = api(CREATE, input={"object": "CONTACT", "kind": "TEXT", "label": "Tier", **wrong})

    assert answer["data"]["createCustomField"]["problems"][0]["field"] == field
    with entered(tenant):
        assert not CustomField.objects.exists()


def test_fields_are_changed_ordered_deleted_and_restored(api, tenant, add_field):
    add_field("text", "First")
    ids = {row["label"]: row["id"] for row in _listed(api)}
    api(CREATE, input={"object": "CONTACT", "kind": "TEXT", "label": "Second"})
    ids = {row["label"]: row["id"] for row in _listed(api)}

    order = "mutation($input: ReorderCustomFieldsInput!) { reorderCustomFields(input: $input) { problems { code } } }"
    api(order, input={"object": "CONTACT", "fields": [ids["Second"]]})
    change = "mutation($input: UpdateCustomFieldInput!) { updateCustomField(input: $input) { problems { code } } }"
    api(change, input={"id": ids["Second"], "label": "Renamed"})
    assert [(row["label"], row["apiName"]) for row in _listed(api)] == [("Renamed", "second"), ("First", "first")]

    act = "mutation($input: {kind}CustomFieldInput!) {{ {name}CustomField(input: $input) {{ problems {{ code }} }} }}"
    api(act.format(kind="Delete", name="delete"), input={"id": ids["Second"]})
    assert [row["label"] for row in _listed(api)] == ["First"]
    api(act.format(kind="Restore", name="restore"), input={"id": ids["Second"]})
    assert [row["label"] for row in _listed(api)] == ["Renamed", "First"]


def _listed(api, who="owner"):
    found = api("{ customFields(filter: {object: {eq: CONTACT}}) { edges { node { id label apiName } } } }", who=who)
    return [edge["node"] for edge in found["data"]["customFields"]["edges"]]


def test_values_of_every_kind_are_given_and_read_typed(api, tenant, members, fields, now):
    with entered(tenant):
        company = create_company(by=members["owner"], now=now, name="Globocorp")
    company_id = api("{ companies { edges { node { id } } } }")["data"]["companies"]["edges"][0]["node"]["id"]
    custom = {
        "myText": "Pippo", "myNumber": "2.50", "myMoney": {"amount": "12.5"}, "myDate": "2026-03-31",
        "myDatetime": "2026-03-31T14:30:00+02:00", "myChoice": "GOLD", "myChoices": ["GREEN", "RED"],
        "myBoolean": True, "myUrl": "example.com", "myRecord": company_id,
    }  # fmt: skip
    made = api(MAKE, input={"lastName": "Rossi", "custom": custom})
    assert made["data"]["createContact"]["problems"] == [], made

    read = """{ contacts { edges { node { custom { myText myNumber myMoney { amount currency } myDate myDatetime
        myChoice myChoices myBoolean myUrl myRecord { name } } } } } }"""
    assert api(read, who="reader")["data"]["contacts"]["edges"][0]["node"]["custom"] == {
        "myText": "Pippo", "myNumber": "2.5", "myMoney": {"amount": "12.50", "currency": "EUR"},
        "myDate": "2026-03-31", "myDatetime": "2026-03-31T12:30:00Z", "myChoice": "GOLD",
        "myChoices": ["RED", "GREEN"], "myBoolean": True, "myUrl": "https://example.com",
        "myRecord": {"name": company.name},
    }  # fmt: skip


FOUND_BY = {
    "{myText: {contains: \"PIP\"}}": ["Rossi"],
    "{myText: {eq: \"Pippo\"}, myNumber: {gt: \"2\"}}": ["Rossi"],
    "{myNumber: {in: [\"10\", \"7\"]}}": ["Verdi"],
    "{myMoney: {gte: \"12.50\"}}": ["Rossi"],
    "{myDate: {lt: \"2026-04-01\"}}": ["Rossi"],
    "{myDatetime: {gt: \"2026-03-31T12:29:59Z\"}}": ["Rossi"],
    "{myChoice: {eq: SILVER}}": ["Verdi"],
    "{myChoice: {isNull: false}}": ["Rossi", "Verdi"],
    "{myChoices: {has: [RED]}}": ["Rossi"],
    "{myChoices: {hasAny: [RED, GREEN]}}": ["Rossi"],
    "{myBoolean: {eq: true}}": ["Rossi"],
    "{myBoolean: {isNull: true}}": ["Verdi"],
    "{myUrl: {startsWith: \"https://EXAMPLE\"}}": ["Rossi"],
}  # fmt: skip
"""Conditions on values, and who has them."""


def test_records_are_filtered_by_values(api, tenant, members, fields, now):
    with entered(tenant):
        rossi = {
            "myText": "Pippo", "myNumber": "2.5", "myMoney": "12.50 EUR", "myDate": "2026-03-31",
            "myDatetime": "2026-03-31T12:30:00Z", "myChoice": "GOLD", "myChoices": ["RED"], "myBoolean": True,
            "myUrl": "https://example.com",
        }  # fmt: skip
        create_contact(by=members["owner"], now=now, last_name="Rossi", custom=rossi)
        create_contact(by=members["owner"], now=now, last_name="Verdi", custom={"myNumber": 10, "myChoice": "SILVER"})

    def found_by(condition):
        found = "totalCount edges { node { lastName } }"
        answer = api(f"{{ contacts(filter: {{custom: {condition}}}) {{ {found} }} }}")
        assert "errors" not in answer, condition
        names = [edge["node"]["lastName"] for edge in answer["data"]["contacts"]["edges"]]
        assert answer["data"]["contacts"]["totalCount"] == len(names), condition
        return names

    assert {condition: found_by(condition) for condition in FOUND_BY} == FOUND_BY


@pytest.mark.parametrize(
    ("order", "expected"),
    [("CUSTOM_MY_TEXT", ["ähnlich", "Zebra", None]), ("CUSTOM_MY_NUMBER", ["9", "10", None]),
     ("CUSTOM_MY_CHOICE", ["GOLD", "SILVER", None])],
)  # fmt: skip
def test_records_are_ordered_by_values_page_by_page(api, tenant, members, fields, now, order, expected):
    with entered(tenant):
        for text, number, choice in (("Zebra", 10, "SILVER"), ("ähnlich", 9, "GOLD")):
            custom = {"myText": text, "myNumber": number, "myChoice": choice}
            create_contact(by=members["owner"], now=now, last_name=text, custom=custom)
        create_contact(by=members["owner"], now=now, last_name="Without")
    name = {"CUSTOM_MY_TEXT": "myText", "CUSTOM_MY_NUMBER": "myNumber", "CUSTOM_MY_CHOICE": "myChoice"}[order]
    document = f"""query($after: String) {{ contacts(first: 1, after: $after, orderBy: [{{field: {order}}}]) {{
        pageInfo {{ endCursor }} edges {{ node {{ custom {{ {name} }} }} }} }} }}"""
    seen, after = [], None
    for _page in range(3):
        page = api(document, after=after)["data"]["contacts"]
        seen.append(page["edges"][0]["node"]["custom"][name])
        after = page["pageInfo"]["endCursor"]
    assert seen == expected


@pytest.mark.parametrize(
    ("custom", "field", "code"),
    [
        ({"myUrl": "javascript:alert(1)"}, "custom-myUrl", "REFUSED"),
        ({"myMoney": {"amount": "1", "currency": "XXQ"}}, "custom-myMoney", "REFUSED"),
        ({"myText": "x" * 301}, "custom-myText", "REFUSED"),
        ({"myRecord": "Q29tcGFueTpub25zZW5zZQ=="}, "custom-myRecord", "NOT_FOUND"),
        ({"myRecord": "nonsense"}, "custom-myRecord", "NOT_FOUND"),
    ],
)
def test_a_value_that_does_not_fit_is_a_problem(api, tenant, fields, custom, field, code):
    answer = api(MAKE, input={"lastName": "Rossi", "custom": custom})

    problem = answer["data"]["createContact"]["problems"][0]
    assert (problem["field"], problem["code"]) == (field, code)
    with entered(tenant):
        assert not Contact.objects.exists()


def test_what_the_schema_does_not_know_is_refused_before_anything_runs(api, tenant, fields):
    for custom in ({"myChoice": "BRONZE"}, {"unknown": 1}, {"myDate": "soon"}, {"myNumber": "many"}, 7):
        answer = api(MAKE, input={"lastName": "Rossi", "custom": custom})

        assert (answer.get("data"), bool(answer["errors"])) == (None, True), custom


def test_a_required_field_is_asked_of_a_client_that_sends_nothing(api, tenant, add_field):
    add_field("text", "Source", is_required=True)

    problem = api(MAKE, input={"lastName": "Rossi"})["data"]["createContact"]["problems"][0]

    assert (problem["field"], problem["message"]) == ("custom-source", "“Source” needs a value.")


def test_only_the_given_values_change(api, tenant, fields):
    made = api(MAKE, input={"lastName": "Rossi", "custom": {"myText": "a", "myNumber": "1"}})
    contact = made["data"]["createContact"]["contact"]["id"]

    api(UPDATE, input={"id": contact, "custom": {"myNumber": None}})

    read = "query($id: ID!) { contact(id: $id) { custom { myText myNumber } } }"
    assert api(read.replace("ID!", "ID!"), id=contact)["data"]["contact"]["custom"] == {"myText": "a", "myNumber": None}


def test_renaming_keeps_the_name_in_the_api_and_deleting_says_what_is_missing(api, cast, add_field):
    field = add_field("text", "Nickname")
    rights = {"seen_by": "everybody", "changed_by": "everybody"}
    cast["owner"].post(f"/settings/fields/{field.pk}/", {"label": "Pet name", **rights})
    read = "{ contacts { edges { node { custom { nickname } } } } }"
    assert "errors" not in api(read)

    cast["owner"].post(f"/settings/fields/{field.pk}/delete/")
    assert "Cannot query field 'custom' on type 'Contact'" in api(read)["errors"][0]["message"]


def test_who_may_not_see_a_field_has_it_nowhere_in_their_schema(api, add_field):
    add_field("text", "Margin", seen_by="admins")
    add_field("text", "Limit", changed_by="admins")
    asked = '{ __type(name: "%s") { %s { name } } }'

    def names(kind, part, who):
        found = api(asked % (kind, part), who=who)["data"]["__type"]
        return [field["name"] for field in found[part]] if found else None

    assert names("ContactCustom", "fields", "owner") == ["margin", "limit"]
    assert names("ContactCustom", "fields", "member") == ["limit"]
    assert names("ContactCustomInput", "inputFields", "admin") == ["margin", "limit"]
    assert names("ContactCustomInput", "inputFields", "member") is None
    assert names("ContactCustomFilter", "inputFields", "reader") == ["limit"]


def test_another_tenant_has_none_of_it(api, cast, tenant, other_tenant, fields):
    with entered(other_tenant):
        from triptych.core_crm.custom_fields import definitions

        assert definitions.everything() == ()
    assert "ContactCustom" not in composition.schema_for([]).as_str()


def test_schemas_are_kept_by_fields_and_bounded(api, add_field, monkeypatch):
    monkeypatch.setattr(composition, "KEPT", 2)
    add_field("text", "One")
    api("{ me { name } }")
    kept = len(composition._schemas)
    api("{ me { name } }")
    assert len(composition._schemas) == kept <= 2
    add_field("text", "Two")
    assert "errors" not in api("{ contacts { edges { node { custom { one two } } } } }")


def test_values_cost_no_statement_and_links_one_for_all(api, tenant, members, fields, now):
    with entered(tenant):
        for number in range(20):
            company = create_company(by=members["owner"], now=now, name=f"Company {number}")
            custom = {"myText": "a", "myRecord": str(company.pk)}
            create_contact(by=members["owner"], now=now, last_name=f"{number}", custom=custom)

    def cost(selection):
        document = f"{{ contacts {{ edges {{ node {{ {selection} }} }} }} }}"
        api(document)
        with CaptureQueriesContext(connection) as queries:
            assert "errors" not in api(document)
        return len(queries)

    plain = cost("lastName")
    assert cost("lastName custom { myText myNumber myChoices }") == plain
    assert cost("lastName custom { myRecord { name } }") == plain + 1
