"""Queues: their settings page and the same through the API."""

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.cases import actions
from triptych.core_crm.cases.models import Case, Queue
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
HOME = "/settings/queues/"
CREATE = """mutation($input: CreateQueueInput!) { createQueue(input: $input) {
    queue { id name position members { name } } problems { code field } } }"""
UPDATE = """mutation($input: UpdateQueueInput!) { updateQueue(input: $input) {
    queue { name isActive isDefault position members { name } } problems { code field } } }"""
DELETE = """mutation($input: DeleteQueueInput!) { deleteQueue(input: $input) {
    movedCount problems { code field } } }"""
RESTORE = """mutation($input: RestoreQueueInput!) { restoreQueue(input: $input) {
    queue { name } problems { code field } } }"""


@pytest.fixture
def support(tenant):
    with entered(tenant):
        return Queue.objects.get()


@pytest.fixture
def returns(tenant, support, members, now):
    with entered(tenant):
        return actions.create_queue(name="Returns", by=members["owner"], now=now)


@pytest.fixture
def case(tenant, returns, members, now):
    with entered(tenant):
        return actions.create_case(subject="Broken", queue=returns, by=members["owner"], now=now)


def names(tenant):
    with entered(tenant):
        return list(Queue.objects.alive().in_order().values_list("name", flat=True))


def queue_of(tenant, case):
    with entered(tenant):
        return Case.objects.get(pk=case.pk).queue.name


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("member", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)]
)
def test_who_sees_the_queues(cast, support, who, status):
    response = cast[who].get(HOME)

    assert (response.status_code, "Support" in response.content.decode()) == (status, status == 200)


@pytest.mark.parametrize(
    ("who", "status"), [("admin", 302), ("member", 403), ("reader", 403), ("outsider", 302), ("stranger", 302)]
)
def test_owners_and_admins_make_queues(cast, tenant, members, support, who, status):
    response = cast[who].post(f"{HOME}new/", {"name": " Complaints ", "members": [members["member"].pk]})

    made = who == "admin"
    assert (response.status_code, names(tenant)) == (status, ["Support", "Complaints"] if made else ["Support"])
    if made:
        with entered(tenant):
            assert list(Queue.objects.get(name="Complaints").members.all()) == [members["member"]]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "support", "nul\0"])
def test_what_no_queue_is_called(cast, tenant, support, name):
    response = cast["owner"].post(f"{HOME}new/", {"name": name}, headers=HTMX)

    assert (response.status_code, names(tenant)) == (422, ["Support"])


def test_a_queue_is_renamed_ordered_and_retired(cast, tenant, members, support, returns):
    owner = cast["owner"]
    owner.post(f"{HOME}{returns.pk}/edit/", {"name": "Repairs", "members": [members["reader"].pk]})
    owner.post(f"{HOME}{returns.pk}/move/", {"up": "1"})
    assert names(tenant) == ["Repairs", "Support"]
    owner.post(f"{HOME}{returns.pk}/retire/")
    with entered(tenant):
        assert Queue.objects.get(pk=returns.pk).is_active is False
    page = owner.get(HOME).content.decode()
    assert ("Retired" in page, members["reader"].name in page) == (True, True)


def test_a_deleted_queue_gives_its_cases_away_and_undo_brings_them_back(cast, tenant, support, returns, case):
    owner = cast["owner"]
    assert "Its cases go to" in owner.get(f"{HOME}{returns.pk}/delete/", headers=HTMX).content.decode()

    owner.post(f"{HOME}{returns.pk}/delete/", {"into": support.pk})
    assert (names(tenant), queue_of(tenant, case)) == (["Support"], "Support")
    assert "1 case is in “Support” now." in owner.get(HOME).content.decode()

    owner.post(f"{HOME}{returns.pk}/restore/")
    assert (names(tenant), queue_of(tenant, case)) == (["Support", "Returns"], "Returns")


def test_undo_leaves_a_case_where_somebody_has_put_it_since(tenant, members, support, returns, case, now):
    by = members["owner"]
    with entered(tenant):
        third = actions.create_queue(name="Third", by=by, now=now)
        actions.delete_queue(queue=returns, into=support, by=by, now=now)
        actions.update_case(case=case, queue=third, by=by, now=now)
        actions.restore_queue(queue=returns, by=by, now=now)
    assert queue_of(tenant, case) == "Third"


def test_what_deleting_refuses(tenant, members, support, returns, now):
    by = members["owner"]
    with entered(tenant):
        for queue, into in ((support, returns), (returns, returns)):
            with pytest.raises(Refused):
                actions.delete_queue(queue=queue, into=into, by=by, now=now)
        actions.delete_queue(queue=returns, into=support, by=by, now=now)
        actions.create_queue(name="Returns", by=by, now=now)
        with pytest.raises(Refused, match="there already"):
            actions.restore_queue(queue=returns, by=by, now=now)


def test_my_queues(cast, tenant, members, support, case, now):
    assert "Broken" not in cast["member"].get("/cases/?view=queues").content.decode()
    with entered(tenant):
        actions.set_queue_members(queue=case.queue, members=[members["member"]], by=members["owner"], now=now)
    assert "Broken" in cast["member"].get("/cases/?view=queues").content.decode()


def test_queues_through_the_api(api, tenant, members, support, case):
    member, id = to_base64("Member", str(members["member"].pk)), to_base64("Queue", str(case.queue_id))
    created = api(CREATE, input={"name": "Mail", "members": [member]})["data"]["createQueue"]
    assert (created["problems"], created["queue"]["members"]) == ([], [{"name": members["member"].name}])

    update = api(UPDATE, input={"id": id, "name": "Repairs", "members": [member], "position": 0})["data"]["updateQueue"]
    assert update["queue"] == {
        "name": "Repairs", "isActive": True, "isDefault": False, "position": 0, "members": [{"name": "Member"}],
    }  # fmt: skip
    assert names(tenant) == ["Repairs", "Support", "Mail"]

    into = to_base64("Queue", str(support.pk))
    deleted = api(DELETE, input={"id": id, "into": into})["data"]["deleteQueue"]
    assert deleted == {"movedCount": 1, "problems": []}
    assert api(RESTORE, input={"id": id})["data"]["restoreQueue"] == {"queue": {"name": "Repairs"}, "problems": []}
    assert queue_of(tenant, case) == "Repairs"


@pytest.mark.parametrize(("who", "code"), [("member", "FORBIDDEN"), ("reader", "FORBIDDEN")])
def test_who_may_not_change_queues_through_the_api(api, tenant, support, returns, who, code):
    id = to_base64("Queue", str(returns.pk))
    for document, name, input in (
        (CREATE, "createQueue", {"name": "Mine"}),
        (UPDATE, "updateQueue", {"id": id, "name": "Mine"}),
        (DELETE, "deleteQueue", {"id": id, "into": to_base64("Queue", str(support.pk))}),
    ):
        assert api(document, who=who, input=input)["data"][name]["problems"][0]["code"] == code
    assert names(tenant) == ["Support", "Returns"]


@pytest.mark.parametrize(
    ("input", "problem"),
    [
        ({"name": ""}, {"code": "REFUSED", "field": "name"}),
        ({"name": "Support"}, {"code": "REFUSED", "field": "name"}),
        ({"members": ["TWVtYmVyOjE="]}, {"code": "NOT_FOUND", "field": "members"}),
    ],
)
def test_bad_input_through_the_api(api, tenant, support, returns, input, problem):
    answer = api(UPDATE, input={"id": to_base64("Queue", str(returns.pk)), **input})["data"]["updateQueue"]

    assert (answer["problems"], names(tenant)) == ([problem], ["Support", "Returns"])
