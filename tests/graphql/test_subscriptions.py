"""The door of subscriptions: who is let in, what is taken, and what it costs. Streams themselves are in tests/fault."""

import json

import pytest
from django.core.cache import cache

from triptych.graphql import quota
from triptych.platform.scope import entered
from triptych.tenants.members.tokens import create_token

pytestmark = pytest.mark.django_db

CHANGED = "subscription { recordChanged { event } }"


@pytest.fixture
def ask(cast, tenant, members, now):
    """`ask(document, who)`: the answer of a web process, which admits like the process of streams and has no stream."""

    def ask(document, *, who="reader", accept="text/event-stream", scopes=("read",), **variables):
        headers = {"Accept": accept}
        if who in members:
            with entered(tenant):
                token = create_token(member=members[who], scopes=list(scopes), expires_at=None, name="", now=now)[1]
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": document, "variables": variables})
        return cast[who].post("/live/graphql/", body, content_type="application/json", headers=headers)

    return ask


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("owner", 503, "LIVE_UPDATES_AWAY"),
        ("member", 503, "LIVE_UPDATES_AWAY"),
        ("reader", 503, "LIVE_UPDATES_AWAY"),
        ("outsider", 401, "UNAUTHENTICATED"),
        ("stranger", 401, "UNAUTHENTICATED"),
    ],
)
def test_members_are_let_in_and_a_web_process_says_that_it_has_no_streams(ask, who, status, code):
    answer = ask(CHANGED, who=who)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("document", "status"),
    [("{ me { name } }", 400), ('mutation { deleteDeal(input: {id: "x"}) { problems { code } } }', 400), ("  ", 400)],
)
def test_only_subscriptions_are_taken(ask, document, status):
    assert ask(document).status_code == status


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { recordChanged { event } notificationsArrived { unreadCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { recordChanged(kinds: ["pipeline"]) { event } }', "BAD_USER_INPUT"),
        ('subscription { recordChanged(ids: ["x"]) { event } }', "BAD_USER_INPUT"),
        (
            "subscription { recordChanged { record { ... on Company { deals(first: 200) { nodes: edges { node { "
            "company { deals(first: 200) { edges { node { id } } } } } } } } } } }",
            "TOO_EXPENSIVE",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_the_stream_which_then_ends(ask, document, code):
    answer = ask(document)

    lines = [line for line in answer.content.decode().split("\n") if line.startswith(("event", "data"))]
    assert (answer.status_code, lines[0], lines[2:]) == (200, "event: next", ["event: complete", "data: "])
    assert json.loads(lines[1].removeprefix("data: "))["errors"][0]["extensions"]["code"] == code


def test_it_is_charged_to_the_quota_of_its_token(ask, monkeypatch):
    cache.clear()
    monkeypatch.setattr(quota, "WINDOW_COST", 0)

    assert "QUOTA_EXCEEDED" in ask(CHANGED).content.decode()


@pytest.mark.parametrize(("accept", "status"), [("application/json", 406), ("*/*", 503), ("text/event-stream", 503)])
def test_who_takes_no_stream_gets_none(ask, accept, status):
    assert ask(CHANGED, accept=accept).status_code == status


def test_the_other_door_says_where_this_one_is(cast):
    body = json.dumps({"query": CHANGED})
    answer = cast["member"].post("/graphql/", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == "Subscriptions are served as server-sent events at /live/graphql/."
