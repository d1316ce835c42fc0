"""Making, showing and revoking tokens in the settings."""

import re
from datetime import timedelta

import pytest

from triptych.platform.scope import entered
from triptych.tenants.members import tokens
from triptych.tenants.members.models import ApiToken, Member
from triptych.tenants.members.tokens import TokenRefused

pytestmark = pytest.mark.django_db

FORM = {"name": "Web shop", "access": "read write", "days": "90"}


def texts_in(page: str) -> list[str]:
    return re.findall(r"tri_[\w-]{43}", page)


def test_a_token_is_shown_once_and_works(cast, tenant):
    made = cast["member"].post("/settings/tokens/new/", FORM)
    listed = cast["member"].get("/settings/tokens/").content.decode()

    [text] = texts_in(made.content.decode())
    assert (made["Cache-Control"], texts_in(listed), "Web shop" in listed) == ("no-store", [], True)
    answer = cast["stranger"].post(
        "/graphql/",
        {"query": "{ me { email } }"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert answer.json()["data"]["me"]["email"] == "member@acme.example"
    with entered(tenant):
        assert not ApiToken.objects.filter(digest=text).exists()


@pytest.mark.parametrize(("who", "status"), [("reader", 422), ("stranger", 302), ("outsider", 302)])
def test_who_may_not_have_a_writing_token_gets_none(cast, tenant, who, status):
    response = cast[who].post("/settings/tokens/new/", FORM)

    with entered(tenant):
        assert (response.status_code, ApiToken.objects.count()) == (status, 0)


def test_nobody_multiplies_their_quota_by_many_tokens(cast, tenant, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 2)
    pages = [cast["member"].post("/settings/tokens/new/", FORM) for _each in range(3)]

    assert [page.status_code for page in pages] == [200, 200, 422]
    assert "There are 2 valid tokens of yours already. Revoke one" in pages[2].content.decode()
    with entered(tenant):
        tokens.revoke_token(token=ApiToken.objects.first(), now=ApiToken.objects.first().created_at)
    assert cast["member"].post("/settings/tokens/new/", FORM).status_code == 200


def test_a_reader_makes_a_reading_token(cast, tenant):
    cast["reader"].post("/settings/tokens/new/", {**FORM, "access": "read", "days": "0"})

    with entered(tenant):
        token = ApiToken.objects.get()
    assert (token.scopes, token.expires_at) == (["read"], None)


@pytest.mark.parametrize(
    ("who", "status", "works"), [("owner", 302, False), ("member", 302, False), ("reader", 404, True)]
)
def test_only_its_owner_and_admins_revoke_a_token(cast, tenant, token_for, who, status, works):
    text = token_for("member")
    with entered(tenant):
        token = ApiToken.objects.get()

    response = cast[who].post(f"/settings/tokens/{token.pk}/revoke/")

    from triptych.platform import clock

    with entered(tenant):
        assert (response.status_code, tokens.valid_token(text, at=clock.now()) is not None) == (status, works)


@pytest.mark.parametrize(
    ("scopes", "days", "field"),
    [(["write"], 1, "scopes"), (["read", "admin"], 1, "scopes"), ([], 1, "scopes"), (["read"], 0, "expires_at")],
)
def test_tokens_that_make_no_sense_are_refused(in_tenant, now, scopes, days, field):
    member = Member.objects.get(role="owner")

    with pytest.raises(TokenRefused) as refused:
        tokens.create_token(member=member, scopes=scopes, expires_at=now + timedelta(days=days), name="", now=now)

    assert (refused.value.field, ApiToken.objects.count()) == (field, 0)
