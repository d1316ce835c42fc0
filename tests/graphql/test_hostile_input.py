"""What no well-behaved client sends: the door answers with GraphQL, fast, and never with 500."""

import json
import time

import pytest

pytestmark = pytest.mark.django_db

BOMB = "query { ...A } " + "".join(
    f"fragment {name} on Query {{ ...{following} ...{following} a{name}: __typename }} "
    for name, following in zip("ABCDEFGHIJKLMNOPQRSTUVW", "BCDEFGHIJKLMNOPQRSTUVWX", strict=True)
)
FIELD_BOMB = "query { contacts { edges { node { ...A } } } } " + "".join(
    f"fragment {name} on Contact {{ a: company {{ contacts {{ edges {{ node {{ ...{following} }} }} }} }} "
    f"b: company {{ contacts {{ edges {{ node {{ ...{following} }} }} }} }} }} "
    for name, following in zip("ABCDEF", "BCDEFG", strict=True)
)


def body(query="{ me { name } }", **extra) -> str:
    return json.dumps({"query": query, **extra})


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"null", 400),
        (b"7", 400),
        (b"[]", 400),
        (b"[" + body().encode() + b"]", 400),
        (b" ", 400),
        (b"{", 400),
        (b'"query"', 400),
        (b"\xff\xfe\x00", 400),
        (b'{"query": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b'{"query": "{ me { name } }", "variables": {"a": ' + b"9" * 6_000 + b"}}", 400),
        (b'{"query": "{ me { name } }", "variables": {"a": NaN}}', 400),
        (b'{"query": 7}', 400),
        (b'{"query": ""}', 400),
        (b'{"query": null}', 400),
        (b'{"query": "{ me { name } }", "variables": []}', 400),
        (b'{"query": "{ me { name } }", "operationName": 1}', 400),
        (b'{"query": "{ me { name } }", "extensions": "x"}', 400),
        (b'{"query": "# only a comment"}', 200),
        (b'{"query": "fragment F on Query { me { name } }"}', 400),
        (b'{"query": "query A { me { name } } query B { me { name } }"}', 200),
        (b'{"query": "subscription { me }"}', 400),
        (b'{"query": "{ me { name } }", "variables": {"a": "\\u0000"}}', 400),
        (b'{"query": "{ me { name } }", "variables": {"a": "\\ud800"}}', 400),
        (b'{"query": "{ \\u0000 }"}', 400),
        (json.dumps({"query": "{ contacts(first: " + "9" * 6_000 + ") { totalCount } }"}).encode(), 200),
        (json.dumps({"query": '{ contacts(search: "a\\u0000b") { totalCount } }'}).encode(), 200),
        (json.dumps({"query": '{ contacts(filter: {lastName: {eq: "\\uD800"}}) { totalCount } }'}).encode(), 200),
        (json.dumps({"query": "{" * 3_000}).encode(), 200),
        (json.dumps({"query": "{ me " * 2_000 + "}" * 2_000}).encode(), 200),
        (json.dumps({"query": "{ me { " + "name " * 6_000 + "} }"}).encode(), 200),
        (json.dumps({"query": "{ me { name } }" + " " * 100_001}).encode(), 413),
    ],
)
def test_odd_requests_get_a_graphql_error(api, content, status):
    began = time.process_time()
    response = api["program"].post(content)

    answer = json.loads(response.content)
    assert (response.status_code, "data" in answer) == (status, False)
    assert all(error["message"] and error["extensions"]["code"] != "INTERNAL" for error in answer["errors"])
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("headers", "content_type", "status"),
    [
        ({}, "text/plain", 415),
        ({}, "multipart/form-data; boundary=x", 415),
        ({}, "application/x-www-form-urlencoded", 415),
        ({}, "application/json; charset=utf-16", 415),
        ({"Accept": "text/html"}, "application/json", 406),
        ({"Accept": "*/*"}, "application/json", 200),
        ({"Accept": "application/graphql-response+json"}, "application/json", 200),
    ],
)
def test_media_types(api, headers, content_type, status):
    response = api["program"].post(body(), content_type=content_type, **headers)

    assert (response.status_code, json.loads(response.content).keys() >= {"errors"}) == (status, status != 200)


def test_a_get_is_told_to_post(api):
    caller = api["program"]
    response = caller.client.get("/graphql/?query={me{name}}", headers=caller.headers)

    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize("bomb", [BOMB, FIELD_BOMB])
def test_fragments_spread_into_each_other_are_answered_at_once(api, bomb):
    began = time.process_time()
    answer = api["program"](bomb)

    assert time.process_time() - began < 1
    assert answer["errors"][0]["extensions"]["code"] == "TOO_EXPENSIVE"


@pytest.mark.parametrize(
    "document",
    [
        "{ me { " + "name " * 450 + "} }",
        "{ " + " ".join(f"a{number}: me {{ name }}" for number in range(100)) + " }",
        "{ me { name ...F ...F } } fragment F on Member { name ...G } fragment G on Member { email }",
        "fragment F on Member { name ...F } { me { ...F } }",
        "fragment F on Query { ...G } fragment G on Query { ...F } { ...F }",
    ],
)
def test_what_stays_within_the_limits_costs_little(api, document):
    api["program"]("{ me { name } }")
    began = time.process_time()
    api["program"](document)

    assert time.process_time() - began < 1.5


def test_ids_and_cursors_of_nonsense_are_told_apart(api):
    answers = [
        api["program"]("query($id: ID!) { contact(id: $id) { name } }", {"id": text})
        for text in ("", "x", "Q29udGFjdDo=", "Q29udGFjdDpub3QtYS11dWlk", "TmllOjE=", "🙂", 7, "Q29udGFjdDowMA==" * 900)
    ]

    assert not any("INTERNAL" in json.dumps(answer) for answer in answers)
    assert not any(answer.get("data", {}).get("contact") for answer in answers)


def test_numbers_beyond_all_reckoning_are_told(api):
    document = "query($least: Decimal!) { deals(filter: {amount: {gte: $least}}) { totalCount } }"
    answers = [api["program"](document, {"least": text}) for text in ("1e999999999", "-1e1000000", "0e999999999")]

    assert {answer["errors"][0]["extensions"]["code"] for answer in answers} == {"BAD_USER_INPUT"}
