"""Business calendars through their pages and the API."""

import pytest

from triptych.core_crm.calendar.models import BusinessCalendar
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HOME = "/settings/working-hours/"


@pytest.fixture
def calendar(tenant):
    with entered(tenant):
        return BusinessCalendar.objects.get()


@pytest.fixture
def again(tenant, calendar):
    def again():
        with entered(tenant):
            return BusinessCalendar.objects.get(pk=calendar.pk)

    return again


def typed(**changed):
    week = {f"day_{day}": "9-12:30, 13:30–18" if day < 5 else "" for day in range(7)}
    return {"name": "Office", "timezone": "Europe/Berlin", "country": "DE", "region": "BY", **week, **changed}


def test_a_workspace_begins_with_nine_to_five_in_its_own_zone(cast, calendar):
    page = cast["reader"].get(HOME).content.decode()

    assert ("Business hours" in page, page.count("09:00–17:00"), "New calendar" in page) == (True, 5, False)
    assert (calendar.is_default, calendar.timezone) == (True, "")


@pytest.mark.parametrize(
    ("who", "status", "name"),
    [
        ("owner", 302, "Office"),
        ("admin", 302, "Office"),
        ("member", 403, "Business hours"),
        ("reader", 403, "Business hours"),
        ("outsider", 302, "Business hours"),
        ("stranger", 302, "Business hours"),
    ],
)
def test_only_who_administers_changes_working_hours(cast, calendar, again, who, status, name):
    response = cast[who].post(f"{HOME}{calendar.pk}/", typed())

    assert (response.status_code, again().name) == (status, name)


def test_split_shifts_holidays_and_own_days(cast, calendar, again):
    cast["owner"].post(f"{HOME}{calendar.pk}/", typed())
    added = cast["owner"].post(
        f"{HOME}{calendar.pk}/days/",
        {"first": "2026-08-03", "last": "2026-08-07", "name": "Works holiday", "spans": ""},
    )
    page = cast["owner"].get(f"{HOME}{calendar.pk}/").content.decode()
    kept = again()

    assert added.status_code == 302
    assert (kept.weekly[0], kept.weekly[6]) == ([["09:00", "12:30"], ["13:30", "18:00"]], [])
    assert [day["date"] for day in kept.own_days] == [f"2026-08-0{day}" for day in range(3, 8)]
    assert ("Works holiday" in page, 'value="09:00–12:30, 13:30–18:00"' in page) == (True, True)
    cast["owner"].post(f"{HOME}{calendar.pk}/days/remove/", {"date": "2026-08-05"})
    assert len(again().own_days) == 4


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day_0": "nine to five"}, "“nine to five” is no span of time. Write e.g. 09:00–12:30, 13:30–18:00."),
        ({"day_0": "9-12, 11-14"}, "Two spans of a day overlap."),
        ({"day_0": "9-25"}, "is no span of time"),
        ({f"day_{day}": "" for day in range(7)}, "Nobody would ever work."),
        ({"name": ""}, "This field is required."),
        ({"timezone": "Europe/Atlantis"}, "Select a valid choice"),
        ({"country": "AT"}, "Select a valid choice"),  # BY is a region of Germany
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(cast, calendar, again, changed, told):
    response = cast["owner"].post(f"{HOME}{calendar.pk}/", typed(**changed))

    assert (response.status_code, told in response.content.decode()) == (422, True)
    assert again().version == 1


def test_two_who_change_it_at_once_do_not_write_over_each_other(cast, calendar, again):
    cast["owner"].post(f"{HOME}{calendar.pk}/", typed(version="1"))
    late = cast["admin"].post(f"{HOME}{calendar.pk}/", typed(version="1", name="Mine"))

    assert (late.status_code, again().name) == (422, "Office")


def test_regions_follow_the_country(cast):
    part = cast["owner"].get(f"{HOME}regions/?country=DE").content.decode()
    strange = cast["owner"].get(f"{HOME}regions/?country=<x>").content.decode()

    assert ("Bayern" in part, "<html" in part, "<x>" in strange) == (True, False, False)


def test_another_calendar_can_become_the_default(cast, calendar, again, tenant):
    cast["owner"].post(f"{HOME}new/", typed(name="Support"))
    with entered(tenant):
        support = BusinessCalendar.objects.get(name="Support")
    kept = cast["owner"].post(f"{HOME}{calendar.pk}/delete/")
    cast["owner"].post(f"{HOME}{support.pk}/default/")
    cast["owner"].post(f"{HOME}{calendar.pk}/delete/")

    assert kept.status_code == 302
    assert (again().is_default, again().deleted_at is not None) == (False, True)
    assert "Support" in cast["owner"].get(HOME).content.decode()


CREATE = """mutation ($input: CreateBusinessCalendarInput!) { createBusinessCalendar(input: $input) {
  businessCalendar { id name timezone weekly ownDays { date name hours } isDefault version }
  problems { code field message } } }"""
WEEK = [["09:00-12:00", "13:00-17:00"]] * 5 + [[], []]


def test_the_api_keeps_a_calendar_and_counts_with_it(api):
    day = {"date": "2026-03-03", "name": "Fair", "hours": []}
    given = {"name": "Office", "timezone": "Europe/Berlin", "weekly": WEEK, "country": "DE", "ownDays": [day]}
    made = api(CREATE, input=given)["data"]["createBusinessCalendar"]
    counted = api(
        """query ($id: ID!) { businessCalendar(id: $id) {
          addBusinessTime(at: "2026-03-02T15:00:00Z", minutes: 120)
          businessMinutesBetween(start: "2026-03-02T15:00:00Z", end: "2026-03-09T15:00:00Z")
          isOpen(at: "2026-03-03T10:00:00Z") holidays(year: 2026) { date name } } }""",
        who="reader",
        id=made["businessCalendar"]["id"],
    )["data"]["businessCalendar"]

    assert made["problems"] == []
    assert (made["businessCalendar"]["weekly"], made["businessCalendar"]["ownDays"]) == (WEEK, [day])
    assert counted["addBusinessTime"] == "2026-03-04T09:00:00Z"
    assert counted["businessMinutesBetween"] == 60 + 3 * 7 * 60 + 6 * 60
    assert (counted["isOpen"], counted["holidays"][0]) == (False, {"date": "2026-01-01", "name": "New Year's Day"})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"weekly": [["9-5"]]}, "weekly"),
        ({"weekly": [["09:00-17:00"]]}, "weekly"),
        ({"country": "XX"}, "country"),
        ({"region": "BY"}, "region"),
        ({"timezone": "Mars"}, "timezone"),
        ({"name": ""}, "name"),
        ({"ownDays": [{"date": "2026-03-03", "name": "x", "hours": ["noon"]}]}, "ownDays"),
    ],
)
def test_the_api_names_the_field_that_is_wrong(api, given, field):
    answer = api(CREATE, input={"name": "Office", **given})["data"]["createBusinessCalendar"]

    assert [problem["field"] for problem in answer["problems"]] == [field]
    assert answer["businessCalendar"] is None


@pytest.mark.parametrize("who", ["member", "reader"])
def test_the_api_lets_only_administrators_change(api, tenant, who):
    answer = api(CREATE, who=who, input={"name": "Mine"})["data"]["createBusinessCalendar"]

    assert [problem["code"] for problem in answer["problems"]] == ["FORBIDDEN"]
    with entered(tenant):
        assert BusinessCalendar.objects.count() == 1


def test_the_api_refuses_times_that_cannot_be_counted(api):
    ask = "{ businessCalendars { edges { node { %s } } } }"
    far = api(ask % 'isOpen(at: "9999-12-31T23:59:59Z")')
    much = api(ask % 'addBusinessTime(at: "2026-03-02T15:00:00Z", minutes: -1)')

    assert [error["extensions"]["code"] for answer in (far, much) for error in answer["errors"]] == [
        "BAD_USER_INPUT", "BAD_USER_INPUT",
    ]  # fmt: skip
