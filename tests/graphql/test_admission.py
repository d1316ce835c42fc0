"""Who may call the API at all, and how they prove it."""

import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "status", "name"),
    [
        ("owner", 200, "owner@acme.example"),
        ("member", 200, "member@acme.example"),
        ("reader", 200, "reader@acme.example"),
        ("program", 200, "member@acme.example"),
        ("read-only program", 200, "member@acme.example"),
        ("outsider", 401, None),
        ("stranger", 401, None),
        ("expired program", 401, None),
        ("foreign program", 401, None),
    ],
)
def test_only_members_and_their_programs_are_answered(api, who, status, name):
    response = api[who].post(json.dumps({"query": "{ me { email } }"}))

    answer = json.loads(response.content)
    found = answer["data"]["me"]["email"] if "data" in answer else None
    assert (response.status_code, found) == (status, name)
