"""The pages of cases: the list with its views, the conversation, what readers may not do."""

import re

import pytest

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.core_crm.contacts.actions import create_contact
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
EVERYBODY = [("owner", 200), ("member", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)]


@pytest.fixture
def case(tenant, members, now):
    with entered(tenant):
        contact = create_contact(first_name="Petra", last_name="Novak", by=members["member"], now=now)
        return actions.create_case(subject="Quarz stopped", contact=contact, by=members["member"], now=now)


@pytest.fixture
def again(tenant):
    """A record as the database has it now."""

    def again(record):
        with entered(tenant):
            return type(record).objects.get(pk=record.pk)

    return again


@pytest.mark.parametrize(("who", "status"), EVERYBODY)
@pytest.mark.parametrize("path", ["/cases/", "/cases/{pk}/", "/cases/pick/?q=quarz"])
def test_who_sees_cases(cast, case, path, who, status):
    response = cast[who].get(path.format(pk=case.pk))

    assert response.status_code == status
    assert ("Quarz stopped" in response.content.decode()) == (status == 200)


def test_a_case_of_another_tenant_is_not_there(cast, case):
    client = cast["outsider"]
    client.defaults["SERVER_NAME"] = "globex.localhost"

    response = client.get(f"/cases/{case.pk}/")

    assert (response.status_code, "Quarz" in response.content.decode()) == (404, False)


@pytest.mark.parametrize(
    "act", ["edit/", "delete/", "status/", "take/", "merge/", "files/", "say/reply/", "say/note/", "facts/subject/"]
)
def test_a_reader_changes_nothing(cast, case, again, tenant, act):
    data = {"status": "closed", "reply-body": "Hi", "note-body": "Hi", "subject": "Mine"}
    response = cast["reader"].post(f"/cases/{case.pk}/{act}", data)

    after = again(case)
    assert (response.status_code, after.version, after.status, after.subject) == (403, 1, "new", "Quarz stopped")
    with entered(tenant):
        assert not CaseMessage.objects.exists()


def test_a_reader_sees_the_conversation_without_a_composer(cast, case):
    page = cast["reader"].get(f"/cases/{case.pk}/").content.decode()

    assert ("Quarz stopped" in page, "Reply to the customer" in page, "Close</button>" in page) == (True, False, False)


def test_replies_and_notes_look_different(cast, case, again):
    member = cast["member"]
    replied = member.post(f"/cases/{case.pk}/say/reply/", {"reply-body": "We come.", "reply-then": "pending"})
    member.post(f"/cases/{case.pk}/say/note/", {"note-body": "Bring a ladder."}, headers=HTMX)
    member.post(f"/cases/{case.pk}/say/customer/", {"customer-body": "Thank you."})

    assert (replied.status_code, again(case).status) == (302, "assigned")
    page = member.get(f"/cases/{case.pk}/").content.decode()
    said = re.findall(r'class="said (said-\w+)".*?said-body">([^<]+)<', page, re.S)
    assert said == [("said-ours", "We come."), ("said-internal", "Bring a ladder."), ("said-customer", "Thank you.")]


def test_nothing_said_keeps_the_way_of_saying_it(cast, case):
    response = cast["member"].post(f"/cases/{case.pk}/say/note/", {"note-body": " "}, headers=HTMX)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'data-shows="compose-note" aria-controls="compose-note" aria-selected="true"' in page
    assert cast["member"].post(f"/cases/{case.pk}/say/nonsense/", {"body": "x"}).status_code == 404


def test_taking_closing_and_undoing(cast, case, again, members):
    member = cast["member"]
    member.post(f"/cases/{case.pk}/take/")
    assert (again(case).owner_id, again(case).status) == (members["member"].pk, "assigned")
    member.post(f"/cases/{case.pk}/status/", {"status": "closed"})
    assert again(case).status == "closed"
    member.post(f"/cases/{case.pk}/status/?status=assigned")
    assert (again(case).status, again(case).resolved_at) == ("assigned", None)


def test_the_views_of_the_list(cast, case, tenant, members, now):
    with entered(tenant):
        mine = actions.create_case(subject="Owned one", owner=members["member"], by=members["member"], now=now)
        actions.reply(case=mine, body="Soon.", by=members["member"], now=now)
        closed = actions.create_case(subject="Old one", status="closed", by=members["member"], now=now)
    numbers = {view: listed(cast["member"].get(f"/cases/?view={view}")) for view in VIEWS}

    assert numbers == {
        "open": [mine.number, case.number],
        "mine": [mine.number],
        "unassigned": [case.number],
        "waiting": [case.number],
        "all": [closed.number, mine.number, case.number],
    }


VIEWS = ("open", "mine", "unassigned", "waiting", "all")


def listed(response):
    return [int(number) for number in re.findall(r'<span class="quiet">#(\d+)</span>', response.content.decode())]


def test_a_new_case_and_what_is_wrong_with_one(cast, tenant):
    wrong = cast["member"].post("/cases/new/", {"subject": "", "priority": "loud"})
    assert wrong.status_code == 422
    assert "This field is required" in wrong.content.decode()

    made = cast["member"].post("/cases/new/", {"subject": "Broken", "priority": "high", "origin": "phone"})
    with entered(tenant):
        case = Case.objects.get(subject="Broken")
    assert (made["Location"], case.priority, case.origin) == (f"/cases/{case.pk}/", "high", "phone")


def test_merging_from_the_page(cast, case, again, tenant, members, now):
    with entered(tenant):
        other = actions.create_case(subject="Same", by=members["member"], now=now)

    preview = cast["member"].post(f"/cases/{other.pk}/merge/", {"into": case.pk}, headers=HTMX)
    assert ("closes as a duplicate of" in preview.content.decode(), again(other).merged_into_id) == (True, None)
    response = cast["member"].post(f"/cases/{other.pk}/merge/", {"into": case.pk, "confirmed": 1}, headers=HTMX)

    assert (response["HX-Redirect"], again(other).merged_into_id) == (f"/cases/{case.pk}/", case.pk)


def test_a_deleted_case_is_gone_and_comes_back(cast, case, again):
    member = cast["member"]
    member.post(f"/cases/{case.pk}/delete/")
    assert member.get(f"/cases/{case.pk}/").status_code == 404
    member.post(f"/cases/{case.pk}/restore/")
    assert again(case).deleted_at is None
