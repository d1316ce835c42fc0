"""The seats of a plan: how many people may sign in, by page, by the link of an invitation, and by import."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from triptych.platform import clock
from triptych.platform.ids import new_id
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.actions import deactivate_member, invite_member
from triptych.tenants.members.models import Invitation, Member
from triptych.tenants.models import Entitlement
from triptych.tenants.seats import NoFreeSeat, seats_granted, seats_here

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(tenant):
    """`plan(quantity, …)` replaces what the tenant was granted."""

    def grant(*grants):
        with entered(CONTROL):
            Entitlement.objects.filter(tenant=tenant, key="seats").delete()
            for quantity, starts, ends in grants:
                now = clock.now()
                Entitlement.objects.create(
                    tenant=tenant,
                    key="seats",
                    quantity=quantity,
                    source="plan",
                    starts_at=now + timedelta(days=starts),
                    ends_at=None if ends is None else now + timedelta(days=ends),
                )

    return grant


def invite(browser, email):
    return browser.post("/settings/people/invite/", {"email": email, "role": "member"})


def link_of(sent):
    return next(word for word in sent.body.split() if "/join/" in word).partition("localhost")[2]


@pytest.mark.parametrize(
    ("grants", "seats"),
    [
        ([], None),
        ([(5, -9, None)], 5),
        ([(5, -9, 9), (20, -1, None)], 20),
        ([(5, -9, None), (None, -1, None)], None),
        ([(5, -9, None), (20, 1, None)], 5),
        ([(20, -9, -1), (5, -9, None)], 5),
        ([(5, -90, -30), (20, -30, -1)], 20),
    ],
    ids=["never granted", "one", "the larger", "without limit", "not yet", "no longer", "all over: the last"],
)
def test_the_largest_grant_in_force_counts(tenant, plan, grants, seats):
    plan(*grants)
    with entered(tenant):
        assert seats_granted(tenant, at=clock.now()) == seats


def test_no_more_people_are_invited_than_have_a_seat(cast, tenant, plan):
    plan((5, -1, None))
    assert invite(cast["owner"], "eva@acme.example").status_code == 302
    refused = invite(cast["owner"], "max@acme.example")

    assert refused.status_code == 422
    assert "Seats of your plan: 5. Taken: 4, offered: 1." in refused.content.decode()
    assert "4 of 5 seats are taken." in refused.content.decode()
    assert len(mail.outbox) == 1


def test_the_same_person_is_invited_again_on_the_same_seat(cast, plan):
    plan((5, -1, None))

    assert [invite(cast["owner"], "eva@acme.example").status_code for _again in range(2)] == [302, 302]


def test_a_withdrawn_invitation_or_an_ended_access_makes_room(cast, tenant, members, plan):
    plan((5, -1, None))
    invite(cast["owner"], "eva@acme.example")
    with entered(tenant):
        pk = Invitation.objects.get(email="eva@acme.example").pk
    cast["owner"].post(f"/settings/people/invitations/{pk}/revoke/")
    assert invite(cast["owner"], "max@acme.example").status_code == 302
    assert invite(cast["owner"], "eva@acme.example").status_code == 422

    cast["owner"].post(f"/settings/people/{members['reader'].pk}/deactivate/")
    assert invite(cast["owner"], "eva@acme.example").status_code == 302


def test_who_comes_when_the_seats_are_gone_is_told_and_nothing_is_made(cast, tenant, plan):
    plan((5, -1, None))
    invite(cast["owner"], "eva@acme.example")
    plan((4, -1, None))
    page = Client(SERVER_NAME="acme.localhost").post(
        link_of(mail.outbox[0]), {"name": "Eva", "password": "correct-horse-battery"}
    )

    assert page.status_code == 422
    assert "All seats of this workspace are taken." in page.content.decode()
    with entered(tenant):
        assert not Member.objects.filter(email="eva@acme.example").exists()


def test_members_without_a_sign_in_take_no_seat(cast, tenant, plan, now):
    plan((5, -1, None))
    with entered(tenant):
        Member.objects.bulk_create([Member(id=new_id(), name=f"Agent {n}", created_at=now) for n in range(20)])
        assert seats_here(at=clock.now()).taken == 4

    assert invite(cast["owner"], "eva@acme.example").status_code == 302


def test_the_action_refuses_with_its_code(tenant, members, plan):
    plan((4, -1, None))
    with entered(tenant), pytest.raises(NoFreeSeat) as refused:
        invite_member(email="eva@acme.example", role="member", by=members["owner"], now=clock.now())

    assert refused.value.code == "NO_FREE_SEAT"


def test_who_left_takes_no_seat(tenant, members, plan):
    plan((5, -1, None))
    with entered(tenant):
        deactivate_member(member=members["reader"], tenant=tenant, by=members["owner"], now=clock.now())

        assert seats_here(at=clock.now()).taken == 3
