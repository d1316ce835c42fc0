"""What a request may cost, what a minute may cost, and that every answer says so."""

import json

import pytest

from triptych.graphql import quota

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ me { name } }", 1),
        ("{ me { name manager { name } } }", 2),
        ("{ deals { totalCount } }", 51),
        ("{ deals(first: 10) { edges { node { name } } } }", 11),
        ("{ deals(last: 10) { edges { node { name stage { name } } } } }", 21),
        ("{ deals(first: 10) { ...F } } fragment F on DealConnection { edges { node { name company { name } } } }", 21),
        ("{ companies(first: 10) { edges { node { deals(first: 5) { edges { node { name } } } } } } }", 71),
        ("{ a: me { name } b: me { name } }", 2),
        ("{ pipelines(first: 1) { edges { node { stages { name } } } } }", 12),
        ("query($n: Int = 7) { deals(first: $n) { edges { node { name } } } }", 8),
        ('mutation { createContact(input: {lastName: "Bell"}) { contact { name } } }', 12),
        ("{ __schema { types { name } } }", 11),
    ],
)
def test_the_cost_is_the_number_of_objects(api, document, cost):
    answer = api["program"](document)

    assert "errors" not in answer
    assert answer["extensions"]["cost"]["requested"] == cost


def test_variables_count(api):
    answer = api["program"]("query($n: Int) { deals(first: $n) { edges { node { name } } } }", {"n": 3})

    assert answer["extensions"]["cost"]["requested"] == 4


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ({"or": [{"name": {"contains": str(number)}} for number in range(5_000)]}, "The filter has too many"),
        ({"name": {"in": [str(number) for number in range(20_000)]}}, "“name” has too many values."),
    ],
)
def test_a_flood_of_conditions_is_refused_and_costs_what_was_sent(api, conditions, told):
    document = "query($asked: DealFilter) { deals(filter: $asked) { totalCount } }"

    answer = api["program"](document, {"asked": conditions})

    assert answer["errors"][0]["message"].startswith(told)
    assert answer["extensions"]["cost"]["requested"] > 1_000  # what is sent counts, too


@pytest.mark.parametrize(
    "document",
    [
        "{ companies(first: 200) { edges { node { deals(first: 200) { edges { node { name } } } } } } }",
        "{ me " + "{ manager " * 16 + "{ name }" + " }" * 16 + " }",
        "{ me { " + " ".join(f"a{number}: name" for number in range(101)) + " } }",
        "{ me { " + "name " * 1_001 + " } }",
        "{ " + " ".join(f"a{number}: contacts(first: 200) {{ totalCount }}" for number in range(100)) + " }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "{ __schema { " + " ".join(f"a{n}: types {{ fields {{ args {{ name }} }} }}" for n in range(90)) + " } }",
    ],
)
def test_what_is_beyond_the_limits_of_one_request_is_refused(api, document):
    answer = api["program"](document)

    assert answer["errors"][0]["extensions"]["code"] in ("TOO_EXPENSIVE", "GRAPHQL_VALIDATION_FAILED")
    assert "data" not in answer
    assert answer["extensions"]["cost"]["limit"] == quota.WINDOW_COST


@pytest.mark.parametrize(
    "document", ["{", "{ nothing }", '{ contact(id: "x") { name } }', "{ deals(first: 201) { totalCount } }"]
)
def test_errors_tell_the_cost_too(api, document):
    answer = api["program"](document)

    assert answer["errors"][0]["extensions"]["code"]
    assert set(answer["extensions"]["cost"]) == {"requested", "limit", "remaining", "resetAt"}


def test_the_quota_of_a_minute_is_taken_and_refused(api, monkeypatch):
    monkeypatch.setattr(quota, "WINDOW_COST", 120)
    document = "{ deals { totalCount } }"
    remaining = [api["program"](document)["extensions"]["cost"]["remaining"] for _ in range(2)]
    assert remaining == [69, 18]

    response = api["program"].post(json.dumps({"query": document}))

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    refused = response.json()
    assert (refused["errors"][0]["extensions"]["code"], refused["extensions"]["cost"]["remaining"]) == (
        "QUOTA_EXCEEDED",
        18,
    )
    assert api["owner"](document)["extensions"]["cost"]["remaining"] == 69


def test_the_standard_introspection_query_is_answered(api):
    from graphql import build_client_schema, get_introspection_query

    data = api["program"].data(get_introspection_query(descriptions=True, input_value_deprecation=True))

    assert "Deal" in build_client_schema(data).type_map


def test_one_document_is_parsed_once(api):
    from strawberry.extensions.parser_cache import _get_parse_cache

    document = "{ me { name email region } }"
    api["program"](document)
    before = _get_parse_cache(128).cache_info().hits
    api["program"](document)

    assert _get_parse_cache(128).cache_info().hits == before + 1
