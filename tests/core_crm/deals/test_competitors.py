"""Competitors, buying roles and lost reasons, on pages."""

import pytest

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.lost_reasons import lost_reasons, set_lost_reasons
from triptych.core_crm.deals.models import Competitor, DealCompetitor, Stage
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

HOME = "/deals/competitors/"


@pytest.fixture
def rival(tenant, members, now):
    with entered(tenant):
        return actions.create_competitor(name="Hammer & Co", weaknesses="Slow", by=members["member"], now=now)


@pytest.fixture
def running(tenant, members, now, make_deal, rival):
    """A deal for which Hammer & Co compete."""
    deal = make_deal()
    with entered(tenant):
        actions.set_deal_competitor(deal=deal, competitor=rival, by=members["member"], now=now)
    return deal


def states(tenant, deal):
    with entered(tenant):
        return list(DealCompetitor.objects.filter(deal=deal).order_by("pk").values_list("competitor__name", "state"))


@pytest.mark.parametrize(("who", "status"), [("owner", 302), ("member", 302), ("reader", 403)])
def test_who_writes_competitors(cast, tenant, rival, who, status):
    given = {"name": "Anvil", "website": "https://anvil.example", "strengths": "Price"}

    assert cast[who].post(f"{HOME}new/", given).status_code == status
    assert cast[who].post(f"{HOME}{rival.pk}/", {"name": "Hammer"}).status_code == status
    assert cast[who].post(f"{HOME}{rival.pk}/delete/").status_code == status
    with entered(tenant):
        kept = list(Competitor.objects.alive().by_name().values_list("name", flat=True))
    assert kept == (["Anvil"] if status == 302 else ["Hammer & Co"])
    assert kept[0].replace("&", "&amp;") in cast[who].get(HOME).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "hammer & co"}, "is there already"),
        ({"name": "Anvil", "website": "javascript:alert(1)"}, "valid URL"),
        ({"name": "Anvil", "company": "nonsense"}, "no longer there"),
        ({"name": "x" * 201}, "200"),
    ],
)
def test_a_competitor_that_cannot_be_is_said_beside_the_field(cast, tenant, rival, given, said):
    response = cast["member"].post(f"{HOME}new/", given)

    assert (response.status_code, said in response.content.decode()) == (422, True)
    with entered(tenant):
        assert Competitor.objects.count() == 1


def test_a_deal_names_who_competes_and_a_new_name_becomes_a_competitor(cast, tenant, make_deal, rival):
    deal = make_deal()
    address = f"/deals/{deal.pk}/competitors/"
    cast["member"].post(address, {"competitor": str(rival.pk), "state": "in_play"})
    cast["member"].post(address, {"competitor": "Anvil", "state": "beaten"})

    assert states(tenant, deal) == [("Hammer & Co", "in_play"), ("Anvil", "beaten")]
    assert cast["member"].post(address, {"competitor": "Anvil 2", "state": "lost_to"}).status_code == 422
    assert cast["reader"].post(address, {"competitor": "Nobody", "state": "in_play"}).status_code == 403
    page = cast["reader"].get(deal.get_absolute_url()).content.decode()
    assert "Hammer &amp; Co" in page
    assert "Name a competitor" not in page
    cast["member"].post(f"{address}{rival.pk}/remove/")
    assert states(tenant, deal) == [("Anvil", "beaten")]
    assert cast["member"].get(f"{HOME}pick/?q=anv").json()[0]["text"] == "Anvil"


def test_winning_beats_them_losing_names_one_and_reopening_lets_them_run(cast, tenant, members, now, running, rival):
    lost = {"reason": "Price", "lost_reason": "Half of ours", "lost_to": str(rival.pk)}
    with entered(tenant):
        stage = {one.name: str(one.pk) for one in Stage.objects.all()}
    cast["member"].post(f"/deals/{running.pk}/move/", {"stage": stage["Won"]})
    assert states(tenant, running) == [("Hammer & Co", "beaten")]
    cast["member"].post(f"/deals/{running.pk}/reopen/", {"reason": "They called"})
    assert states(tenant, running) == [("Hammer & Co", "in_play")]
    cast["member"].post(f"/deals/{running.pk}/move/", {"stage": stage["Lost"], **lost})
    assert states(tenant, running) == [("Hammer & Co", "lost_to")]
    assert "Lost to" in cast["reader"].get(running.get_absolute_url()).content.decode()
    assert "1 lost to them" in cast["reader"].get(HOME).content.decode()


@pytest.mark.parametrize(("who", "status"), [("admin", 302), ("member", 403), ("reader", 403)])
def test_lost_reasons_are_set_line_by_line(cast, tenant, who, status):
    response = cast[who].post("/settings/lost-reasons/", {"reasons": " Too dear \n\nToo late\n"})

    assert response.status_code == status
    with entered(tenant):
        assert lost_reasons()[:2] == (["Too dear", "Too late"] if status == 302 else ["Price", "Chose a competitor"])
    assert cast[who].get("/settings/lost-reasons/").status_code == 200


@pytest.mark.parametrize("reasons", [["Price", "price"], ["x" * 201], ["a\0b"], [f"Reason {n}" for n in range(51)]])
def test_reasons_that_cannot_be_are_refused(in_tenant, members, now, reasons):
    with pytest.raises(Refused) as refused:
        set_lost_reasons(reasons=reasons, by=members["owner"], now=now)
    assert refused.value.field == "reasons"
    assert lost_reasons()[0] == "Price"


def test_a_role_is_changed_where_it_stands(cast, tenant, members, now, make_deal):
    with entered(tenant):
        contact = create_contact(last_name="Bell", by=members["member"], now=now)
    deal = make_deal(contacts=[actions.BuyingRole(contact)])
    address = f"/deals/{deal.pk}/people/"
    dialog = cast["member"].get(f"{address}?contact={contact.pk}&role=champion", headers={"HX-Request": "true"})
    assert "Bell" in dialog.content.decode()

    cast["member"].post(address, {"contact": str(contact.pk), "role": "champion"})

    with entered(tenant):
        assert list(deal.deal_contacts.values_list("role", flat=True)) == ["champion"]
