"""Points for contacts, through each of their doors."""

from decimal import Decimal

import pytest
from triptych_loyalty.actions import give_points, settle_points_of_deal
from triptych_loyalty.models import Account, Entry

from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.deals.actions import create_deal, move_deal, reopen_deal
from triptych.core_crm.deals.hookspecs import Badge
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform import events
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.tenants.usage import usage_since
from triptych.testing.contract import PluginContract

pytestmark = pytest.mark.django_db


class TestContract(PluginContract):
    plugin_id = "loyalty"


@pytest.fixture
def ann(tenant, members, now, enable):
    """A contact of Acme Tools, where Loyalty is enabled."""
    enable("loyalty")
    with entered(tenant):
        return create_contact(first_name="Ann", last_name="Lee", by=members["owner"], now=now)


@pytest.fixture
def give(tenant, ann, members, now):
    """Give Ann points."""

    def give(points: int, *, source: str = "test", reason: str = "A gift") -> Account:
        with entered(tenant):
            return give_points(contact=ann, points=points, reason=reason, source=source, by=members["owner"], now=now)

    return give


def kept(tenant) -> list[tuple[int, str]]:
    with entered(tenant):
        return list(Entry.objects.order_by("pk").values_list("points", "reason"))


def test_the_same_cause_counts_once(give, tenant, now):
    give(100, source="birthday")
    account = give(100, source="birthday")
    give(-30, source="mug", reason="A mug")

    assert account.points == 100
    assert kept(tenant) == [(100, "A gift"), (-30, "A mug")]
    with entered(tenant):
        assert Account.objects.get().points == 70
        assert usage_since(tenant, now) == {"loyalty.points_given": 100}


@pytest.mark.parametrize(
    ("points", "reason", "field"),
    [(0, "A gift", "points"), (100_001, "A gift", "points"), (5, " ", "reason"), (-1, "A mug", "points")],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(give, tenant, points, reason, field):
    with pytest.raises(Refused) as refused:
        give(points, reason=reason)

    assert (refused.value.field, kept(tenant)) == (field, [])


@pytest.mark.parametrize(("points", "tier"), [(499, "Bronze"), (500, "Silver"), (1999, "Silver"), (2000, "Gold")])
def test_points_make_a_tier(give, points, tier):
    assert give(points).tier == tier


@pytest.fixture
def won_stage(tenant):
    with entered(tenant):
        return Stage.objects.filter(is_won=True).order_by("pk").first()


def win(tenant, contact, members, now, stage):
    with entered(tenant):
        deal = create_deal(
            name="Pumps", amount=Decimal("1234.50"), primary_contact=contact, by=members["owner"], now=now
        )
        return move_deal(deal=deal, to=stage, by=members["owner"], now=now)


def reopen(tenant, deal, members, now):
    with entered(tenant):
        return reopen_deal(deal=deal, by=members["owner"], now=now)


def test_a_won_deal_gives_points_and_reopening_takes_them_back(tenant, ann, members, now, won_stage, drain):
    deal = win(tenant, ann, members, now, won_stage)
    drain()
    assert kept(tenant) == [(123, "Won: Pumps")]
    reopen(tenant, deal, members, now)
    drain()
    assert kept(tenant) == [(123, "Won: Pumps"), (-123, "Reopened: Pumps")]


def test_events_that_come_late_or_twice_do_no_harm(tenant, ann, members, now, won_stage, drain):
    deal = win(tenant, ann, members, now, won_stage)
    with entered(tenant):
        move_deal(deal=reopen(tenant, deal, members, now), to=won_stage, by=members["owner"], now=now)
    drain()
    with entered(tenant):
        settle_points_of_deal(deal=Deal.objects.get(pk=deal.pk), cause="event:again", now=now)

    assert kept(tenant) == [(123, "Won: Pumps")]


def test_a_deal_whose_points_are_spent_is_not_reopened(tenant, ann, give, members, now, won_stage, drain):
    deal = win(tenant, ann, members, now, won_stage)
    drain()
    give(-100, source="mug", reason="A mug")

    sentence = r"^Ann Lee has spent the 123 points of this deal\. Give them back first, then reopen it\.$"
    with pytest.raises(Refused, match=sentence):
        reopen(tenant, deal, members, now)
    with entered(tenant):
        assert not Deal.objects.get(pk=deal.pk).is_open


def test_a_card_tells_what_a_won_deal_has_brought(tenant, ann, members, now, won_stage, drain):
    deal = win(tenant, ann, members, now, won_stage)
    drain()
    with entered(tenant):
        assert hooks.gather_rows("deal_badges", deals=[deal], now=now)[deal.pk] == [Badge("123 points", tone="good")]


def test_a_won_deal_gives_nothing_where_loyalty_is_off(tenant, ann, members, now, won_stage, drain, disable):
    disable("loyalty")
    win(tenant, ann, members, now, won_stage)
    drain()

    assert kept(tenant) == []


def test_the_contact_page_shows_the_points_where_loyalty_is_on(cast, ann, give, disable):
    assert "No points yet." in cast["reader"].get(ann.get_absolute_url()).content.decode()
    give(1234)
    text = cast["reader"].get(ann.get_absolute_url()).content.decode()
    assert "1,234" in text
    assert "Silver" in text

    disable("loyalty")
    assert "Silver" not in cast["reader"].get(ann.get_absolute_url()).content.decode()


def test_the_list_shows_who_has_most_first(cast, tenant, ann, give, members, now):
    give(10)
    with entered(tenant):
        bob = create_contact(first_name="Bob", last_name="Ray", by=members["owner"], now=now)
        give_points(contact=bob, points=20, reason="A gift", source="bob", by=None, now=now)

    text = cast["reader"].get("/x/loyalty/").content.decode()
    assert text.index("Bob Ray") < text.index("Ann Lee")


@pytest.mark.parametrize(
    ("who", "status", "points"),
    [("member", 302, [(50, "A gift")]), ("reader", 403, []), ("stranger", 302, []), ("outsider", 302, [])],
)
def test_only_who_holds_the_permission_adjusts_points(cast, tenant, ann, who, status, points):
    answer = cast[who].post(f"/x/loyalty/{ann.pk}/", {"points": "50", "reason": "A gift", "source": "by-hand:1"})

    assert (answer.status_code, kept(tenant)) == (status, points)


def test_a_form_sent_twice_counts_once_and_a_refusal_stands_beside_its_field(cast, tenant, ann):
    form = {"points": "50", "reason": "A gift", "source": "by-hand:1"}
    for _ in range(2):
        cast["owner"].post(f"/x/loyalty/{ann.pk}/", form)
    answer = cast["owner"].post(f"/x/loyalty/{ann.pk}/", {**form, "points": "-60", "source": "by-hand:2"})

    assert kept(tenant) == [(50, "A gift")]
    assert answer.context["form"].errors == {"points": ["There are only 50 points to take."]}


def test_sample_points_cost_nothing_and_go_without_a_trace(tenant, give, members, now):
    give(10)
    with entered(tenant):
        before = list(Account.objects.values())
        hooks.gather("sample_data", by=members["owner"], now=now)
        assert Account.objects.get().points == 2410
        hooks.gather("remove_sample_data", by=members["owner"], now=now)

        assert list(Account.objects.values()) == before
        assert usage_since(tenant, now) == {"loyalty.points_given": 10}
    assert kept(tenant) == [(10, "A gift")]


ADJUST = """
mutation Adjust($contact: ID!, $points: Int!) {
  adjustLoyaltyPoints(input: {contact: $contact, points: $points, reason: "A gift", source: "order 7"}) {
    account { points tier contact { name loyalty { points } } }
    problems { code field }
  }
}
"""


ERASE = """
mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { erasure { id } problems { message } } }
"""


def test_erasing_a_person_takes_their_points(api, tenant, members, now, enable, drain):
    enable("loyalty")
    who = {"by": members["owner"], "now": now}
    email = "ann@lee.example"
    with entered(tenant):
        ann = create_contact(first_name="Ann", last_name="Lee", emails=[email], **who)
        give_points(contact=ann, points=100, reason="Ann likes mugs", source="test", **who)
    known = api("query ($email: String!) { personData(email: $email) { kinds { kind count fate } } }", email=email)
    assert api(ERASE, input={"email": email, "confirmation": email})["data"]["erasePerson"]["problems"] == []
    drain()

    kinds = known["data"]["personData"]["kinds"]
    assert {"kind": "loyalty.entries", "count": 1, "fate": "deleted"} in kinds
    assert {"kind": "loyalty.accounts", "count": 1, "fate": "deleted"} in kinds
    assert kept(tenant) == []
    with entered(tenant):
        assert not Account.objects.exists()


@pytest.fixture
def ann_id(api, ann) -> str:
    (edge,) = api("{ contacts { edges { node { id } } } }")["data"]["contacts"]["edges"]
    return edge["node"]["id"]


def test_the_api_gives_and_reads_points(api, ann_id):
    answer = api(ADJUST, contact=ann_id, points=700)["data"]["adjustLoyaltyPoints"]
    assert answer == {
        "account": {"points": 700, "tier": "Silver", "contact": {"name": "Ann Lee", "loyalty": {"points": 700}}},
        "problems": [],
    }
    listed = api(
        "{ loyaltyAccounts(filter: {points: {gt: 500}}) { totalCount edges { node { points } } } }", who="reader"
    )
    assert listed["data"]["loyaltyAccounts"] == {"totalCount": 1, "edges": [{"node": {"points": 700}}]}


def test_the_api_refuses_readers_and_what_makes_no_sense(api, ann_id, tenant):
    for who, points, problem in (
        ("reader", 5, {"code": "FORBIDDEN", "field": None}),
        ("owner", -5, {"code": "REFUSED", "field": "points"}),
    ):
        answer = api(ADJUST, who=who, contact=ann_id, points=points)["data"]["adjustLoyaltyPoints"]
        assert answer == {"account": None, "problems": [problem]}
    assert kept(tenant) == []


def test_the_api_knows_nothing_of_points_where_loyalty_is_off(api, ann_id, disable):
    disable("loyalty")

    (error,) = api("{ contacts { edges { node { loyalty { points } } } } }")["errors"]
    assert "loyalty" in error["message"]


def test_the_field_costs_one_statement_for_a_whole_list(api, tenant, ann, members, now, django_assert_max_num_queries):
    with entered(tenant):
        for number in range(20):
            contact = create_contact(first_name=f"N{number}", last_name="Lee", by=members["owner"], now=now)
            give_points(contact=contact, points=number + 1, reason="x", source=f"{number}", by=None, now=now)
    api("{ me { name } }")
    with django_assert_max_num_queries(12):
        answer = api("{ contacts { edges { node { name loyalty { points } } } } }")
    edges = answer["data"]["contacts"]["edges"]
    assert sorted(edge["node"]["loyalty"]["points"] for edge in edges if edge["node"]["loyalty"]) == list(range(1, 21))


def test_what_it_does_is_announced(give, monkeypatch):
    said = []
    monkeypatch.setattr(events, "announce", lambda name, subject, **facts: said.append((name, facts["points"])))
    give(7)

    assert said == [("loyalty.points_given", 7)]


def test_points_are_a_column_of_contacts_where_loyalty_is_on(cast, ann, give, disable):
    give(700)
    url = "/contacts/?columns=loyalty_points&sort=-loyalty_points"

    assert '<td class="number">700</td>' in cast["member"].get(url).content.decode()
    disable("loyalty")
    assert ">700<" not in cast["member"].get(url).content.decode()
