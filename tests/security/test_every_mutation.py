"""Every mutation of the API, found in its schema, as sent by those who may not change anything."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)
from strawberry.relay.utils import to_base64

from triptych.graphql.composition import schema_for
from triptych.platform import clock
from triptych.platform.plugins.discovery import installed_plugins
from triptych.platform.scope import entered
from triptych.tenants.members.tokens import create_token, revoke_token

pytestmark = pytest.mark.django_db

SCALARS = {
    "ID": to_base64("Contact", str(uuid4())), "String": "x", "Int": 1, "Float": 1.0, "Boolean": True, "Decimal": "1",
    "Date": "2026-03-02", "DateTime": "2026-03-02T09:00:00Z", "UUID": str(uuid4()), "JSON": {},
    "Base64": "eA==",
}  # fmt: skip


def plausible(kind):
    """A value that the type takes."""
    if isinstance(kind, GraphQLNonNull):
        return plausible(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [plausible(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {name: plausible(field.type) for name, field in kind.fields.items() if is_required_input_field(field)}
    return SCALARS[kind.name]


@pytest.fixture
def mutations(tenant, enable):
    """A document and its input for each mutation, with all plugins on."""
    for plugin in installed_plugins():
        enable(plugin.id)
    with entered(tenant):
        schema = schema_for(frozenset(plugin.id for plugin in installed_plugins()))._schema
    found = {}
    for name, field in schema.mutation_type.fields.items():
        kind = get_named_type(field.args["input"].type)
        document = f"mutation ($input: {kind.name}!) {{ {name}(input: $input) {{ problems {{ code }} }} }}"
        found[name] = {"query": document, "variables": {"input": plausible(kind)}}
    return found


def codes(client, mutations, **headers):
    """What each mutation answers: the code of its problem, or of the error before it came to that."""
    answers = {}
    for name, body in mutations.items():
        answer = client.post("/graphql/", json.dumps(body), content_type="application/json", headers=headers).json()
        if answer.get("data"):
            answers[name] = [problem["code"] for problem in answer["data"][name]["problems"]]
        else:
            answers[name] = [error["extensions"]["code"] for error in answer["errors"]]
    return answers


OF_ONESELF = {
    "updateProfile", "markNotificationsRead", "markAllNotificationsRead", "updateNotificationSettings",
    "createCalendarFeed", "revokeCalendarFeed", "createSavedView", "updateSavedView", "deleteSavedView",
    "restoreSavedView", "answerInvitation",
}  # fmt: skip
"""What readers change, too: their own name, what they were told, their own views, their answers."""


def but_of_oneself(mutations):
    return {name: body for name, body in mutations.items() if name not in OF_ONESELF}


@pytest.mark.parametrize(
    ("who", "code"), [("stranger", "UNAUTHENTICATED"), ("outsider", "UNAUTHENTICATED"), ("reader", "FORBIDDEN")]
)
def test_who_may_not_changes_nothing(cast, mutations, who, code):
    assert len(mutations) > 40
    asked = but_of_oneself(mutations) if who == "reader" else mutations
    assert codes(cast[who], asked) == {key: [code] for key in asked}


def read_only(by):
    return create_token(member=by, scopes=["read"], expires_at=None, name="", now=clock.now())[1]


def expired(by):
    ago = clock.now() - timedelta(days=2)
    return create_token(member=by, scopes=["read", "write"], expires_at=ago + timedelta(days=1), name="", now=ago)[1]


def revoked(by):
    token, text = create_token(member=by, scopes=["read", "write"], expires_at=None, name="", now=clock.now())
    revoke_token(token=token, now=clock.now())
    return text


def of_who_reads_by_now(by):
    _token, text = create_token(member=by, scopes=["read", "write"], expires_at=None, name="", now=clock.now())
    by.role = "reader"
    by.save()
    return text


def of_who_has_left(by):
    _token, text = create_token(member=by, scopes=["read", "write"], expires_at=None, name="", now=clock.now())
    by.is_active = False
    by.save()
    return text


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (read_only, "FORBIDDEN"),
        (of_who_reads_by_now, "FORBIDDEN"),
        (expired, "UNAUTHENTICATED"),
        (revoked, "UNAUTHENTICATED"),
        (of_who_has_left, "UNAUTHENTICATED"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_token_that_may_not_changes_nothing(tenant, members, mutations, made, code):
    with entered(tenant):
        text = made(members["member"])
    client = Client(SERVER_NAME="acme.localhost")
    asked = but_of_oneself(mutations) if made is of_who_reads_by_now else mutations

    assert codes(client, asked, authorization=f"Bearer {text}") == {key: [code] for key in asked}


def test_a_token_of_one_tenant_opens_no_other(tenant, other_tenant, members, mutations):
    with entered(tenant):
        _token, text = create_token(
            member=members["owner"], scopes=["read", "write"], expires_at=None, name="", now=clock.now()
        )
    client = Client(SERVER_NAME="globex.localhost")

    assert codes(client, mutations, authorization=f"Bearer {text}") == {key: ["UNAUTHENTICATED"] for key in mutations}
