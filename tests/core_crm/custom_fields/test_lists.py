"""Custom fields in lists, files and imports."""

import json
import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.custom_fields import actions
from triptych.core_crm.custom_fields.models import CustomField
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

NAMES = re.compile(r'<a href="/contacts/[0-9a-f-]{36}/">(\w+)</a>')


@pytest.fixture
def fields(add_field):
    more = {
        "choice": {"options": ["Low", "High"]},
        "choices": {"options": ["Red", "Green"]},
        "record": {"target": "company"},
    }
    kinds = ("text", "number", "money", "date", "datetime", "choice", "choices", "boolean", "url", "record")
    return {kind: add_field(kind, f"My {kind}", **more.get(kind, {})) for kind in kinds}


@pytest.fixture
def contacts(tenant, members, fields, now):
    """Rossi has a value in every field, Verdi in some, Neri in none."""
    with entered(tenant):
        company = create_company(by=members["owner"], now=now, name="Globocorp")
        rossi = {
            "myText": "Zebra", "myNumber": "10", "myMoney": "12.50 EUR", "myDate": "2026-03-31",
            "myDatetime": "2026-03-31T12:30:00Z", "myChoice": "HIGH", "myChoices": ["RED"], "myBoolean": True,
            "myUrl": "https://example.com", "myRecord": str(company.pk),
        }  # fmt: skip
        verdi = {"myText": "ähnlich", "myNumber": "9", "myChoice": "LOW"}
        for name, custom in (("Rossi", rossi), ("Verdi", verdi), ("Neri", {})):
            create_contact(by=members["owner"], now=now, last_name=name, custom=custom)
    return company


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("text", "Zebra"), ("number", "10"), ("money", "€12.50"), ("date", "2026"), ("choice", "High"), ("choices", "Red"),
     ("boolean", "Yes"), ("url", "example.com"), ("record", "Globocorp")],
)  # fmt: skip
def test_every_kind_is_a_column_and_goes_into_the_file(cast, fields, contacts, kind, shown):
    name = fields[kind].list_name + ("_name" if kind == "record" else "")
    page = cast["reader"].get(f"/contacts/?columns=name,{name}").content.decode()
    file = b"".join(cast["reader"].get(f"/contacts/export/?columns=name,{name}").streaming_content).decode()

    assert shown in page
    assert f"Name,My {kind}" in file
    assert {"money": "12.50 EUR", "date": "2026-03-31"}.get(kind, shown) in file


@pytest.mark.parametrize(
    ("kind", "order"),
    [("text", ["Verdi", "Rossi", "Neri"]), ("number", ["Verdi", "Rossi", "Neri"]),
     ("choice", ["Verdi", "Rossi", "Neri"]), ("date", ["Rossi", "Verdi", "Neri"]),
     ("record", ["Rossi", "Verdi", "Neri"])],
)  # fmt: skip
def test_lists_are_ordered_by_values(cast, fields, contacts, kind, order):
    name = fields[kind].list_name + ("_name" if kind == "record" else "")
    page = cast["reader"].get(f"/contacts/?columns=name,{name}&sort={name}").content.decode()
    assert NAMES.findall(page) == order


@pytest.mark.parametrize(
    ("kind", "condition", "found"),
    [
        ("text", ["contains", "ZEB"], ["Rossi"]),
        ("text", ["empty"], ["Neri"]),
        ("number", ["at_least", "10"], ["Rossi"]),
        ("choice", ["is", "LOW"], ["Verdi"]),
        ("choices", ["is", "RED"], ["Rossi"]),
        ("boolean", ["yes"], ["Rossi"]),
        ("date", ["after", "2026-03-30"], ["Rossi"]),
        ("datetime", ["filled"], ["Rossi"]),
    ],
)
def test_lists_are_filtered_by_values(cast, fields, contacts, kind, condition, found):
    from triptych.core_crm.custom_fields.listing import TYPES, Type
    from triptych.core_crm.lists.conditions import OPERATORS

    known = {operator.name for operator in OPERATORS[TYPES.get(kind, Type.TEXT)]}
    assert condition[0] in known, sorted(known)
    where = quote(json.dumps({"all": [[fields[kind].list_name, *condition]]}))
    page = cast["reader"].get(f"/contacts/?where={where}").content.decode()
    assert NAMES.findall(page) == found


def test_a_link_is_filtered_by_the_record_it_leads_to(cast, fields, contacts):
    where = quote(json.dumps({"all": [[fields["record"].list_name, "is", str(contacts.pk)]]}))
    assert NAMES.findall(cast["reader"].get(f"/contacts/?where={where}").content.decode()) == ["Rossi"]


def test_a_deleted_field_is_missing_and_the_list_still_opens(cast, tenant, members, fields, contacts, now):
    where = quote(json.dumps({"all": [[fields["text"].list_name, "contains", "ZEB"]]}))
    with entered(tenant):
        actions.delete_field(field=fields["text"], by=members["owner"], now=now)

    url = f"/contacts/?where={where}&columns=name,{fields['text'].list_name}&sort={fields['text'].list_name}"
    response = cast["reader"].get(url)

    page = response.content.decode()
    assert (response.status_code, len(NAMES.findall(page))) == (200, 3)
    assert "no longer there and are left out: My text." in page
    assert "“My text” is missing" in page
    with entered(tenant):
        CustomField.objects.filter(pk=fields["text"].pk).update(seen_by="admins")
    hidden = cast["reader"].get(url).content.decode()
    assert "left out: an own field." in hidden
    assert "My text" not in hidden


def test_what_a_member_may_not_see_is_no_column_and_no_condition(cast, add_field, tenant, members, now):
    field = add_field("text", "Margin", seen_by="admins")
    with entered(tenant):
        create_contact(by=members["owner"], now=now, last_name="Rossi", custom={"margin": "secret"})
        create_contact(by=members["owner"], now=now, last_name="Verdi")
    where = quote(json.dumps({"all": [[field.list_name, "is", "secret"]]}))
    url = f"/contacts/?where={where}&columns=name,{field.list_name}"

    assert NAMES.findall(cast["owner"].get(url).content.decode()) == ["Rossi"]
    page = cast["member"].get(url).content.decode()
    assert ("secret" in re.sub(r"where=[^\"]*|value=\"[^\"]*\"", "", page), len(NAMES.findall(page))) == (False, 2)


def test_thirty_columns_cost_a_list_no_statement(cast, tenant, members, add_field, now):
    def cost(url):
        cast["owner"].get(url)
        with CaptureQueriesContext(connection) as queries:
            assert cast["owner"].get(url).status_code == 200
        return len(queries)

    with entered(tenant):
        for number in range(10):
            create_contact(by=members["owner"], now=now, last_name=f"Rossi {number}")
    before = cost("/contacts/")
    names = [add_field("number", f"Field {number}").list_name for number in range(30)]
    assert cost(f"/contacts/?columns=name,{','.join(names)}&sort={names[0]}") == before


def test_values_are_given_to_many_records_at_once_and_taken_back(api, tenant, fields, contacts):
    ids = [edge["node"]["id"] for edge in api("{ contacts { edges { node { id } } } }")["data"]["contacts"]["edges"]]
    assert len(ids) == 3
    with entered(tenant):
        from triptych.core_crm.contacts.listing import CONTACTS
        from triptych.core_crm.lists import many
        from triptych.platform import clock
        from triptych.tenants.members.models import Member

        owner = Member.objects.get(role="owner")
        pks = list(Contact.objects.values_list("pk", flat=True))
        past = many.begin(CONTACTS, "change", pks, {fields["choice"].list_name: "HIGH"}, by=owner, now=clock.now())
        assert {one.custom.get(fields["choice"].key) for one in Contact.objects.all()} == {"HIGH"}, past


def test_columns_of_a_file_go_into_fields(tenant, members, fields, now):
    from triptych.core_crm.custom_fields.importing import columns_of
    from triptych.core_crm.imports.importer import Row, Writing

    with entered(tenant):
        create_company(by=members["owner"], now=now, name="Globocorp")
        (columns,) = columns_of("contacts")
        assert [(field.name, str(field.kind)) for field in columns.fields][:4] == [
            ("custom_myText", "text"), ("custom_myNumber", "number"), ("custom_myMoney", "text"),
            ("custom_myDate", "date"),
        ]  # fmt: skip
        contact = create_contact(by=members["owner"], now=now, last_name="Rossi")
        values = {
            "custom_myText": "a",
            "custom_myMoney": "12.50 USD",
            "custom_myChoice": "HIGH",
            "custom_myRecord": Company.objects.get().pk,
        }
        row = Row(1, values, {}, existing=contact.pk)
        changes = columns.write([row], Writing(members["owner"], now, "EUR"))
        stored = Contact.objects.get(pk=contact.pk).custom
        assert stored[fields["money"].key] == {"amount": "12.50", "currency": "USD"}
        assert stored[fields["choice"].key] == "HIGH"
        assert [(change.kind, change.before["custom"]) for change in changes] == [("contacts.contact", {})]
        assert columns_of("companies") == columns_of("members") == []


def test_a_file_is_imported_into_fields_and_taken_back(cast, tenant, fields, drain):
    lines = b"Last name,My number,My choice\nRossi,12.5,high\nVerdi,7,LOW\n"
    file = SimpleUploadedFile("contacts.csv", lines)
    home = (
        cast["owner"].post("/import/", {"file": file, "object_name": "contacts"})["Location"].removesuffix("columns/")
    )
    page = cast["owner"].get(f"{home}columns/").content.decode()
    assert '<option value="custom_myNumber" selected>' in page

    mapping = {"column-0": "last_name", "column-1": "custom_myNumber", "column-2": "custom_myChoice", "mode": "create"}
    cast["owner"].post(f"{home}columns/", mapping)
    cast["owner"].post(f"{home}begin/")
    drain()
    with entered(tenant):
        found = {one.last_name: one.custom for one in Contact.objects.alive()}
        number, choice = fields["number"].key, fields["choice"].key
        assert {name: (custom[number], custom[choice]) for name, custom in found.items()} == {
            "Rossi": ("12.5", "HIGH"), "Verdi": ("7", "LOW"),
        }  # fmt: skip

    cast["owner"].post(f"{home}undo/")
    drain()
    with entered(tenant):
        assert not Contact.objects.exists()
