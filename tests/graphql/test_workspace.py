"""The workspace, its invitations, plugins and sample data by the API, and what readers may change there."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases.actions import create_case
from triptych.core_crm.lists.view_actions import create_view
from triptych.core_crm.samples.actions import has_samples
from triptych.platform.scope import entered
from triptych.tenants.members.models import Invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(api):
    """`change("updateWorkspace", "name", who="owner", name="New")`: what the mutation answers."""

    def change(mutation, fields, *, who="owner", kind="", **given):
        kind = kind or f"{mutation[0].upper()}{mutation[1:]}Input"
        asked = f"{mutation}(input: $input) {{ {fields} problems {{ code field }} }}"
        return api[who].data(f"mutation ($input: {kind}!) {{ {asked} }}", {"input": given})[mutation]

    return change


def codes(answer):
    return [problem["code"] for problem in answer["problems"]]


def test_the_workspace_is_read_by_all_and_changed_by_who_administers(api, change):
    asked = "{ workspace { name timezone currency seats { granted taken invited } } }"
    assert api["reader"].data(asked)["workspace"]["name"] == "Acme Tools"
    done = change("updateWorkspace", "workspace { name currency timezone }", who="admin", name="Acme", currency="USD")
    assert done["workspace"]["name"] == "Acme"
    assert (done["workspace"]["currency"], done["problems"]) == ("USD", [])
    assert codes(change("updateWorkspace", "", who="member", name="Mine")) == ["FORBIDDEN"]
    assert codes(change("updateWorkspace", "", who="reader", name="Mine")) == ["FORBIDDEN"]
    long = {"name": "x" * 201}
    for given in (
        {"name": " "},
        long,
        {"timezone": "Mars"},
        {"currency": "???"},
        {"accent": "blue"},
        {"language": "tlh"},
    ):
        answer = change("updateWorkspace", "workspace { name }", **given)
        assert (answer["workspace"], [one["field"] for one in answer["problems"]]) == (None, list(given))
    assert [one["field"] for one in change("updateProfile", "", who="reader", **long)["problems"]] == ["name"]
    answer = change("updateWorkspace", "workspace { name }", name="Acme\r\nBcc: a@b.example")
    assert answer["workspace"]["name"] == "Acme Bcc: a@b.example"


def test_an_invitation_is_seen_and_withdrawn(api, change, tenant, members, now):
    made = change("inviteMember", "invitation { id email }", email="new@acme.example")["invitation"]
    assert api["reader"].data("{ invitations { id email role } }")["invitations"] == [{**made, "role": "MEMBER"}]
    for who in ("member", "reader"):
        assert codes(change("revokeInvitation", "", who=who, id=made["id"])) == ["FORBIDDEN"]
    assert change("revokeInvitation", "invitation { id }", id=made["id"])["problems"] == []
    assert api["owner"].data("{ invitations { id } }")["invitations"] == []
    with entered(tenant):
        assert Invitation.objects.get(email="new@acme.example").revoked_at
    for wrong in ("nonsense", to_base64("Invitation", made["id"])):
        assert codes(change("revokeInvitation", "", id=wrong)) == ["NOT_FOUND"]


def test_plugins_are_switched_by_who_administers(api, change):
    asked = "{ plugins { id label isEnabled obstacle } }"
    before = {one["id"]: one["isEnabled"] for one in api["owner"].data(asked)["plugins"]}
    assert before["sales"] is False
    for who in ("member", "reader"):
        assert api[who](asked)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert codes(change("enablePlugin", "", who=who, kind="SwitchPluginInput", id="sales")) == ["FORBIDDEN"]
    done = change("enablePlugin", "plugin { id isEnabled }", kind="SwitchPluginInput", id="sales")
    assert done == {"plugin": {"id": "sales", "isEnabled": True}, "problems": []}
    done = change("disablePlugin", "plugin { isEnabled }", kind="SwitchPluginInput", id="sales")
    assert done == {"plugin": {"isEnabled": False}, "problems": []}
    unknown = change("enablePlugin", "plugin { id }", kind="SwitchPluginInput", id="nothing")
    assert (unknown["plugin"], len(unknown["problems"])) == (None, 1)


def test_sample_data_comes_and_goes(change, tenant):
    assert codes(change("setSampleData", "", who="member", kind="SampleDataInput", isHere=True)) == ["FORBIDDEN"]
    came = change("setSampleData", "count", kind="SampleDataInput", isHere=True)
    assert came["count"] > 10
    assert codes(change("setSampleData", "count", kind="SampleDataInput", isHere=True)) == ["REFUSED"]
    assert change("setSampleData", "count", kind="SampleDataInput", isHere=False)["problems"] == []
    with entered(tenant):
        assert not has_samples()


def test_what_a_customer_said_is_written_down(change, tenant, members, now):
    with entered(tenant):
        case = create_case(subject="Pump", by=members["owner"], now=now)
    given = {"id": to_base64("Case", str(case.pk)), "body": "It leaks"}
    fields = "message { body kind } case { awaitsReply }"
    done = change("writeDownForCase", fields, who="member", **given)
    assert done["message"] == {"body": "It leaks", "kind": "PUBLIC"}
    assert done["problems"] == []
    assert codes(change("writeDownForCase", "", who="reader", **given)) == ["FORBIDDEN"]
    wrong = change("writeDownForCase", "", **given, contact=to_base64("Contact", str(case.pk)))
    assert wrong["problems"] == [{"code": "NOT_FOUND", "field": "contact"}]
    assert [one["field"] for one in change("writeDownForCase", "", **{**given, "body": " "})["problems"]] == ["body"]


def test_a_reader_keeps_views_of_their_own_and_shares_none(change):
    made = change("createSavedView", "savedView { id name }", who="reader", object="cases", name="Mine")
    assert made["savedView"]["name"] == "Mine"
    shared = change("createSavedView", "", who="reader", object="cases", name="Ours", sharing="EVERYONE")
    assert len(shared["problems"]) == 1
    assert change("deleteSavedView", "", who="reader", id=made["savedView"]["id"])["problems"] == []


def test_a_view_shows_what_its_tab_shows(api, tenant, members, now):
    act = {"by": members["owner"], "now": now}
    with entered(tenant):
        create_case(subject="Mine", owner=members["owner"], **act)
        create_case(subject="Nobody's", **act)
        views = [create_view(kind="case", name=tab, state=f"view={tab}", **act) for tab in ("mine", "all", "nonsense")]
    asked = "query ($id: ID!) { savedView(id: $id) { records { nodes { ... on Case { subject } } } } }"
    found = [api["owner"].data(asked, {"id": to_base64("SavedView", str(view.pk))}) for view in views]
    subjects = [[node["subject"] for node in one["savedView"]["records"]["nodes"]] for one in found]
    assert subjects == [["Mine"], ["Nobody's", "Mine"], ["Nobody's", "Mine"]]
