"""Saved views and their conditions through the API."""

import json

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.activities.actions import create_activity
from triptych.core_crm.cases.actions import create_case, update_case
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.lists.models import SavedView
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

NOBODYS = {"all": [["owner", "is", "nobody"]]}
CREATE = """mutation ($input: CreateSavedViewInput!) { createSavedView(input: $input) {
  savedView { id object name sharing filter state missing isPinned
    records(first: 2) { nodes { id ... on Contact { lastName } } hasNextPage } }
  problems { code field } } }"""
UPDATE = """mutation ($input: UpdateSavedViewInput!) { updateSavedView(input: $input) {
  savedView { name sharing isPinned isDefault } problems { code field } } }"""
DELETE = "mutation ($input: DeleteSavedViewInput!) { deleteSavedView(input: $input) { problems { code field } } }"
RESTORE = "mutation ($input: RestoreSavedViewInput!) { restoreSavedView(input: $input) { problems { code field } } }"
BULK = """mutation ($input: BulkUpdateInput!) { bulkUpdate(input: $input) {
  act { doneCount } problems { code field } } }"""


@pytest.fixture
def ask(cast):
    def asked(document, who="member", **given):
        body = json.dumps({"query": document, "variables": {"input": given}})
        answer = cast[who].post("/graphql/", body, content_type="application/json").json()
        assert "errors" not in answer, answer
        return answer["data"]

    return asked


def test_a_view_is_made_read_changed_deleted_and_restored(ask, contacts):
    made = ask(CREATE, object="contacts", name="Nobody's", filter=NOBODYS, sort="-name", columns=["name", "owner"])
    view = made["createSavedView"]["savedView"]
    assert (view["object"], view["filter"], view["missing"], view["sharing"]) == ("contacts", NOBODYS, [], "PRIVATE")
    assert [node["lastName"] for node in view["records"]["nodes"]] == ["118", "116"]
    assert view["records"]["hasNextPage"]

    changed = ask(UPDATE, id=view["id"], name="Ours", sharing="EVERYONE", pinned=True, default=True)
    assert changed["updateSavedView"] == {
        "savedView": {"name": "Ours", "sharing": "EVERYONE", "isPinned": True, "isDefault": True}, "problems": [],
    }  # fmt: skip
    listed = "{ savedViews { edges { node { name isPinned } } } }"
    assert ask(listed, who="reader")["savedViews"]["edges"] == [{"node": {"name": "Ours", "isPinned": False}}]
    assert ask(UPDATE, who="admin", id=view["id"], name="Theirs")["updateSavedView"]["problems"] == []
    ask(DELETE, id=view["id"])
    assert ask(listed)["savedViews"]["edges"] == []
    assert ask(RESTORE, id=view["id"])["restoreSavedView"]["problems"] == []


def test_what_makes_no_sense_is_a_problem(ask, contacts):
    assert [
        ask(CREATE, **{"object": "contacts", "name": "X", **wrong})["createSavedView"]["problems"]
        for wrong in (
            {"object": "ghosts"}, {"name": ""}, {"filter": {"all": 7}}, {"sharing": "TEAM"},
            {"sharing": "TEAM", "team": "x"},
        )
    ] == [
        [{"code": "UNKNOWN_OBJECT", "field": "object"}],
        [{"code": "REFUSED", "field": "name"}],
        [{"code": "BAD_CONDITION", "field": "filter"}],
        [{"code": "REFUSED", "field": "team"}],
        [{"code": "REFUSED", "field": "team"}],
    ]  # fmt: skip


def test_many_records_are_named_by_conditions(ask, contacts, tenant):
    given = {"object": "contacts", "changes": {"jobTitle": "Orphan"}}
    assert ask(BULK, filter=NOBODYS, **given)["bulkUpdate"]["act"] == {"doneCount": 60}
    assert ask(BULK, filter={"all": [["gone", "is", "x"]]}, **given)["bulkUpdate"]["problems"] == [
        {"code": "REFUSED", "field": "filter"}
    ]
    assert ask(BULK, filter={"all": [["owner", "explodes"]]}, **given)["bulkUpdate"]["problems"] == [
        {"code": "BAD_CONDITION", "field": "filter"}
    ]
    with entered(tenant):
        assert Contact.objects.filter(job_title="Orphan").count() == 60


def test_a_strangers_view_is_not_there(ask, contacts):
    view = ask(CREATE, object="contacts", name="Mine")["createSavedView"]["savedView"]

    assert ask(UPDATE, who="owner", id=view["id"], name="X")["updateSavedView"]["problems"][0]["code"] == "NOT_FOUND"
    ghost = to_base64("SavedView", "00000000-0000-7000-8000-000000000000")
    assert ask(DELETE, id=ghost)["deleteSavedView"]["problems"][0]["code"] == "NOT_FOUND"


def test_a_view_without_a_tab_holds_what_its_page_shows(ask, cast, tenant, members, now):
    with entered(tenant):
        who = {"by": members["member"], "now": now}
        create_case(subject="Still open", **who)
        update_case(case=create_case(subject="Done with", **who), status="closed", **who)
        for by in ("member", "owner"):
            create_activity(kind="task", subject=f"Up to {by}", by=members[by], now=now)
    for name in ("cases", "activities"):
        ask(CREATE, object=name, name=name)
    both = "... on Case { subject } ... on Activity { subject }"
    found = ask(f"{{ savedViews {{ edges {{ node {{ name records(first: 9) {{ nodes {{ {both} }} }} }} }} }} }}")[
        "savedViews"
    ]
    held = {view["node"]["name"]: view["node"]["records"]["nodes"] for view in found["edges"]}
    assert held == {"cases": [{"subject": "Still open"}], "activities": [{"subject": "Up to member"}]}
    with entered(tenant):
        addresses = {view.name: f"/views/{view.pk}/" for view in SavedView.objects.all()}
    pages = {name: cast["member"].get(address, follow=True).content.decode() for name, address in addresses.items()}
    assert ["Still open" in pages["cases"], "Done with" in pages["cases"]] == [True, False]
    assert ["Up to member" in pages["activities"], "Up to owner" in pages["activities"]] == [True, False]
