"""The pages of deals: who sees what, who may do what, what the board shows, what a conflict says."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from strawberry.relay.utils import to_base64

from triptych.core_crm.activities.actions import create_task
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.contacts.actions import create_company, create_contact
from triptych.core_crm.deals import actions
from triptych.core_crm.deals.models import Deal, Stage
from triptych.platform import clock
from triptych.platform.scope import entered

pytestmark = pytest.mark.django_db

BOARD = {"HX-Request": "true", "HX-Current-URL": "http://acme.localhost/deals/"}
HTMX = {"HX-Request": "true"}
EVERYBODY = [("owner", 200), ("member", 200), ("reader", 200), ("outsider", 302), ("stranger", 302)]


@pytest.fixture
def stages(tenant):
    with entered(tenant):
        return {stage.name: stage for stage in Stage.objects.select_related("pipeline")}


@pytest.fixture
def deal(tenant, members, now):
    with entered(tenant):
        company = create_company(name="Rossi Forgings", by=members["member"], now=now)
        return actions.create_deal(
            name="Forge for Quarz", amount=Decimal(1200), company=company, by=members["member"], now=now
        )


@pytest.fixture
def again(tenant):
    """A record as the database has it now."""

    def again(record):
        with entered(tenant):
            return type(record).objects.select_related("stage").get(pk=record.pk)

    return again


@pytest.mark.parametrize(("who", "status"), EVERYBODY)
@pytest.mark.parametrize("path", ["/deals/", "/deals/?view=table", "/deals/{pk}/", "/deals/pick/?q=quarz"])
def test_who_sees_deals(cast, deal, path, who, status):
    response = cast[who].get(path.format(pk=deal.pk))

    assert response.status_code == status
    assert ("Forge for Quarz" in response.content.decode()) == (status == 200)


def test_a_deal_of_another_tenant_is_not_there(cast, deal):
    client = cast["outsider"]
    client.defaults["SERVER_NAME"] = "globex.localhost"

    for path in (f"/deals/{deal.pk}/", f"/deals/{deal.pk}/edit/"):
        response = client.get(path)
        assert (response.status_code, "Quarz" in response.content.decode()) == (404, False)
    assert "Quarz" not in client.get("/deals/").content.decode()


@pytest.mark.parametrize(
    ("who", "stage"),
    [
        ("owner", "Meeting"),
        ("member", "Meeting"),
        ("reader", "Qualification"),
        ("outsider", "Qualification"),
        ("stranger", "Qualification"),
    ],
)
def test_only_who_may_change_a_deal_moves_it(cast, deal, stages, again, who, stage):
    response = cast[who].post(f"/deals/{deal.pk}/move/", {"stage": stages["Meeting"].pk}, headers=BOARD)

    expected = {"reader": 403, "outsider": 204, "stranger": 204}.get(who, 200)
    assert (response.status_code, again(deal).stage.name) == (expected, stage)


@pytest.mark.parametrize("act", ["edit/", "delete/", "reopen/", "files/", "people/", "facts/name/"])
def test_a_reader_changes_nothing(cast, deal, again, act):
    before = again(deal)

    response = cast["reader"].post(f"/deals/{deal.pk}/{act}", {"name": "Mine now"})

    after = again(deal)
    assert (response.status_code, after.version, after.deleted_at) == (403, before.version, None)


def test_a_reader_sees_no_buttons(cast, deal):
    page = cast["reader"].get(f"/deals/{deal.pk}/").content.decode()
    board = cast["reader"].get("/deals/").content.decode()

    for button in ("Edit", "Won</button>", "Add note", "hx-post"):
        assert button not in page
    assert ("New deal" in board, "data-bs-toggle=\"dropdown\" aria-expanded=\"false\" aria-label=\"Move" in board) == (
        False, False,
    )  # fmt: skip


def test_a_drop_answers_with_the_board_and_its_new_sums(cast, deal, stages):
    response = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Proposal"].pk}, headers=BOARD)

    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#board", "outerHTML")
    assert columns(response) == {
        "Qualification": (0, []), "Meeting": (0, []), "Proposal": (1, ["Forge for Quarz"]), "Negotiation": (0, []),
        "Won": (0, []), "Lost": (0, []),
    }  # fmt: skip
    assert "€1,200" in response.content.decode()
    assert "€600</span> weighted" in response.content.decode()


def columns(response):
    """Count and card titles of each column of a board."""
    found = {}
    for section in response.content.decode().split('<section class="board-column"')[1:]:
        label = re.search(r'aria-label="([^"]+)"', section)[1]
        count = int(re.search(r'<span class="count">(\d+)</span>', section)[1])
        found[label] = (count, re.findall(r'class="board-card-title"[^>]*>([^<]+)<', section))
    return found


def test_losing_on_the_board_asks_why_first(cast, deal, stages, again):
    lost = stages["Lost"].pk

    asked = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": lost}, headers=BOARD)
    assert "Why was it lost?" in asked.content.decode()
    assert again(deal).stage.name == "Qualification"

    empty = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": lost, "lost_reason": " "}, headers=BOARD)
    assert (empty.status_code, "Say in a few words" in empty.content.decode()) == (422, True)

    said = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": lost, "lost_reason": "Price"}, headers=BOARD)
    assert (said.status_code, said["HX-Trigger"][:6]) == (200, '{"done')
    assert (again(deal).stage.name, again(deal).lost_reason) == ("Lost", "Price")


def test_without_scripts_a_lost_deal_asks_on_a_page(cast, deal, stages, again):
    asked = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Lost"].pk})
    assert "<h1>Why was “Forge for Quarz” lost?" in asked.content.decode()

    said = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Lost"].pk, "lost_reason": "Timing"})
    assert (said.status_code, said["Location"], again(deal).lost_reason) == (302, f"/deals/{deal.pk}/", "Timing")


def test_a_card_that_somebody_else_moved_is_not_moved_again(cast, deal, stages, again, tenant, members, now):
    with entered(tenant):
        actions.move_deal(deal=deal, to=stages["Negotiation"], by=members["owner"], now=now)

    response = cast["member"].post(
        f"/deals/{deal.pk}/move/", {"stage": stages["Meeting"].pk, "seen_in": stages["Qualification"].pk}, headers=BOARD
    )

    assert "in the meantime" in response["HX-Trigger"]
    assert again(deal).stage.name == "Negotiation"


@pytest.mark.parametrize("stage", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "\0"])
def test_a_move_to_nowhere_is_a_sentence(cast, deal, again, stage):
    response = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stage}, headers=BOARD)

    assert (response.status_code, again(deal).stage.name) == (200, "Qualification")
    assert "This deal cannot go there." in response["HX-Trigger"]


def test_a_move_can_be_undone_and_a_closed_deal_reopened(cast, deal, stages, again):
    member = cast["member"]
    member.post(f"/deals/{deal.pk}/move/?stage={stages['Meeting'].pk}")
    assert again(deal).stage.name == "Meeting"
    member.post(f"/deals/{deal.pk}/move/", {"stage": stages["Won"].pk})
    member.post(f"/deals/{deal.pk}/reopen/?to={stages['Meeting'].pk}")

    assert (again(deal).stage.name, again(deal).closed_at) == ("Meeting", None)


@pytest.mark.parametrize("stage", ["Meeting", "Won"])
def test_the_undo_of_a_move_brings_back_how_the_deal_stood(cast, tenant, members, deal, stages, again, stage):
    entered_at = deal.entered_stage_at - timedelta(days=40)
    with entered(tenant):
        actions.update_deal(deal=deal, probability=55, by=members["member"], now=clock.now())
        Deal.objects.filter(pk=deal.pk).update(entered_stage_at=entered_at)

    response = cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages[stage].pk}, headers=BOARD)
    [undo] = re.findall(r'"undo": "([^"]+)"', response["HX-Trigger"])
    assert (again(deal).stage.name, again(deal).probability != 55) == (stage, True)
    cast["member"].post(undo)

    back = again(deal)
    assert (back.stage.name, back.closed_at) == ("Qualification", None)
    assert (back.probability, back.entered_stage_at) == (55, entered_at)

    cast["member"].post(f"/deals/{deal.pk}/move/", {"stage": stages["Meeting"].pk})
    cast["member"].post(undo.replace("reopen/?to=", "move/?stage="))
    assert (again(deal).stage.name, again(deal).entered_stage_at > entered_at) == ("Qualification", True)


def test_the_board_shows_what_comes_next_and_only_so_many_cards(cast, tenant, members, stages):
    now, by = clock.now(), members["owner"]
    with entered(tenant):
        for number in range(23):
            actions.create_deal(name=f"Deal {number:02}", by=by, now=now - timedelta(days=number))
        late = actions.create_deal(name="Late one", by=by, now=now, amount=Decimal("99.50"))
        create_task(subject="Call", due_at=now - timedelta(days=2), records=[RecordRef.of(late)], by=by, now=now)

    first = cast["member"].get("/deals/")
    count, cards = columns(first)["Qualification"]
    assert (count, len(cards), cards[:2]) == (24, 20, ["Late one", "Deal 00"])
    card = first.content.decode().split("Late one</a>")[1].split("</li>")[0]
    assert ('class="nowrap late"' in card, "2 days ago" in card, "€99.50" in card) == (True, True, True)

    more = re.search(r'href="(\?pipeline=[^"]+more=[^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    assert len(columns(cast["member"].get(f"/deals/{more}"))["Qualification"][1]) == 24


def test_mine_shows_mine(cast, deal, tenant, members, now):
    with entered(tenant):
        actions.create_deal(name="The owner's", by=members["owner"], now=now)

    assert columns(cast["member"].get("/deals/?owner=me"))["Qualification"] == (1, ["Forge for Quarz"])


def test_a_new_deal_with_a_new_company(cast, tenant, members, stages):
    fields = {"name": "Press", "amount": "12.50", "currency": "usd", "company": "Neue Werke"}
    response = cast["member"].post(
        "/deals/new/", {**fields, "stage": stages["Meeting"].pk, "owner": members["reader"].pk}
    )

    with entered(tenant):
        made = Deal.objects.select_related("company", "owner", "stage").get(name="Press")
    assert (response.status_code, response["Location"]) == (302, f"/deals/{made.pk}/")
    assert (made.amount, made.currency, made.company.name, made.owner.role, made.stage.name) == (
        Decimal("12.50"), "USD", "Neue Werke", "reader", "Meeting",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required"),
        ("name", "x" * 201, "at most 200 characters"),
        ("amount", "-1", "greater than or equal to 0"),
        ("amount", "twelve", "Enter a number"),
        ("amount", "1.005", "no more than 2 decimal"),
        ("currency", "ABC", "is no currency"),
        ("close_date", "31.12.2026", "valid date"),
        ("stage", "nonsense", "Choose one of the stages"),
        ("primary_contact", "nonsense", "no longer there"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(cast, tenant, stages, field, value, said):
    fields = {"name": "Press", "currency": "EUR", "stage": stages["Meeting"].pk, field: value}
    response = cast["member"].post("/deals/new/", fields)

    with entered(tenant):
        assert not Deal.objects.exists()
    assert response.status_code == 422
    assert said in re.search(rf'id="id_{field}_error">(.*?)</div>', response.content.decode(), re.S)[1]


def test_a_fact_is_edited_in_place(cast, deal, again):
    member, url = cast["member"], f"/deals/{deal.pk}/facts/next_step/"
    assert 'name="next_step"' in member.get(url, headers=HTMX).content.decode()

    saved = member.post(url, {"next_step": "Send the offer", "version": 1}, headers=HTMX)

    assert "Send the offer" in saved.content.decode()
    assert (again(deal).next_step, again(deal).version) == ("Send the offer", 2)


def test_whoever_saves_second_sees_both_versions_and_chooses(cast, deal, again):
    cast["owner"].post(f"/deals/{deal.pk}/facts/amount/", {"amount": "900", "version": 1}, headers=HTMX)
    mine = {"name": "Forge, big", "amount": "1500", "currency": "EUR", "company": str(deal.company_id), "version": 1}

    conflict = cast["member"].post(f"/deals/{deal.pk}/edit/", mine)
    page = conflict.content.decode()
    assert (conflict.status_code, "1500" in page, "900.00" in page) == (409, True, True)
    assert (again(deal).amount, again(deal).name) == (Decimal(900), "Forge for Quarz")

    cast["member"].post(f"/deals/{deal.pk}/edit/", {**mine, "version": 2, "take-amount": "theirs"})
    assert (again(deal).amount, again(deal).name) == (Decimal(900), "Forge, big")


def test_an_amount_of_lines_is_not_typed(cast, deal, again, tenant, members, now):
    with entered(tenant):
        actions.set_amount_from_lines(deal=deal, amount=Decimal("77.70"), by=members["member"], now=now)

    assert cast["member"].get(f"/deals/{deal.pk}/facts/amount/", headers=HTMX).status_code == 404
    assert 'name="amount"' not in cast["member"].get(f"/deals/{deal.pk}/edit/").content.decode()
    assert (again(deal).amount, again(deal).amount_is_total) == (Decimal("77.70"), True)


def test_a_deleted_deal_is_gone_and_comes_back(cast, deal, again):
    member = cast["member"]
    assert member.post(f"/deals/{deal.pk}/delete/")["Location"] == "/deals/"
    assert member.get(f"/deals/{deal.pk}/").status_code == 404
    assert columns(member.get("/deals/"))["Qualification"] == (0, [])
    assert "Quarz" not in member.get("/deals/pick/?q=quarz").content.decode()

    for _again in range(2):
        assert member.post(f"/deals/{deal.pk}/restore/")["Location"] == f"/deals/{deal.pk}/"
    assert again(deal).deleted_at is None
    assert "Quarz" in member.get("/deals/pick/?q=quarz").content.decode()


def test_people_join_and_leave_a_deal(cast, deal, tenant, members, now):
    with entered(tenant):
        contact = create_contact(first_name="Ilse", last_name="Berg", by=members["member"], now=now)
    member = cast["member"]

    member.post(f"/deals/{deal.pk}/people/", {"contact": contact.pk, "role": "decision_maker"}, headers=HTMX)
    page = member.get(f"/deals/{deal.pk}/").content.decode()
    assert ("Ilse Berg" in page, "Decision Maker" in page) == (True, True)
    assert "Forge for Quarz" in member.get(contact.get_absolute_url()).content.decode()

    member.post(f"/deals/{deal.pk}/people/{contact.pk}/remove/")
    assert "Ilse Berg" not in member.get(f"/deals/{deal.pk}/").content.decode()


def test_the_table_filters_and_exports(cast, deal, tenant, members, stages, now):
    with entered(tenant):
        won = actions.create_deal(name="=Sold", by=members["owner"], now=now, amount=Decimal(5))
        actions.move_deal(deal=won, to=stages["Won"], by=members["owner"], now=now)

    table = cast["reader"].get("/deals/?view=table&state=won").content.decode()
    assert ("=Sold" in table, "Forge for Quarz" in table) == (True, False)
    export = b"".join(cast["reader"].get("/deals/export/?state=won").streaming_content).decode("utf-8-sig")
    assert export.splitlines()[1].startswith("'=Sold,,Won,5.00,")


@pytest.fixture
def renewals(tenant, members, now):
    """Another pipeline; its stage “Proposal” wants a next step."""
    with entered(tenant):
        made = actions.create_pipeline(name="Renewals", by=members["owner"], now=now)
        made.stages.filter(name="Proposal").update(required_fields=["next_step"])
        return {stage.name: stage for stage in made.stages.select_related("pipeline")}


def test_a_deal_goes_on_in_another_pipeline_and_back_from_one_that_was_retired(
    cast, api, tenant, deal, stages, renewals, again
):
    page, member = f"/deals/{deal.pk}/", cast["member"]
    shown = member.get(page).content.decode()
    assert ("Another pipeline" in shown, str(renewals["Meeting"].pk) in shown) == (True, True)
    assert (str(renewals["Won"].pk) in shown, "Another pipeline" in cast["reader"].get(page).content.decode()) == (
        False, False,
    )  # fmt: skip

    asked = member.post(f"{page}move/", {"stage": renewals["Proposal"].pk}, headers=HTMX)
    assert ("needs a little more" in asked.content.decode(), again(deal).stage) == (True, stages["Qualification"])
    member.post(f"{page}move/", {"stage": renewals["Meeting"].pk}, headers=HTMX)
    moved = again(deal)
    assert (moved.stage, moved.pipeline_id) == (renewals["Meeting"], renewals["Meeting"].pipeline_id)

    with entered(tenant):
        type(moved.stage.pipeline).objects.filter(pk=moved.pipeline_id).update(is_active=False)
    move = "mutation($deal: ID!, $to: ID!) { moveDeal(input: {id: $deal, stage: $to}) { problems { code } } }"
    ids = {name: to_base64("Stage", str(stages[name].pk)) for name in ("Meeting", "Won")}
    answers = [
        api(move, who=who, deal=to_base64("Deal", str(deal.pk)), to=ids[name])["data"]["moveDeal"]["problems"]
        for who, name in (("reader", "Meeting"), ("member", "Won"), ("member", "Meeting"))
    ]
    assert answers == [[{"code": "FORBIDDEN"}], [{"code": "MOVE_REFUSED"}], []]
    assert (again(deal).stage, "Another pipeline" in member.get(page).content.decode()) == (stages["Meeting"], False)


def test_stages_of_several_pipelines_are_told_apart_where_many_deals_are_moved(cast, deal, renewals):
    dialog = cast["member"].post("/deals/bulk/change/", {"row": [deal.pk], "field": "stage"}, headers=HTMX)

    assert ("Sales · Meeting" in dialog.content.decode(), "Renewals · Meeting" in dialog.content.decode()) == (
        True,
        True,
    )
