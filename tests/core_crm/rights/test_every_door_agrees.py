"""Whatever the rights, the teams and the records: every door shows the same records, and none more is counted."""

import csv
import io
import re

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.relay.utils import to_base64

from triptych.core_crm.contacts.actions import create_company
from triptych.core_crm.deals.access import deals_visible_to
from triptych.core_crm.deals.actions import create_deal, move_deal
from triptych.core_crm.deals.models import Deal, Stage
from triptych.core_crm.rights import actions
from triptych.core_crm.rights.access import CHANGE, DELETE, EXPORT, READ, may, visible
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

LEVELS = st.sampled_from(["all", "team", "own", "none"])
OWNERS = ("member", "admin", "reader", "owner", None)
WORDS = ("Amber", "Basalt", "Cobalt", "Dolomite", "Emerald", "Feldspar")
WORTH = dict(zip(WORDS, (100_001, 200_010, 400_100, 801_000, 1_610_000, 3_200_007), strict=True))

worlds = st.fixed_dictionaries(
    {
        "deal": st.fixed_dictionaries({"read": LEVELS, "export": LEVELS, "change": LEVELS, "delete": LEVELS}),
        "company": st.fixed_dictionaries({"read": LEVELS}),
        "owners": st.lists(st.sampled_from(OWNERS), min_size=6, max_size=6),
        "in_team": st.sets(st.sampled_from(["member", "admin"])),
        "below": st.sets(st.sampled_from(["reader", "admin"])),
        "manages": st.booleans(),
        "shared": st.sets(st.integers(0, 5), max_size=2),
        "to_change": st.booleans(),
    }
)


def build(world, members, now):
    """Six deals of six companies, each told apart by a word of its own, and what the member may do to them."""
    by = members["owner"]
    top = actions.create_team(name="Top", by=by, now=now)
    low = actions.create_team(name="Low", parent=top, by=by, now=now)
    for who in world["in_team"]:
        actions.put_in_team(team=top, member=members[who], is_manager=world["manages"], by=by, now=now)
    for who in world["below"]:
        actions.put_in_team(team=low, member=members[who], by=by, now=now)
    deals = []
    stage = Stage.objects.filter(pipeline__is_default=True, is_closed=False).order_by("position")[1]
    for number, word in enumerate(WORDS):
        owner = members.get(world["owners"][number])
        company = create_company(name=f"{word} Works", owner=owner, by=by, now=now)
        deal = create_deal(name=f"{word} deal", company=company, owner=owner, amount=WORTH[word], by=by, now=now)
        deals.append(move_deal(deal=deal, to=stage, by=by, now=now))
    for number in world["shared"]:
        actions.share_record(
            record=deals[number], member=members["member"], may_change=world["to_change"], by=by, now=now
        )
    rights = {"deal": world["deal"], "company": world["company"]}
    role = actions.create_role(name="Random", rights=rights, field_rights={}, by=by, now=now)
    actions.give_role(member=members["member"], role=role, by=by, now=now)
    return deals


def words_in(response):
    """Which of the words a page tells."""
    text = response.content.decode() if not response.streaming else b"".join(response.streaming_content).decode()
    return {word for word in WORDS if f"{word} deal" in text}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds)
def test_every_door_agrees(world, cast, api, tenant, members, now):
    browser = cast["member"]
    with transaction.atomic():
        for cache in caches.all():
            cache.clear()
        with entered(tenant):
            deals = build(world, members, now)
            me = Member.objects.get(pk=members["member"].pk)
            seen, exported = (
                {deal.name.removesuffix(" deal") for deal in deals if may(me, act, deal) and may(me, READ, deal)}
                for act in (READ, EXPORT)
            )
            companies = {deal.name.removesuffix(" deal") for deal in deals if may(me, READ, deal.company)}
            for act in (READ, CHANGE, DELETE, EXPORT):
                listed = set(visible(me, Deal.objects.alive(), act).values_list("pk", flat=True))
                assert listed == {deal.pk for deal in deals if may(me, act, deal)}, act
            rows = list(deals_visible_to(me).select_related("company"))
            assert {row.company.name.removesuffix(" Works") for row in rows} - {"Not yours to see"} == seen & companies

        assert words_in(browser.get("/deals/?view=table")) == seen
        assert words_in(browser.get("/deals/")) == seen
        opened = [deal for deal in deals if browser.get(f"/deals/{deal.pk}/").status_code == 200]
        assert {deal.name.removesuffix(" deal") for deal in opened} == seen
        export = browser.get("/deals/export/")
        if world["deal"]["export"] == "none":
            assert export.status_code == 403
        else:
            table = csv.DictReader(io.StringIO(b"".join(export.streaming_content).decode("utf-8-sig")))
            assert {row["Name"].removesuffix(" deal") for row in table} == exported
        board = browser.get("/deals/").context["board"]
        assert sum(column.totals.count for column in board.columns) == len(seen)
        value = sum(column.totals.value for column in board.columns)
        assert value == sum(WORTH[word] for word in seen)
        tile = next(tile for tile in browser.get("/").context["tiles"] if "deals are open" in str(tile.question))
        assert re.search(r"\d+", str(tile.figure))[0] == str(len(seen))

        asked = '{ deals { totalCount edges { node { name company { name } } } } search(text: "deal") { title } }'
        answer = api(asked, who="member")["data"]
        nodes = [edge["node"] for edge in answer["deals"]["edges"]]
        assert answer["deals"]["totalCount"] == len(seen)
        assert {node["name"].removesuffix(" deal") for node in nodes} == seen
        assert {node["company"]["name"].removesuffix(" Works") for node in nodes if node["company"]} == seen & companies
        assert {found["title"].removesuffix(" deal") for found in answer["search"]} == seen
        assert words_in(browser.get("/palette/?q=deal", headers={"HX-Request": "true"})) == seen
        ids = {word: to_base64("Deal", str(deal.pk)) for word, deal in zip(WORDS, deals, strict=True)}
        one_by_one = "{" + " ".join(f'{word}: node(id: "{key}") {{ id }}' for word, key in ids.items()) + "}"
        assert {word for word, node in api(one_by_one, who="member")["data"].items() if node} == seen

        for word, deal in zip(WORDS, deals, strict=True):
            page = browser.get(f"/companies/{deal.company_id}/")
            assert page.status_code == (200 if word in companies else 404)
            if word in companies:  # its panel of deals and its timeline
                assert words_in(page) == {word} & seen
        transaction.set_rollback(True)
