"""Acts on many records: preview, what is skipped and why, undo of the whole, jobs."""

import re

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts import actions
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals import actions as deal_actions
from triptych.core_crm.deals.models import Deal, Pipeline
from triptych.core_crm.leads import actions as lead_actions
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists import many
from triptych.core_crm.lists.models import PastAct
from triptych.platform.events.testing import drain
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def done(cast, tenant):
    """Does an act by the page, its preview first, and answers with what was kept of it."""

    def do(url, *, who="member", **data):
        preview = cast[who].post(url, {**data, "step": "preview"}, headers=HTMX)
        assert preview.status_code == 200
        cast[who].post(url, {**data, "step": "do", "sure": "1"}, headers=HTMX)
        with entered(tenant):
            return preview.content.decode(), PastAct.objects.newest_first().first()

    return do


def undo(client, act):
    return client.post(f"/acts/{act.pk}/undo/", follow=True).content.decode()


def test_nothing_is_done_before_the_preview_is_confirmed(cast, contacts, tenant):
    data = {"row": [contacts[0].pk, contacts[5].pk]}
    asked = cast["member"].post("/contacts/bulk/delete/", data, headers=HTMX).content.decode()

    assert "2 records will be done, none skipped." in asked
    with entered(tenant):
        assert Contact.objects.alive().count() == 120


def test_chosen_records_are_deleted_together_and_come_back_together(cast, contacts, tenant, done):
    _preview, act = done("/contacts/bulk/delete/", row=[contacts[0].pk, contacts[5].pk])

    assert "2 records deleted." in cast["member"].get("/contacts/").content.decode()
    with entered(tenant):
        assert Contact.objects.alive().count() == 118
    assert cast["reader"].post(f"/acts/{act.pk}/undo/").status_code == 403
    undo(cast["member"], act)
    with entered(tenant):
        assert Contact.objects.alive().count() == 120
    assert "There is nothing left to undo." in undo(cast["member"], act)


def test_all_that_the_filters_leave_are_given_to_somebody_and_back(cast, contacts, tenant, members, now, done):
    preview, act = done("/contacts/bulk/owner/?owner=nobody", all="1", value=str(members["admin"].pk))
    assert "<b>Owner</b> becomes <b>Admin</b>" in preview
    with entered(tenant):
        assert Contact.objects.filter(owner=members["admin"]).count() == 60
        actions.update_contact(contact=contacts[0], by=members["owner"], now=now, job_title="Busy")

    page = undo(cast["member"], act)

    assert "<b>Contact 000</b> — Somebody has changed it since." in page
    with entered(tenant):
        assert Contact.objects.filter(owner=members["admin"]).count() == 1
        assert Contact.objects.filter(owner=members["owner"]).count() == 60


def test_any_field_of_the_form_is_changed_by_the_rules_of_the_form(cast, contacts, tenant, done):
    row = [contacts[1].pk]
    fields = cast["member"].post("/contacts/bulk/change/", {"row": row}, headers=HTMX).content.decode()
    assert re.findall(r'<option value="(\w+)"', fields) == [
        "description", "do_not_call", "do_not_email", "job_title", "owner", "salutation",
    ]  # fmt: skip

    wrong = {"row": row, "field": "salutation", "value": "x" * 31, "step": "preview"}
    assert (
        "at most 30 characters" in cast["member"].post("/contacts/bulk/change/", wrong, headers=HTMX).content.decode()
    )
    _preview, act = done("/contacts/bulk/change/", row=row, field="do_not_call", value="on")

    with entered(tenant):
        assert Contact.objects.get(pk=contacts[1].pk).do_not_call
    undo(cast["member"], act)
    with entered(tenant):
        assert not Contact.objects.get(pk=contacts[1].pk).do_not_call


def test_what_a_rule_refuses_is_skipped_and_named(tenant, members, now, done):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        free, bound = (lead_actions.create_lead(last_name=name, **who) for name in ("Free", "Bound"))
        lead_actions.convert_lead(lead=bound, **who)

    preview, act = done("/leads/bulk/owner/", row=[free.pk, bound.pk], value=str(members["admin"].pk))

    assert "1 record will be done, 1 skipped:" in preview
    assert "<b>Bound</b> — This lead has been converted." in preview
    assert (act.done_count, [(one["name"], one["why"][:29]) for one in act.skipped]) == (
        1, [("Bound", "This lead has been converted.")],
    )  # fmt: skip
    with entered(tenant):
        assert set(Lead.objects.values_list("last_name", "owner__name")) == {("Free", "Admin"), ("Bound", "owner")}


def test_deals_change_their_stage_together_and_go_back(cast, tenant, members, now, done):
    who = {"by": members["owner"], "now": now}
    with entered(tenant):
        first, *_rest, won = Pipeline.objects.get(is_default=True).stages.filter(is_closed=False).order_by("position")
        deals = [deal_actions.create_deal(name=f"Deal {n}", **who) for n in range(3)]
        deal_actions.move_deal(deal=deals[2], to=won, **who)

    _preview, act = done("/deals/bulk/change/", row=[deal.pk for deal in deals], field="stage", value=str(won.pk))
    with entered(tenant):
        assert set(Deal.objects.values_list("stage", flat=True)) == {won.pk}
    undo(cast["member"], act)
    with entered(tenant):
        assert list(Deal.objects.order_by("name").values_list("stage", flat=True)) == [first.pk, first.pk, won.pk]


def test_deals_are_lost_together_with_their_reason_and_come_back(cast, api, tenant, members, now, done):
    with entered(tenant):
        stages = Pipeline.objects.get(is_default=True).stages
        first, lost = stages.filter(is_closed=False).order_by("position")[0], stages.get(is_closed=True, is_won=False)
        deals = [deal_actions.create_deal(name=f"Deal {n}", by=members["owner"], now=now) for n in range(2)]
    rows = {"row": [deal.pk for deal in deals], "field": "stage"}

    asked = cast["member"].post("/deals/bulk/change/", rows, headers=HTMX).content.decode()
    assert '<option value="No budget">' in asked
    without = (
        cast["member"]
        .post("/deals/bulk/change/", {**rows, "value": str(lost.pk), "step": "preview"}, headers=HTMX)
        .content.decode()
    )
    assert "0 records will be done, 2 skipped:" in without
    preview, act = done("/deals/bulk/change/", **rows, value=str(lost.pk), **{"also-lost_reason": "No budget"})
    assert "2 records will be done, none skipped." in preview
    with entered(tenant):
        assert set(Deal.objects.values_list("stage", "lost_reason")) == {(lost.pk, "No budget")}
    undo(cast["member"], act)
    with entered(tenant):
        assert set(Deal.objects.values_list("stage", "lost_reason")) == {(first.pk, "")}

    ids = [to_base64("Deal", str(deal.pk)) for deal in deals]
    changes = {"stage": to_base64("Stage", str(lost.pk)), "lostReason": "Price"}
    document = """mutation ($ids: [ID!], $changes: JSON!) {
        bulkUpdate(input: {object: "deals", ids: $ids, changes: $changes}) {
            act { doneCount } problems { message } } }"""
    answer = api(document, who="member", ids=ids, changes=changes)["data"]["bulkUpdate"]
    assert answer == {"act": {"doneCount": 2}, "problems": []}
    with entered(tenant):
        assert set(Deal.objects.values_list("lost_reason", flat=True)) == {"Price"}


def test_very_many_are_changed_by_a_job_that_is_watched_and_undone(cast, contacts, tenant, monkeypatch, done):
    monkeypatch.setattr(many, "AT_ONCE", 100)
    _preview, act = done("/contacts/bulk/change/", all="1", field="job_title", value="Boss")

    waiting = cast["member"].get(f"/acts/{act.pk}/").content.decode()
    assert "0 of 120" in waiting
    assert "You can leave this page." in waiting
    drain()
    with entered(tenant):
        assert Contact.objects.filter(job_title="Boss").count() == 120
    assert cast["member"].get(f"/acts/{act.pk}/progress/", headers=HTMX).headers["HX-Redirect"] == f"/acts/{act.pk}/"
    undo(cast["member"], act)
    drain()
    with entered(tenant):
        assert Contact.objects.filter(job_title="Boss").count() == 0
        assert Contact.objects.filter(job_title="Title 3").count() == 30
    assert "Being undone" not in cast["member"].get(f"/acts/{act.pk}/").content.decode()


def test_a_job_that_is_cancelled_stops_and_can_be_undone(cast, contacts, tenant, monkeypatch, done):
    monkeypatch.setattr(many, "AT_ONCE", 100)
    _preview, act = done("/contacts/bulk/delete/", all="1")
    cast["member"].post(f"/acts/{act.pk}/cancel/")
    drain()

    assert "Stopped" in cast["member"].get(f"/acts/{act.pk}/").content.decode()
    with entered(tenant):
        assert Contact.objects.alive().count() == 120


def test_a_job_goes_no_further_than_the_rights_that_whoever_began_it_has_by_then(
    cast, contacts, tenant, members, monkeypatch, done
):
    monkeypatch.setattr(many, "AT_ONCE", 100)
    _preview, act = done("/contacts/bulk/delete/", all="1")
    run_chunk = many._run_chunk

    def leave_after_a_chunk(act, doer):
        run_chunk(act, doer)
        Member.objects.filter(pk=members["member"].pk).update(is_active=False)

    monkeypatch.setattr(many, "_run_chunk", leave_after_a_chunk)
    drain(strict=False)

    with entered(tenant):
        assert Contact.objects.alive().count() == 120 - many.CHUNK
    assert "Stopped" in cast["owner"].get(f"/acts/{act.pk}/").content.decode()


@pytest.mark.parametrize("data", [{}, {"row": "junk"}, {"row": "00000000-0000-7000-8000-000000000000"}])
def test_an_act_on_nothing_says_so(cast, contacts, data):
    page = cast["member"].post("/contacts/bulk/delete/", data, follow=True).content.decode()

    assert "Choose at least one record." in page


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 302), ("stranger", 302)])
def test_who_may_not_act_on_many(cast, contacts, tenant, who, status):
    response = cast[who].post("/contacts/bulk/delete/", {"row": [contacts[0].pk], "sure": "1"})

    assert response.status_code == status
    with entered(tenant):
        assert Contact.objects.alive().count() == 120


def test_an_act_is_its_doers_and_the_administrators(cast, contacts, done):
    _preview, act = done("/contacts/bulk/delete/", row=[contacts[0].pk])

    assert [cast[who].get(f"/acts/{act.pk}/").status_code for who in ("member", "admin", "reader", "outsider")] == [
        200, 200, 404, 302,
    ]  # fmt: skip
    assert "1 record deleted." in cast["admin"].get("/acts/").content.decode()
