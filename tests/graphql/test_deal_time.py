"""Time in stage, stale deals and what comes next, through the API."""

from datetime import timedelta

import pytest

from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.deals import actions
from triptych.platform import clock
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

READ = """query($filter: DealFilter) { deals(filter: $filter, orderBy: [{field: ENTERED_STAGE_AT}]) {
    edges { node { name secondsInStage isStale nextUp } } } }"""


@pytest.fixture
def deals(crm):
    """One of last month with an overdue task, one of today without anything."""
    now = clock.now()
    with entered(crm.tenant):
        old = actions.create_deal(name="Old", by=crm.by, now=now - timedelta(days=30))
        actions.create_deal(name="New", by=crm.by, now=now)
    crm.activity(kind="task", subject="Call", due_at=now - timedelta(days=1), records=[RecordRef.of(old)])


def nodes(caller, **filter):
    return [edge["node"] for edge in caller.data(READ, {"filter": filter})["deals"]["edges"]]


def test_every_deal_says_how_long_it_stands_and_what_comes_next(api, deals):
    old, new = nodes(api["reader's program"])

    assert 30 * 86400 <= old.pop("secondsInStage") < 30 * 86400 + 600
    assert old == {"name": "Old", "isStale": True, "nextUp": "OVERDUE"}
    assert (new["isStale"], new["nextUp"], new["secondsInStage"] < 600) == (False, "NONE", True)


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"isStale": {"eq": True}}, ["Old"]),
        ({"isStale": {"eq": False}}, ["New"]),
        ({"isStale": {"isNull": True}}, []),
        ({"isStale": {}}, ["Old", "New"]),
        ({"not": {"isStale": {"eq": True}}}, ["New"]),
        ({"enteredStageAt": {"lt": "2000-01-01T00:00:00Z"}}, []),
    ],
)
def test_stale_deals_are_found(api, deals, filter, names):
    assert [node["name"] for node in nodes(api["member"], **filter)] == names


def test_next_up_costs_one_statement_for_a_whole_list(api, crm, deals, django_assert_max_num_queries):
    for number in range(10):
        crm.deal(name=f"More {number}")
    nodes(api["member"])
    with django_assert_max_num_queries(8):
        assert len(nodes(api["member"])) == 12
