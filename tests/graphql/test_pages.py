"""Pages by cursor against the same list read in one go with the ORM."""

import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triptych.core_crm.deals.models import Deal
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

ORDERS = {
    "NAME": ("sort_key", False),
    "AMOUNT": ("amount", True),
    "CLOSE_DATE": ("close_date", True),
    "CREATED_AT": ("created_at", False),
    "COMPANY_NAME": ("company__sort_key", True),
}
PAGE = """query($first: Int, $after: String, $last: Int, $before: String, $order: [DealOrder!], $filter: DealFilter) {
    deals(first: $first, after: $after, last: $last, before: $before, orderBy: $order, filter: $filter) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } } }"""


@pytest.fixture
def thirty_deals(crm):
    chance = random.Random(7)
    companies = [crm.company(name=name) for name in ("Zeta", "alpha", "Ärger", "beta")]
    for number in range(30):
        crm.deal(
            name=f"{chance.choice('aAbBzZäß')}{number}",
            amount=chance.choice([None, 0, 10, 10, 500]),
            close_date=chance.choice([None, "2026-03-03", "2026-04-04"]),
            company=chance.choice([None, *companies]),
        )


def names(page) -> list[str]:
    return [edge["node"]["name"] for edge in page["edges"]]


def expected(crm, orders) -> list[str]:
    from django.db.models import F

    keys = []
    for field, direction in orders:
        column, nullable = ORDERS[field]
        keys.append(
            getattr(F(column), "desc" if direction == "DESC" else "asc")(**{"nulls_last": True} if nullable else {})
        )
    pk = "-pk" if orders[0][1] == "DESC" else "pk"
    with entered(crm.tenant):
        return list(Deal.objects.alive().order_by(*keys, pk).values_list("name", flat=True))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pages_forward_and_backward_are_the_list(api, crm, thirty_deals_once, data):
    fields = data.draw(st.lists(st.sampled_from(sorted(ORDERS)), min_size=1, max_size=3, unique=True))
    orders = [(field, data.draw(st.sampled_from(["ASC", "DESC"]))) for field in fields]
    size = data.draw(st.integers(min_value=1, max_value=31))
    forward = data.draw(st.booleans())
    variables = {"order": [{"field": field, "direction": direction} for field, direction in orders]}
    way = (
        ("first", "after", "endCursor", "hasNextPage")
        if forward
        else ("last", "before", "startCursor", "hasPreviousPage")
    )

    seen: list[str] = []
    cursor, more = None, True
    while more:
        page = api["program"].data(PAGE, {**variables, way[0]: size, way[1]: cursor})["deals"]
        seen = seen + names(page) if forward else names(page) + seen
        assert (page["totalCount"], len(page["edges"]) <= size) == (30, True)
        cursor, more = page["pageInfo"][way[2]], page["pageInfo"][way[3]]

    assert seen == expected(crm, orders)


@pytest.fixture
def thirty_deals_once(thirty_deals):
    return thirty_deals


def test_any_cursor_of_a_page_leads_on(api, crm, thirty_deals):
    order = {"order": [{"field": "AMOUNT", "direction": "DESC"}]}
    everything = api["program"].data(PAGE, {"first": 200, **order})["deals"]
    all_names = names(everything)

    for place in (0, 7, 15, 29):
        cursor = everything["edges"][place]["cursor"]
        after = api["program"].data(PAGE, {"after": cursor, **order})["deals"]
        before = api["program"].data(PAGE, {"before": cursor, "last": 50, **order})["deals"]
        assert (names(before), names(after)) == (all_names[:place], all_names[place + 1 :])


def test_both_cursors_enclose(api, crm, thirty_deals):
    everything = api["program"].data(PAGE, {"first": 200})["deals"]
    after, before = everything["edges"][3]["cursor"], everything["edges"][9]["cursor"]

    page = api["program"].data(PAGE, {"after": after, "before": before, "first": 3})["deals"]

    assert names(page) == names(everything)[4:7]
    assert page["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: 201", "A page holds 0 to 200 records."),
        ("first: -1", "A page holds 0 to 200 records."),
        ("last: 201", "A page holds 0 to 200 records."),
        ("first: 1, last: 1", "not both"),
        ('after: "nonsense"', "holds no cursor"),
        ('after: "W10"', "holds no cursor"),
        ('before: "bnVsbA"', "holds no cursor"),
    ],
)
def test_page_arguments_that_do_not_fit_are_told(api, arguments, message):
    error = api["program"](f"{{ deals({arguments}) {{ edges {{ node {{ name }} }} }} }}")["errors"][0]

    assert message in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_cursor_of_another_ordering_is_refused(api, crm):
    crm.deal(name="Lenses")
    cursor = api["program"].data("{ deals { pageInfo { endCursor } } }")["deals"]["pageInfo"]["endCursor"]

    for arguments in ("orderBy: [{field: NAME}]", "orderBy: [{field: CREATED_AT}]"):
        answer = api["program"](f'{{ deals(after: "{cursor}", {arguments}) {{ edges {{ cursor }} }} }}')
        assert "another list, ordering or workspace" in answer["errors"][0]["message"]


@pytest.mark.parametrize("values", [["\ud800", None], ["a\0", None], [7, None], [["a"], None], ["a", "no id"], ["a"]])
def test_a_cursor_with_values_of_our_making_is_none(api, values):
    document = "query($after: String) { members(after: $after) { pageInfo { endCursor } } }"
    cursor = api["program"].data(document)["members"]["pageInfo"]["endCursor"]
    mark = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))[0]
    forged = urlsafe_b64encode(json.dumps([mark, *values]).encode()).rstrip(b"=").decode()

    error = api["program"](document, {"after": forged})["errors"][0]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "holds no cursor" in error["message"]


def test_an_empty_page_and_a_page_of_none(api, crm):
    page = api["program"].data(PAGE, {"first": 5})["deals"]
    assert page == {
        "totalCount": 0,
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }
    crm.deal(name="Lenses")
    assert api["program"].data(PAGE, {"first": 0})["deals"]["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({"name": {"contains": "lens"}}, ["Lens A", "Lens B"]),
        ({"name": {"startsWith": "lens a"}}, ["Lens A"]),
        ({"name": {"eq": "Lens A"}}, ["Lens A"]),
        ({"name": {"in": ["Lens A", "Prism"]}}, ["Lens A", "Prism"]),
        ({"amount": {"gt": "10", "lte": "300"}}, ["Lens B"]),
        ({"amount": {"isNull": True}}, ["Prism"]),
        ({"not": {"amount": {"gte": 0}}}, ["Prism"]),
        ({"or": [{"name": {"eq": "Prism"}}, {"amount": {"eq": "10"}}]}, ["Lens A", "Prism"]),
        ({"and": [{"name": {"contains": "e"}}, {"amount": {"lt": "100"}}]}, ["Lens A"]),
        ({"company": {"isNull": False}}, ["Lens A"]),
        ({"stageStatus": {"in": ["PROPOSAL", "WON"]}}, []),
        ({"isClosed": {"eq": False}}, ["Lens A", "Lens B", "Prism"]),
        ({"closeDate": {"gte": "2026-03-03", "lt": "2026-03-04"}}, ["Lens A"]),
        ({"createdAt": {"lt": "2026-03-02T09:00:00Z"}}, []),
        ({"createdAt": {"lte": "2026-03-02T10:00:00+01:00"}}, ["Lens A", "Lens B", "Prism"]),
        ({"name": None}, ["Lens A", "Lens B", "Prism"]),
        ({}, ["Lens A", "Lens B", "Prism"]),
    ],
)
def test_filters(api, crm, filter, found):
    crm.deal(name="Lens A", amount=10, company=crm.company(name="Lumen"), close_date="2026-03-03")
    crm.deal(name="Lens B", amount=200)
    crm.deal(name="Prism")

    page = api["program"].data(PAGE, {"filter": filter, "order": [{"field": "NAME"}]})["deals"]

    assert (names(page), page["totalCount"]) == (found, len(found))


@pytest.mark.parametrize(
    "filter",
    [
        "{name: {eq: null}}",
        '{company: {eq: "Q29udGFjdDox"}}',
        '{company: {eq: "x"}}',
        '{amount: {eq: "NaN"}}',
        '{amount: {eq: "1e999999"}}',
        '{closeDate: {eq: "yesterday"}}',
        '{createdAt: {eq: "2026-13-01T00:00:00Z"}}',
        "{name: {in: [" + ", ".join(['"x"'] * 501) + "]}}",
        "{and: [" + ", ".join(['{name: {eq: "x"}}'] * 60) + "]}",
    ],
)
def test_filters_that_do_not_fit_are_told(api, filter):
    answer = api["program"](f"{{ deals(filter: {filter}) {{ totalCount }} }}")

    assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"), json.dumps(
        answer
    )


def test_a_contact_is_found_by_any_address_and_by_company_once(api, crm, gid):
    from triptych.core_crm.contacts.actions import CompanyLink

    one, two = crm.company(name="One"), crm.company(name="Two")
    crm.contact(last_name="Bell", emails=["a@x.example", "B@x.example"], companies=[CompanyLink(one), CompanyLink(two)])
    document = """query($ids: [ID!]) { a: contacts(filter: {anyEmail: "b@X.example"}) { totalCount }
        b: contacts(filter: {company: {in: $ids}}) { totalCount edges { node { name } } } }"""

    data = api["program"].data(document, {"ids": [gid(one), gid(two)]})

    assert data == {"a": {"totalCount": 1}, "b": {"totalCount": 1, "edges": [{"node": {"name": "Bell"}}]}}
