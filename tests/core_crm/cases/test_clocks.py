"""The one clock on cases: how long customers wait, in working hours; and the days that people promise."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.core_crm.cases import actions
from triptych.platform import clock
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

SPLIT = [["09:00", "12:30"], ["13:30", "18:00"]]
MONDAY_AT_TWO = datetime(2026, 3, 9, 14, tzinfo=UTC)
ASKED = """{ cases { edges { node { subject
    waitingSince waitingBusinessSeconds firstResponseBusinessSeconds resolutionBusinessSeconds } } } }"""


@pytest.fixture
def split_shifts(tenant):
    """Work stops for lunch, at weekends, and on Tuesday, 10 March."""
    with entered(tenant):
        closed = [{"date": "2026-03-10", "name": "Stocktaking", "spans": []}]
        weekly = [SPLIT] * 5 + [[], []]
        BusinessCalendar.objects.update(timezone="UTC", weekly=weekly, own_days=closed)


@pytest.fixture
def cases(tenant, members, split_shifts, monkeypatch):
    """Monday at two: one customer asked again at noon, one case was closed, one reply waits for the customer."""
    friday, by = datetime(2026, 3, 6, 16, tzinfo=UTC), members["member"]
    monday = friday.replace(day=9)
    with entered(tenant):
        asked = actions.create_case(subject="Asked again", by=by, now=friday)
        actions.reply(case=asked, body="We look.", by=by, now=monday.replace(hour=9, minute=30))
        actions.take_in_message(case=asked, body="And?", contact=None, by=None, now=monday.replace(hour=12))
        actions.add_internal_note(case=asked, body="Lunch first.", by=by, now=monday.replace(hour=13))
        solved = actions.create_case(subject="Solved", by=by, now=monday.replace(hour=12))
        actions.reply(case=solved, body="Done.", then="closed", by=by, now=monday.replace(hour=13, minute=45))
    monkeypatch.setattr(clock, "now", lambda: MONDAY_AT_TWO)
    return {"asked": asked, "solved": solved}


def test_lunch_and_weekends_are_no_waiting(cast, cases):
    page = cast["reader"].get(cases["asked"].get_absolute_url()).content.decode()
    listed = cast["reader"].get("/cases/?view=all&columns=waiting,first_response,resolution").content.decode()
    exported = cast["member"].get("/cases/export/?view=all&columns=waiting,first_response,resolution")

    assert '2 hours, since Mar 9, 2026, 12:00:00\u202fPM.">1 hr</span>' in page
    assert ("2 hr 30 min</span>" in page, "3 days, since Mar 6, 2026, 4:00:00\u202fPM." in page) == (True, True)
    assert (listed.count(">1 hr</span>"), listed.count(">2 hr 30 min</span>"), listed.count(">45 min</span>")) == (
        1,
        1,
        2,
    )
    lines = b"".join(exported.streaming_content).decode().splitlines()[1:]
    assert lines == ["#2 Solved,,0:45,0:45", "#1 Asked again,1:00,2:30,"]


def test_a_list_pays_one_statement_and_sorts_by_the_wait(cast, cases, tenant, members):
    with entered(tenant):
        for day in (5, 6):
            actions.create_case(subject=f"From {day}", by=members["member"], now=MONDAY_AT_TWO.replace(day=day))

    def statements(columns):
        with CaptureQueriesContext(connection) as asked:
            assert cast["member"].get(f"/cases/?view=all&columns={columns}").status_code == 200
        return len(asked)

    statements("status")
    assert statements("waiting,first_response,resolution") == statements("status") + 1
    page = cast["member"].get("/cases/?view=all&sort=-waiting").content.decode()
    found = [page.index(subject) for subject in ("From 5", "From 6", "Asked again", "Solved")]
    assert found == sorted(found)


def test_the_api_says_it_in_seconds(api, cases):
    rows = api(ASKED)["data"]["cases"]["edges"]
    alone = api("{ cases { edges { node { resolutionBusinessSeconds } } } }")["data"]["cases"]["edges"]

    made = api('mutation { createCase(input: {subject: "New"}) { case { waitingBusinessSeconds } } }')

    assert made["data"]["createCase"]["case"] == {"waitingBusinessSeconds": 0}
    assert [row["node"] for row in rows] == [
        {"subject": "Solved", "waitingSince": None, "waitingBusinessSeconds": None,
         "firstResponseBusinessSeconds": 2700, "resolutionBusinessSeconds": 2700},
        {"subject": "Asked again", "waitingSince": "2026-03-09T12:00:00Z", "waitingBusinessSeconds": 3600,
         "firstResponseBusinessSeconds": 9000, "resolutionBusinessSeconds": None},
    ]  # fmt: skip
    assert alone[0]["node"] == {"resolutionBusinessSeconds": 2700}


def test_a_quick_choice_is_a_working_day(cast, split_shifts, api, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY_AT_TWO)
    days = {
        choice: cast["reader"].get(f"/settings/working-hours/day/{choice}/") for choice in ("today", "next", "week")
    }
    form = cast["member"].get("/activities/new/?kind=task").content.decode()

    assert {choice: answer.json()["day"] for choice, answer in days.items()} == {
        "today": "2026-03-09", "next": "2026-03-11", "week": "2026-03-16",
    }  # fmt: skip
    assert days["next"].json()["said"] == "Wednesday, 11 March"
    assert 'data-day-url="/settings/working-hours/day/next/">Next working day</button>' in form
    assert cast["reader"].get("/settings/working-hours/day/never/").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: MONDAY_AT_TWO - timedelta(days=2))
    assert cast["reader"].get("/settings/working-hours/day/week/").json()["day"] == "2026-03-16"
    asked = '{ businessCalendars { edges { node { firstWorkingDay(day: "2026-03-14") } } } }'
    assert api(asked)["data"]["businessCalendars"]["edges"][0]["node"] == {"firstWorkingDay": "2026-03-16"}
