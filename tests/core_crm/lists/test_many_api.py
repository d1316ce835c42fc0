"""Acts on many records through the API."""

import json
from dataclasses import replace

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.listing import CONTACTS
from triptych.core_crm.contacts.models import Contact
from triptych.platform.plugins import hookimpl
from triptych.platform.plugins.registry import registry
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

UPDATE = """mutation ($input: BulkUpdateInput!) { bulkUpdate(input: $input) {
  act { id object name state totalCount doneCount skippedCount skipped { name why } }
  preview { totalCount triedCount skipped { name why } }
  problems { code field message } } }"""
DELETE = """mutation ($input: BulkDeleteInput!) { bulkDelete(input: $input) {
  act { id doneCount } problems { code field } } }"""
UNDO = """mutation ($input: UndoInput!) { undo(input: $input) {
  act { state undoneCount kept { name why } } problems { code field } } }"""


@pytest.fixture
def ask(cast):
    def asked(document, who="member", **given):
        body = json.dumps({"query": document, "variables": {"input": given}})
        answer = cast[who].post("/graphql/", body, content_type="application/json").json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        return payload

    return asked


def ids_of(contacts):
    return [to_base64("Contact", str(contact.pk)) for contact in contacts]


def test_many_records_are_changed_and_the_whole_is_undone(ask, contacts, tenant, members):
    admin = to_base64("Member", str(members["admin"].pk))
    changes = {"owner": admin, "jobTitle": "Boss", "do_not_call": True}
    done = ask(UPDATE, object="contacts", ids=ids_of(contacts[:5]), changes=changes)

    act = done["act"]
    assert (act["object"], act["name"], act["state"], act["doneCount"], act["skippedCount"]) == (
        "contacts", "change", "DONE", 5, 0,
    )  # fmt: skip
    with entered(tenant):
        assert Contact.objects.filter(owner=members["admin"], job_title="Boss", do_not_call=True).count() == 5
    assert ask(UNDO, id=act["id"])["act"] == {"state": "UNDONE", "undoneCount": 5, "kept": []}
    with entered(tenant):
        assert not Contact.objects.filter(job_title="Boss").exists()
    assert ask(UNDO, id=act["id"])["problems"] == [{"code": "REFUSED", "field": None}]


def test_a_dry_run_changes_nothing(ask, contacts, tenant):
    changes = {"jobTitle": "Boss"}
    shown = ask(UPDATE, object="contact", filter={}, changes=changes, dryRun=True)

    assert (shown["act"], shown["preview"]) == (None, {"totalCount": 120, "triedCount": 120, "skipped": []})
    with entered(tenant):
        assert not Contact.objects.filter(job_title="Boss").exists()


def test_many_records_are_deleted(ask, contacts, tenant):
    act = ask(DELETE, object="contacts", ids=ids_of(contacts[:3]))["act"]

    assert act["doneCount"] == 3
    ask(UNDO, id=act["id"])
    with entered(tenant):
        assert Contact.objects.alive().count() == 120


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"object": "ghosts", "filter": {}}, "UNKNOWN_OBJECT", "object"),
        ({"object": "contacts"}, "REFUSED", "ids"),
        ({"object": "companies", "filter": {}}, "REFUSED", None),
        ({"object": "contacts", "filter": {}, "changes": {}}, "REFUSED", "changes"),
        ({"object": "contacts", "filter": {}, "changes": []}, "REFUSED", "changes"),
        ({"object": "contacts", "filter": {}, "changes": {"last_name": "X"}}, "REFUSED", "lastName"),
        ({"object": "contacts", "filter": {}, "changes": {"jobTitle": "x" * 151}}, "REFUSED", "jobTitle"),
        ({"object": "contacts", "filter": {}, "changes": {"owner": "nobody"}}, "REFUSED", "owner"),
    ],
)
def test_what_makes_no_sense_is_a_problem(ask, contacts, tenant, given, code, field):
    problem = ask(UPDATE, **{"changes": {"description": "x"}, **given})["problems"][0]

    assert (problem["code"], problem["field"]) == (code, field)


def test_readers_and_colleagues_change_and_undo_nothing(ask, contacts, tenant):
    refused = ask(UPDATE, who="reader", object="contacts", ids=ids_of(contacts[:1]), changes={"jobTitle": "X"})
    act = ask(DELETE, who="owner", object="contacts", ids=ids_of(contacts[:1]))["act"]

    assert [one["code"] for one in refused["problems"]] == ["FORBIDDEN"]
    assert ask(UNDO, id=act["id"])["problems"] == [{"code": "NOT_FOUND", "field": "id"}]
    with entered(tenant):
        assert not Contact.objects.filter(job_title="X").exists()


def test_a_plugins_list_comes_with_its_bulk_mutations(ask, contacts, tenant):
    class WithPeople:
        @hookimpl
        def record_lists(self):
            return [replace(CONTACTS, kind="person")]

    with registry.with_registered("core:people", WithPeople()):
        done = ask(UPDATE, object="persons", ids=ids_of(contacts[:2]), changes={"jobTitle": "Boss"})

    assert (done["act"]["object"], done["act"]["doneCount"]) == ("persons", 2)
