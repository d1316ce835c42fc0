"""An import does nothing that whoever imports could not do on a page: links, new names, fields, imports of others."""

import io
import json

import pytest

from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.contacts.models import Company, Contact
from triptych.core_crm.deals.models import Deal
from triptych.core_crm.imports import actions
from triptych.core_crm.imports.models import Import
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.events.testing import drain
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

FILES = """mutation($i: ImportFilesInput!) {
  importFiles(input: $i) { forecasts { createdCount messages } problems { code field message } } }"""


OWN = dict.fromkeys(("read", "create", "change", "delete", "export"), "own")


@pytest.fixture
def role_given(tenant, members, now):
    """`role_given(company=OWN)` gives the member a role with these rights, and these rights over `fields`."""

    def role_given(fields=None, **rights):
        with entered(tenant):
            by, one = members["owner"], Member.objects.get(pk=members["member"].pk)
            role = create_role(name="Own", base="member", rights=rights, field_rights=fields or {}, by=by, now=now)
            give_role(member=one, role=role, by=by, now=now)

    return role_given


@pytest.fixture
def forecast(cast):
    """`forecast("deals", "name\\nPumps\\n")`: what the API tells the member of an import before it begins."""

    def forecast(object_name, text, **more):
        files = [{"fileName": "f.csv", "text": text, "object": object_name}]
        given = {"files": files, "dryRun": True, "split": False, **more}
        body = json.dumps({"query": FILES, "variables": {"i": given}})
        answer = cast["member"].post("/graphql/", body, content_type="application/json")
        return answer.json()["data"]["importFiles"]

    return forecast


def test_links_know_no_records_that_whoever_imports_does_not_see(
    tenant,
    members,
    now,
    role_given,
    forecast,
):
    with entered(tenant):
        create_company(name="Secretive Holdings", by=members["owner"], now=now)
    role_given(company=OWN)
    rows = "opportunity,account,stage\nA,Secretive Holding,Won\nB,SecretiveHoldings,Won\nC,Secretive Holdings,Won\n"
    told = forecast("deals", rows)["forecasts"][0]
    assert told["createdCount"] == 0
    assert not any("“Secretive Holdings”." in one or "Did you mean" in one for one in told["messages"])


def test_links_add_nothing_that_whoever_imports_may_not_create(role_given, forecast):
    role_given(company=dict.fromkeys(OWN, "none"))
    rows = "full name,email,company,owner\nAnna Rossi,anna@x.example,Brand New Ltd,Nobody Yet\n"
    told = forecast("contacts", rows, createMissing=True)["forecasts"][0]
    assert not any("is added" in one for one in told["messages"]), told


@pytest.mark.parametrize("level", ["own", "team"])
def test_what_links_add_is_made_by_and_for_whoever_imports(role_given, cast, tenant, members, level):
    """As they could on a page: not for nobody, which a role may rule out, and without the fields it withholds."""
    rights = {"company": {"create": level}, "contact": {"create": level}}
    role_given(fields={"contact": {"emails": "hidden"}}, **rights)
    rows = "opportunity,account,contact,stage,owner\nPumps,Brand New Ltd,anna@x.example,Won,owner\n"
    files = [{"fileName": "f.csv", "text": rows, "object": "deals"}]
    body = json.dumps({"query": FILES, "variables": {"i": {"files": files, "split": False, "createMissing": True}}})
    cast["member"].post("/graphql/", body, content_type="application/json")
    drain()

    with entered(tenant):
        company, contact = Company.objects.get(), Contact.objects.get()
        assert Deal.objects.get().company == company
        assert {company.owner_id, contact.owner_id} == {members["member"].pk}
        assert (str(contact), contact.emails) == ("anna@x.example", [])


def test_a_contact_that_a_link_adds_by_its_address_has_it(tenant, cast, members):
    rows = "opportunity,contact,stage\nPumps,Anna@x.example,Won\n"
    files = [{"fileName": "f.csv", "text": rows, "object": "deals"}]
    body = json.dumps({"query": FILES, "variables": {"i": {"files": files, "split": False, "createMissing": True}}})
    cast["member"].post("/graphql/", body, content_type="application/json")
    drain()

    with entered(tenant):
        assert Contact.objects.get().email == "anna@x.example"
        assert Deal.objects.get().primary_contact == Contact.objects.get()


def test_fields_that_a_role_withholds_are_not_imported(role_given, forecast):
    role_given(fields={"contact": {"phones": "read"}})
    (problem,) = forecast("contacts", "full name,mobile\nAnna Rossi,+49 30 1234567\n")["problems"]
    assert (problem["code"], problem["field"]) == ("FORBIDDEN", "mobile")


def test_who_may_not_change_all_records_cannot_undo_the_import_of_others(
    tenant,
    members,
    now,
    role_given,
    cast,
):
    with entered(tenant):
        owner = members["owner"]
        file = io.BytesIO(b"account\nHottechi\n")
        record = actions.upload_import(file=file, file_name="a.csv", object_name="companies", by=owner, now=now)
        actions.begin_import(record=record, by=owner, now=now, as_job=False)
    role_given(company={**OWN, "read": "all"})
    page = cast["member"].post(f"/import/{record.pk}/undo/")
    assert page.status_code == 403
    assert cast["member"].get(f"/import/{record.pk}/").status_code == 200


def test_a_table_that_nobody_knows_is_not_for_who_does_not_see_everything(tenant, members, now, role_given, cast):
    with entered(tenant):
        record = Import.objects.create(
            file_name="salaries.csv", started_by=members["owner"], created_at=now, updated_at=now, columns=["a"]
        )
    assert "salaries.csv" in cast["member"].get("/import/").content.decode()
    role_given(company=OWN)
    assert "salaries.csv" not in cast["member"].get("/import/").content.decode()
    assert cast["member"].get(f"/import/{record.pk}/").status_code == 404


def test_files_of_others_are_not_for_who_may_not_know_all_that_stands_in_them(tenant, members, now, role_given, cast):
    with entered(tenant):
        of_contacts, of_members = (
            Import.objects.create(
                file_name=f"{kind}.csv", object_name=kind, state=Import.State.DONE, started_by=members["owner"],
                created_at=now, updated_at=now,
            )
            for kind in ("contacts", "members")
        )  # fmt: skip

    def seen():
        body = json.dumps({"query": "{ importJobs { edges { node { object } } } }"})
        answer = cast["member"].post("/graphql/", body, content_type="application/json").json()
        return [edge["node"]["object"] for edge in answer["data"]["importJobs"]["edges"]]

    assert seen() == ["contacts"]
    assert cast["member"].get(f"/import/{of_members.pk}/").status_code == 404
    role_given(fields={"contact": {"emails": "hidden"}})
    assert seen() == []
    assert cast["member"].get(f"/import/{of_contacts.pk}/rejected/").status_code == 404


def test_links_tell_nothing_of_addresses_that_are_hidden(tenant, members, now, role_given, forecast):
    with entered(tenant):
        create_contact(last_name="Rossi", emails=["anna@x.example"], by=members["owner"], now=now)
        create_company(name="Umbrella", domain="umbrella.example", by=members["owner"], now=now)
    role_given(fields={"contact": {"emails": "hidden"}, "company": {"domain": "hidden"}})
    guesses = {"anna@x.example": "umbrella.example", "bea@x.example": "other.example"}
    told = [forecast("activities", f"text,contact,company\nHi,{one},{other}\n") for one, other in guesses.items()]
    first, second = (one["forecasts"][0]["messages"] for one in told)
    assert [one.replace("anna", "bea").replace("umbrella", "other") for one in first] == second
