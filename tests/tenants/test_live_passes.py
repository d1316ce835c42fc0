"""A stream lives as long as the right by which it was opened."""

from datetime import timedelta

import pytest

from triptych.platform.live import Pass, passes
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.actions import deactivate_member
from triptych.tenants.members.models import Member
from triptych.tenants.members.tokens import create_token, revoke_token
from triptych.tenants.models import Person, Tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(cast, members):
    """The pass of the member's session."""
    return Pass(members["member"].pk, session_key=cast["member"].session.session_key)


@pytest.fixture
def token(tenant, members, now):
    """A token of the reader."""
    with entered(tenant):
        return create_token(
            member=members["reader"], scopes=["read"], expires_at=now + timedelta(days=1), name="", now=now
        )[0]


@pytest.fixture
def good(tenant, session, token, members, now):
    """Which of the two are good: `{"session", "token"}`."""
    by_name = {"session": session, "token": Pass(members["reader"].pk, token_id=token.pk)}

    def good(at=now):
        with entered(CONTROL):
            here = Tenant.objects.get(pk=tenant.pk)
        with entered(here):
            found = passes.still_good(here, list(by_name.values()), at=at)
        return {name for name, one in by_name.items() if one in found}

    assert good() == {"session", "token"}
    return good


def test_signing_out_ends_the_session_alone(good, cast):
    cast["member"].post("/logout/")
    assert good() == {"token"}


def test_another_password_ends_the_session(good, members):
    with entered(CONTROL):
        person = Person.objects.get(pk=members["member"].person_id)
        person.set_password("another-horse-battery")
        person.save()
    assert good() == {"token"}


def test_a_revoked_token_ends(good, tenant, token, now):
    with entered(tenant):
        revoke_token(token=token, now=now)
    assert good() == {"session"}


def test_a_token_that_expires_ends(good, now):
    assert "token" not in good(now + timedelta(days=2))


@pytest.mark.parametrize(("who", "left"), [("member", {"token"}), ("reader", {"session"})])
def test_who_is_removed_loses_theirs(good, tenant, members, now, who, left):
    with entered(tenant):
        deactivate_member(member=members[who], tenant=tenant, by=members["owner"], now=now)
    assert good() == left


def test_a_workspace_that_is_closed_has_no_streams(good, tenant):
    with entered(CONTROL):
        Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.SUSPENDED)
    assert good() == set()


def test_a_pass_names_its_member(tenant, session, members, now):
    """A session of one member is none of another's, whatever somebody writes into the pass."""
    with entered(tenant):
        other = Member.objects.get(role="owner")
        assert passes.still_good(tenant, [Pass(other.pk, session_key=session.session_key)], at=now) == set()
