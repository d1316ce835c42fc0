"""Sessions with CSRF, tokens without, never both."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

ASK = json.dumps({"query": "{ me { email } }"})


@pytest.fixture
def strict(cast):
    """The owner's browser, with the CSRF check that test clients leave out."""
    browser = cast["owner"]
    client = Client(SERVER_NAME="acme.localhost", enforce_csrf_checks=True)
    client.cookies = browser.cookies
    return client


def post(client, **headers):
    return client.post("/graphql/", ASK, content_type="application/json", headers=headers)


def test_a_session_needs_its_csrf_token(strict):
    refused = post(strict)
    page = strict.get("/graphiql/").content.decode()
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    allowed = post(strict, **{"X-CSRFToken": token})

    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert allowed.json()["data"] == {"me": {"email": "owner@acme.example"}}


def test_a_token_needs_none(token_for):
    client = Client(SERVER_NAME="acme.localhost", enforce_csrf_checks=True)

    assert (
        post(client, Authorization=f"Bearer {token_for('member')}").json()["data"]["me"]["email"]
        == "member@acme.example"
    )


@pytest.mark.parametrize("header", ["Bearer tri_unknown", "Bearer ", "Basic b3duZXI6eA==", "nonsense", ""])
def test_a_bad_token_is_not_replaced_by_the_session(cast, header):
    response = post(cast["owner"], Authorization=header)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_wins_over_the_session(cast, token_for):
    response = post(cast["owner"], Authorization=f"Bearer {token_for('reader', scopes=['read'])}")

    assert response.json()["data"]["me"]["email"] == "reader@acme.example"


def test_a_revoked_token_and_one_of_somebody_who_left_open_nothing(tenant, token_for, now):
    from triptych.platform.scope import entered
    from triptych.tenants.members import tokens
    from triptych.tenants.members.models import ApiToken, Member

    client = Client(SERVER_NAME="acme.localhost")
    revoked, left = token_for("owner"), token_for("member")
    with entered(tenant):
        tokens.revoke_token(token=ApiToken.objects.get(member__role="owner"), now=now)
        Member.objects.filter(role="member").update(is_active=False)

    assert [post(client, Authorization=f"Bearer {text}").status_code for text in (revoked, left)] == [401, 401]


def test_the_answer_is_never_cached_by_others(cast):
    assert post(cast["owner"])["Cache-Control"] == "no-store"
