"""One list, seen as board, table or calendar: the same search, filters and conditions hold in each of them."""

import json
import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from triptych.core_crm.activities import actions as activities
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.lists.models import SavedView
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def where(*conditions, match="all"):
    return quote(json.dumps({match: [list(one) for one in conditions]}))


@pytest.fixture
def deals(tenant, members, now):
    """Three deals of the member and one of the owner, which close in March and April."""
    with entered(tenant):
        return [
            create_deal(
                name=name, amount=amount, close_date=day, owner=members[who], by=members["owner"], now=now
            )
            for name, amount, day, who in (
                ("Anvil", 100, date(2026, 3, 5), "member"),
                ("Bellows", 200, date(2026, 3, 5), "member"),
                ("Chisel", 300, date(2026, 4, 9), "member"),
                ("Drill", 400, date(2026, 3, 6), "owner"),
            )
        ]  # fmt: skip


def on(page):
    return set(re.findall(r"Anvil|Bellows|Chisel|Drill", page))


@pytest.mark.parametrize("way", ["", "&view=table", "&view=calendar&month=2026-03"])
def test_every_way_to_see_deals_obeys_search_filters_and_conditions(cast, deals, members, way):
    def seen(query):
        return on(cast["reader"].get(f"/deals/?{query}{way}").content.decode())

    april = set() if "calendar" in way else {"Chisel"}
    assert seen("") == {"Anvil", "Bellows", "Drill"} | april
    assert seen(f"where={where(['amount', 'above', '150'])}") == {"Bellows", "Drill"} | april
    assert seen(f"where={where(['amount', 'above', '150'])}&owner={members['member'].pk}") == {"Bellows"} | april
    assert seen("q=anv") == {"Anvil"}
    assert seen(f"where={where(['amount', 'above', 'much'])}") == set()
    gone = cast["reader"].get(f"/deals/?where={where(['custom_gone', 'filled'])}{way}").content.decode()
    assert (on(gone), "custom_gone" in gone) == ({"Anvil", "Bellows", "Drill"} | april, True)


def test_the_board_adds_up_only_what_it_shows_and_moves_within_it(cast, deals, tenant):
    url = f"/deals/?where={where(['amount', 'above', '150'])}"
    board = cast["member"].get(url).context["board"]
    assert (board.totals.count, board.totals.value) == (3, 900)

    to = board.columns[1].stage
    here = {"HX-Current-URL": f"http://acme.localhost{url}", **HTMX}
    moved = cast["member"].post(f"/deals/{deals[1].pk}/move/", {"stage": to.pk}, headers=here)
    parts = moved.content.decode().split('class="board-column"')
    assert [on(part) for part in parts[1:4]] == [{"Chisel", "Drill"}, {"Bellows"}, set()]


def test_a_saved_view_opens_in_the_way_in_which_it_was_saved(cast, api, deals, tenant):
    state = f"view=calendar&where={where(['owner', 'is', 'me'])}"
    cast["member"].post(f"/views/deal/new/?{state}&month=2026-03", {"name": "My closings", "sharing": "everyone"})
    with entered(tenant):
        view = SavedView.objects.get(name="My closings")
    opened = cast["member"].get(f"/views/{view.pk}/").url

    assert "view=calendar" in opened
    assert "month" not in opened
    answer = api(
        "{ savedViews(first: 3) { edges { node { name layout records { nodes { ... on Deal { name } } } } } } }"
    )
    node = answer["data"]["savedViews"]["edges"][0]["node"]
    assert (node["layout"], node["records"]["nodes"]) == ("calendar", [{"name": "Drill"}])


def test_the_deals_begin_with_the_view_that_somebody_chose(cast, deals, tenant):
    cast["member"].post("/views/deal/new/?view=table&sort=amount", {"name": "By worth", "sharing": "private"})
    with entered(tenant):
        view = SavedView.objects.get(name="By worth")
    cast["member"].post(f"/views/{view.pk}/default/?on=1")

    assert cast["member"].get("/deals/").url == view.get_absolute_url()
    assert cast["member"].get("/deals/?saved=none").status_code == 200
    assert cast["reader"].get("/deals/").status_code == 200


def test_the_filter_holds_short_filters_of_an_address_as_conditions(cast, deals, members):
    url = f"/views/deal/conditions/?view=table&owner={members['member'].pk}&where={where(['amount', 'above', '150'])}"
    form = cast["reader"].get(url, headers=HTMX).content.decode()
    assert re.findall(r'name="operator-(\d)"', form) == ["0", "1"]

    given = {"match-": "all", "field-0": "owner", "operator-0": "is", "value-0": "nobody", "do": "show"}
    led = cast["reader"].post(url, given, headers=HTMX)["HX-Redirect"]
    assert led == "/deals/?view=table&where=" + quote('{"all":[["owner","is","nobody"]]}', safe="")


def test_stale_deals_are_a_condition_like_any_other(cast, deals, tenant):
    with entered(tenant):
        deals[0].stage.stale_after_days = 1
        deals[0].stage.save()
        type(deals[0]).objects.filter(pk=deals[0].pk).update(
            entered_stage_at=deals[0].entered_stage_at - timedelta(days=900)
        )

    def seen(operator):
        return on(cast["reader"].get(f"/deals/?where={where(['stale', operator])}").content.decode())

    assert "Anvil" in seen("yes")
    assert "Anvil" not in seen("no")


def test_the_calendar_of_activities_obeys_conditions_and_is_saved_as_a_view(cast, tenant, members, now):
    with entered(tenant):
        for subject in ("Call Ann", "Call Bob"):
            activities.create_activity(
                kind="call", subject=subject, start_at=now, owner=members["member"], by=members["owner"], now=now
            )
    url = f"/calendar/?view=month&date={now:%Y-%m-%d}&of=all&where={where(['subject', 'contains', 'ann'])}"
    page = cast["reader"].get(url).content.decode()
    assert ("Call Ann" in page, "Call Bob" in page) == (True, False)
    [save] = re.findall(r'hx-get="(/views/activity/new/[^"]+)"', page)

    cast["reader"].post(save.replace("&amp;", "&"), {"name": "Anns", "sharing": "private"})
    with entered(tenant):
        view = SavedView.objects.get(name="Anns")
    led = cast["reader"].get(f"/views/{view.pk}/").url
    assert led.startswith("/calendar/?")
    assert "date=" not in led


def test_no_calendar_shows_a_day_that_a_role_hides(cast, deals, tenant, members, now):
    with entered(tenant):
        hidden = {"deal": {"close_date": "hidden"}}
        role = create_role(name="No days", base="member", rights={}, field_rights=hidden, by=members["owner"], now=now)
        give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=members["owner"], now=now)
    page = cast["member"].get("/deals/?view=calendar&month=2026-03").content.decode()
    assert on(page) == {"Anvil", "Bellows", "Chisel", "Drill"}
