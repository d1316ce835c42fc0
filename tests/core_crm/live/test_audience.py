"""What each member hears of what happens: what they see, and nothing else."""

import json

import pytest

from triptych.core_crm.contacts.actions import create_contact, delete_contact, update_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.actions import (
    NewStage,
    create_stage,
    remove_stage,
    reorder_stages,
    update_pipeline,
    update_stage,
)
from triptych.core_crm.deals.models import Pipeline
from triptych.core_crm.live.views import PageVoice
from triptych.core_crm.notifications.actions import notify
from triptych.core_crm.rights.actions import create_role, give_role, share_record, unshare_record
from triptych.core_crm.rights.models import Share
from triptych.platform import events
from triptych.platform.events.models import Outbox
from triptych.platform.scope import CELL, entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def hears(tenant):
    """`hears(member)`: the messages to their pages about what has happened since the last question."""
    seen = set()

    def hears(*members):
        with entered(CELL):
            rows = [row.as_event() for row in Outbox.objects.filter(tenant_id=tenant.id).order_by("pk")]
        new = [event for event in rows if event.id not in seen]
        seen.update(event.id for event in new)
        with entered(tenant):
            said = [PageVoice(member.pk).say(new) for member in members]
        told = [[(one.event, json.loads(one.data) if one.data else {}) for one in messages] for messages in said]
        return told[0] if len(told) == 1 else told

    hears()
    return hears


@pytest.fixture
def own_only(tenant, members, now):
    """The member has a role that sees their own contacts alone."""
    with entered(tenant):
        rights = {"contact": {"read": "own"}}
        role = create_role(name="Own", base="member", rights=rights, field_rights={}, by=members["owner"], now=now)
        give_role(member=members["member"], role=role, by=members["owner"], now=now)
        return Member.objects.get(pk=members["member"].pk)


def test_everybody_who_sees_a_record_hears_of_its_change_and_nothing_that_it_holds(tenant, members, hears, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", last_name="Secret", by=members["owner"], now=now)
        update_contact(contact=contact, first_name="Ilsa", by=members["owner"], now=now)
        delete_contact(contact=contact, by=members["owner"], now=now)

    mine, theirs = hears(members["owner"], members["reader"])

    facts = {"kind": "contact", "id": str(contact.pk), "version": 3, "by": members["owner"].name, "at": 1772442000000}
    names = ("contact.created", "contact.updated", "contact.deleted")
    assert theirs == [("changed", {**facts, "name": name, "mine": False}) for name in names]
    assert mine == [("changed", {**facts, "name": name, "mine": True}) for name in names]


def test_of_a_record_that_somebody_does_not_see_they_hear_nothing(tenant, members, own_only, hears, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", owner=members["admin"], by=members["owner"], now=now)
        update_contact(contact=contact, first_name="Ilsa", by=members["owner"], now=now)
        create_contact(first_name="Own", owner=own_only, by=members["owner"], now=now)

    narrow, wide = hears(own_only, members["reader"])

    assert [what["name"] for _, what in narrow] == ["contact.created"]
    assert str(contact.pk) not in json.dumps(narrow)
    assert len(wide) == 3


def test_who_loses_a_record_looks_again_and_is_not_told_which(tenant, members, own_only, hears, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", owner=own_only, by=members["owner"], now=now)
        hears(own_only)
        update_contact(contact=contact, owner=members["admin"], by=members["owner"], now=now)
    assert hears(own_only) == [("changed", {"kind": "contact"})]

    with entered(tenant):
        share = share_record(record=contact, by=members["owner"], member=own_only, team=None, may_change=False, now=now)
    assert [what["name"] for _, what in hears(own_only)] == ["record.shared"]
    with entered(tenant):
        unshare_record(share=Share.objects.get(pk=share.pk), record=contact, by=members["owner"], now=now)
    assert hears(own_only) == [("changed", {"kind": "contact"})]


def test_of_many_at_once_only_the_kind_is_told(tenant, members, own_only, hears, now):
    with entered(tenant):
        ids = [str(create_contact(first_name="One", by=members["owner"], now=now).pk) for _ in range(2)]
        Contact.objects.filter(pk__in=ids).update(owner=members["admin"])
        hears()
        events.announce("contact.updated_in_bulk", None, by=members["owner"], at=now, ids=ids)

    narrow, wide = hears(own_only, members["reader"])

    assert (narrow, wide) == ([], [("changed", {"kind": "contact"})])


def test_everybody_hears_that_pipelines_changed_and_no_more(tenant, members, own_only, hears, now):
    with entered(tenant):
        pipeline, by = Pipeline.objects.get(is_default=True), {"by": members["owner"], "now": now}
        first, second = pipeline.stages.order_by("position")[:2]
        changes = (
            lambda: update_stage(stage=first, name="Renamed", **by),
            lambda: create_stage(pipeline=pipeline, stage=NewStage("Pilot", "proposal", 50), **by),
            lambda: reorder_stages(pipeline=pipeline, order=[second.pk, first.pk], **by),
            lambda: remove_stage(stage=second, **by),
            lambda: update_pipeline(pipeline=pipeline, name="Direct", **by),
        )
    for change in changes:
        with entered(tenant):
            change()
        assert hears(own_only, members["reader"]) == [[("changed", {"kind": "pipeline"})]] * 2


def test_the_bell_rings_for_whom_it_is_meant(tenant, members, hears, now):
    with entered(tenant):
        notify(to=[members["reader"]], kind="shared", title="Look", key="look", now=now)
        notify(to=[members["reader"]], kind="shared", title="Look", key="look", now=now)

    assert hears(members["reader"], members["owner"]) == [[("notified", {})], []]


def test_who_has_left_and_what_is_no_record_say_nothing(tenant, members, hears, now):
    with entered(tenant):
        create_contact(first_name="Ilse", by=members["owner"], now=now)
        events.announce("workspace.changed", None, by=members["owner"], at=now)
        Member.objects.filter(pk=members["reader"].pk).update(is_active=False)

    left, stays = hears(members["reader"], members["admin"])

    assert (left, [what["name"] for _, what in stays]) == ([], ["contact.created"])


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 204), ("member", 204), ("reader", 204), ("outsider", 302), ("stranger", 302)],
)
def test_a_web_process_has_no_stream_and_strangers_do_not_even_learn_that(cast, who, status):
    assert cast[who].get("/live/").status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://{host}", 204),
        ("http://{host}:8000", 204),
        ("http://{host}:9999", 403),
        ("https://{host}", 403),
        ("http://evil.localhost", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_only_pages_of_this_very_host_may_read_its_stream(cast, tenant, settings, origin, status):
    settings.PUBLIC_PORT = 8000
    host = f"{tenant.subdomain}.{settings.BASE_DOMAIN}"

    response = cast["member"].get("/live/", headers={"Origin": origin.format(host=host)})

    assert response.status_code == status
    assert (response.headers.get("Access-Control-Allow-Origin") is not None) == (status == 204)


def test_the_bell_says_where_to_listen_while_somebody_would_answer(cast, settings, monkeypatch):
    from triptych.core_crm.notifications import views

    monkeypatch.setattr(views, "streams_are_here", lambda: True)
    response = cast["member"].get("/notifications/count/")
    assert json.loads(response["HX-Trigger"]) == {"live": {"url": "/live/"}}

    settings.STREAMS_PORT = 8001
    response = cast["member"].get("/notifications/count/")
    assert json.loads(response["HX-Trigger"])["live"]["url"].endswith(".localhost:8001/live/")

    monkeypatch.setattr(views, "streams_are_here", lambda: False)
    response = cast["member"].get("/notifications/count/")
    assert json.loads(response["HX-Trigger"]) == {"live": {"url": ""}}
