"""A list as a board: its columns and cards, how they are moved and by whom, and what it costs."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from triptych.core_crm.activities import actions as activities
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.cases.models import Case
from triptych.core_crm.contacts.actions import create_contact
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.custom_fields import actions as custom_fields
from triptych.core_crm.deals.actions import create_deal
from triptych.core_crm.leads.actions import create_lead
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.lists.models import PastAct, SavedView
from triptych.core_crm.rights.actions import create_role, give_role
from triptych.platform import clock
from triptych.platform.scope import entered
from triptych.tenants.members.models import Member

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
STATUS = "/cases/?view=all&shape=board"


def columns(page):
    """`{label: (count, names of the cards)}` of a board."""
    found = {}
    for part in page.content.decode().split('<section class="board-column"')[1:]:
        label = re.search(r'aria-label="([^"]*)"', part)[1]
        count = int(re.sub(r"\D", "", re.search(r'class="count">(.*?)</h2>', part, re.S)[1]))
        found[label] = (count, re.findall(r'class="board-card-title"[^>]*>([^<]*)<', part))
    return found


def move(client, url, record, value, **more):
    """What the board answers when the card of the record is dropped on the column of that value."""
    home, _mark, state = url.partition("?")
    given = {"row": record.pk, "value": value, "version": record.version, **more}
    return client.post(f"{home}bulk/move/?{state}", given, headers=HTMX)


def toasts(answer):
    return [one["text"] for one in json.loads(answer["HX-Trigger"])["toasts"]["list"]]


def undo_of(answer):
    return json.loads(answer["HX-Trigger"])["toasts"]["list"][0]["undo"]


@pytest.fixture
def cases(tenant, members, now):
    """Printer is new, Phone urgent and the member's, Fax closed long ago, Pager a duplicate since today."""
    rows = [
        ("Printer", "new", "normal", None, None),
        ("Phone", "assigned", "urgent", members["member"], None),
        ("Fax", "closed", "low", members["owner"], clock.now() - timedelta(days=90)),
        ("Pager", "duplicate", "normal", None, clock.now()),
    ]
    made = [
        Case(
            number=n, subject=subject, status=status, priority=priority, owner=owner, resolved_at=resolved,
            created_at=now, updated_at=now, last_message_at=now,
        )
        for n, (subject, status, priority, owner, resolved) in enumerate(rows, 1)
    ]  # fmt: skip
    with entered(tenant):
        return {case.subject: case for case in Case.objects.bulk_create(made)}


@pytest.fixture
def role_given(tenant, members, now):
    """`role_given({"case": …}, {"case": {"priority": "hidden"}})` is the role of the member of the cast."""

    def give(rights, fields=None):
        with entered(tenant):
            by = members["owner"]
            role = create_role(name="Desk", base="member", rights=rights, field_rights=fields or {}, by=by, now=now)
            give_role(member=Member.objects.get(pk=members["member"].pk), role=role, by=by, now=now)

    return give


def test_a_board_shows_what_fits_by_the_field_of_its_address(cast, cases):
    board = columns(cast["reader"].get(STATUS))
    assert list(board) == ["New", "Assigned", "Pending", "Closed", "Rejected", "Duplicate"]
    assert board["New"] == (1, ["#1 Printer"])
    assert board["Pending"] == (0, [])

    filtered = columns(cast["reader"].get(f"{STATUS}&by=priority&owner={cases['Phone'].owner_id}"))
    assert filtered["Urgent"] == (1, ["#2 Phone"])
    assert sum(count for count, _names in filtered.values()) == 1

    owners = columns(cast["reader"].get(f"{STATUS}&by=owner"))
    assert owners["Nobody"] == (2, ["#4 Pager", "#1 Printer"])

    gone = cast["reader"].get(f"{STATUS}&by=shoe_size")
    assert columns(gone) == board
    assert "shoe_size" in gone.content.decode()


def test_the_board_of_open_cases_shows_what_was_resolved_lately(cast, cases):
    for address in ("/cases/?view=board", "/cases/?shape=board"):
        board = columns(cast["reader"].get(address))
        assert (board["Closed"][0], board["Duplicate"][0], board["Assigned"][0]) == (0, 1, 1)
    assert "Pager" not in cast["reader"].get("/cases/").content.decode()


def test_a_card_is_moved_and_undone(cast, cases, tenant):
    answer = move(cast["member"], f"{STATUS}&by=priority", cases["Printer"], "urgent")

    assert columns(answer)["Urgent"][1] == ["#2 Phone", "#1 Printer"]
    assert toasts(answer) == ["#1 Printer is in “Urgent” now."]
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#board", "outerHTML")

    back = cast["member"].post(undo_of(answer), headers={"Referer": f"http://acme.localhost{STATUS}&by=priority"})
    assert back.url == f"{STATUS}&by=priority"
    assert columns(cast["member"].get(back.url))["Normal"][1] == ["#4 Pager", "#1 Printer"]
    assert "No bulk changes yet" in cast["member"].get("/acts/").content.decode()


def test_a_board_without_scripts_comes_back(cast, cases):
    answer = cast["member"].post(
        "/cases/bulk/move/?view=all&shape=board", {"row": cases["Printer"].pk, "value": "closed"}
    )
    assert answer.url == STATUS


@pytest.mark.parametrize(
    ("address", "value", "version", "said"),
    [
        (STATUS, "closed", 7, "Somebody changed this record while you were editing it."),
        (STATUS, "duplicate", 1, "No card can be moved there. Choose another column."),
        (STATUS, "eaten", 1, "No card can be moved there. Choose another column."),
        (f"{STATUS}&by=gone", "closed", 1, "The columns of this board are gone. Choose others."),
        (f"{STATUS}&by=owner", "0197e2d4-0000-7000-8000-000000000000", 1, "This person is no longer there."),
        (f"{STATUS}&by=owner", "nobody", 1, "This person is no longer there."),
    ],
)
def test_what_cannot_be_moved_is_said_and_stays(cast, cases, tenant, address, value, version, said):
    answer = move(cast["member"], address, cases["Printer"], value, version=version)

    assert answer.status_code == 200
    assert toasts(answer)[0].startswith(said)
    with entered(tenant):
        assert (Case.objects.get(pk=cases["Printer"].pk).version, PastAct.objects.count()) == (1, 0)


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("outsider", 204), ("stranger", 204)])
def test_who_may_not_write_moves_nothing(cast, cases, tenant, who, status):
    assert move(cast[who], STATUS, cases["Printer"], "closed").status_code == status
    with entered(tenant):
        assert Case.objects.get(pk=cases["Printer"].pk).status == "new"
    assert "data-move-url" not in cast["reader"].get(STATUS).content.decode()


def test_a_card_that_is_not_there_is_not_found(cast, cases):
    assert move(cast["member"], STATUS, Case(pk=cases["Printer"].pk, version=1), "closed", row="1").status_code == 404
    gone = Case(pk="0197e2d4-0000-7000-8000-000000000000", version=1)
    assert move(cast["member"], STATUS, gone, "closed").status_code == 404


def test_a_role_that_changes_only_its_own_moves_only_those(cast, cases, role_given, tenant):
    role_given({"case": {"read": "all", "create": "own", "change": "own", "delete": "own", "export": "own"}})
    page = cast["member"].get(STATUS).content.decode()
    assert [f'id="{case.pk}" data-move-url' in page for case in cases.values()] == [False, True, False, False]

    answer = move(cast["member"], STATUS, cases["Fax"], "new")
    assert "your own" in toasts(answer)[0]
    assert columns(answer)["Closed"][1] == ["#3 Fax"]


def test_giving_a_lead_up_asks_why_first(cast, tenant, members, now):
    with entered(tenant):
        lead = create_lead(last_name="Rossi", by=members["owner"], now=now)
    url = "/leads/?view=board"
    asked = move(cast["member"], url, lead, "dead")
    assert (asked["HX-Retarget"], "Why they are given up" in asked.content.decode()) == ("#dialog", True)
    again = move(cast["member"], url, lead, "dead", asked="1")
    assert (again.status_code, "Say in a few words" in again.content.decode()) == (422, True)

    done = move(cast["member"], url, lead, "dead", asked="1", **{"also-lost_reason": "Too dear"})
    assert columns(done)["Dead"] == (1, ["Rossi"])
    cast["member"].post(undo_of(done))
    with entered(tenant):
        lead = Lead.objects.get()
        assert (lead.status, lead.lost_reason) == ("new", "")
    assert toasts(move(cast["member"], url, lead, "converted"))[-1].startswith("No card can be moved there.")


def test_an_activity_goes_only_where_its_kind_does(cast, tenant, members, now):
    with entered(tenant):
        task = activities.create_activity(
            kind="task", subject="Write", owner=members["member"], by=members["owner"], now=now
        )
    url = "/activities/?shape=board"
    refused = move(cast["member"], url, task, "held")
    assert toasts(refused)[0].startswith("A task has one of these statuses")
    done = columns(move(cast["member"], url, task, "completed"))
    assert (done["Completed"], done["Not Started"]) == ((1, ["Write"]), (0, []))


@pytest.fixture
def tier(tenant, members, now):
    """A choice of contacts, Gold or Tin, and one contact who is Gold."""
    with entered(tenant):
        options = ["Gold", "Tin"]
        field = custom_fields.create_field(
            object="contact", kind="choice", label="Tier", options=options, by=members["owner"], now=now
        )
        gold = field.options[0]["name"]
        Contact(last_name="Rossi", custom={field.key: gold}, created_at=now, updated_at=now).save()
    return field


def test_own_choices_make_a_board(cast, tier, tenant):
    url = f"/contacts/?view=board&by={tier.list_name}"
    page = cast["member"].get("/contacts/?view=board")
    assert columns(page) == {"None": (0, []), "Gold": (1, ["Rossi"]), "Tin": (0, [])}
    with entered(tenant):
        rossi = Contact.objects.get()
    assert columns(move(cast["member"], url, rossi, tier.options[1]["name"]))["Tin"] == (1, ["Rossi"])
    rossi.version += 1
    emptied = move(cast["member"], url, rossi, "")
    assert columns(emptied)["None"] == (1, ["Rossi"])
    assert toasts(emptied) == ["Rossi is in “None” now."]


@pytest.mark.parametrize("right", ["seen_by", "changed_by"])
def test_a_field_that_is_hidden_or_only_read_is_not_moved(cast, tier, tenant, members, now, right):
    with entered(tenant):
        custom_fields.update_field(field=tier, by=members["owner"], now=now, **{right: "admins"})
        rossi = Contact.objects.get()
    url = f"/contacts/?view=board&by={tier.list_name}"
    page = cast["member"].get(url)
    assert ("Gold" in columns(page)) is (right == "changed_by")
    assert ("data-move-url" in page.content.decode()) is (right == "seen_by"), "contacts by owner are moved"

    refused = move(cast["member"], url, rossi, tier.options[1]["name"])
    assert ("gone" if right == "seen_by" else "not yours") in toasts(refused)[0]
    with entered(tenant):
        assert Contact.objects.get().version == 1


def test_deals_have_boards_by_other_fields_too(cast):
    board = cast["member"].get("/deals/?by=forecast_category").context["board"]
    assert [column.label for column in board.columns] == ["Omitted", "Pipeline", "Best case", "Commit", "Closed"]
    pipeline = cast["member"].get("/deals/").content.decode()
    assert 'href="/deals/?by=forecast_category"' in pipeline
    assert cast["member"].get("/deals/?by=stage").context["board"].pipeline.is_default


def test_a_saved_board_keeps_its_field_and_can_greet(cast, api, cases, tenant):
    state = "view=all&shape=board&by=priority&more=urgent:40"
    cast["owner"].post(f"/views/case/new/?{state}", {"name": "By urgency", "sharing": "private"})
    with entered(tenant):
        view = SavedView.objects.get()
    cast["owner"].post(f"/views/{view.pk}/default/?on=1")
    opened = cast["owner"].get("/cases/", follow=True)
    assert "by=priority" in opened.redirect_chain[-1][0]
    assert "more" not in opened.redirect_chain[-1][0]
    assert columns(opened)["Urgent"] == (1, ["#2 Phone"])

    [edge] = api("{ savedViews(first: 3) { edges { node { layout by } } } }")["data"]["savedViews"]["edges"]
    assert edge["node"] == {"layout": "board", "by": "priority"}
    made = api(
        'mutation { createSavedView(input: {object: "leads", name: "Stages", layout: "board"}) '
        "{ savedView { state layout by } problems { code } } }"
    )["data"]["createSavedView"]
    assert made["savedView"] == {"state": "view=board", "layout": "board", "by": "status"}


def test_a_board_costs_the_same_for_many(agreed_costs, cast, tenant, now, members):
    many = [
        Case(
            number=n, subject=f"Case {n}", status=Case.Status.values[n % 6], priority=Case.Priority.values[n % 4],
            owner=members["owner"] if n % 3 else None, created_at=now, updated_at=now, last_message_at=now,
        )
        for n in range(1, 1_501)
    ]  # fmt: skip
    with entered(tenant):
        Case.objects.bulk_create(many)
    agreed_costs(
        {
            "cases board": STATUS,
            "cases board by owner": f"{STATUS}&by=owner",
            "cases calendar": "/cases/?shape=calendar",
            "leads board": "/leads/?view=board",
            "activities board": "/activities/?shape=board",
            "contacts board": "/contacts/?view=board",
            "deals board by forecast": "/deals/?by=forecast_category",
        }
    )
    board = cast["owner"].get(STATUS)
    assert [(count, len(names)) for count, names in columns(board).values()] == [(250, 20)] * 6
    [more] = {one for one in re.findall(r'hx-get="([^"]+)"', board.content.decode()) if "more=new" in one}
    shown = columns(cast["owner"].get(f"/cases/{more}".replace("&amp;", "&"), headers=HTMX))
    assert [len(shown[one][1]) for one in ("New", "Assigned")] == [40, 20]


@pytest.mark.parametrize(
    ("by", "day", "shown"),
    [("", "created", {"#1 Printer", "#2 Phone", "#3 Fax", "#4 Pager"}), ("&by=resolved", "resolved", {"#4 Pager"})],
)
def test_any_list_stands_in_a_month_by_its_days(cast, cases, now, by, day, shown):
    url = f"/cases/?shape=calendar&view=all{by}&month={clock.now() if by else now:%Y-%m}"
    page = cast["reader"].get(url)
    month = page.context["month"]
    assert {str(record) for one in month.days for record in one.records} == shown
    assert month.by.name == day
    [on] = [one for one in month.days if one.count]
    table = cast["reader"].get(on.url).content.decode()
    assert all(name.partition(" ")[2] in table for name in shown)
    where = quote(json.dumps({"all": [["status", "is", "new"]]}))
    assert cast["reader"].get(f"{url}&where={where}").context["month"].count == (0 if by else 1)


def test_a_card_tells_nothing_of_activities_that_are_not_seen(cast, api, tenant, members, now, role_given):
    by, due = members["owner"], clock.now() + timedelta(days=400)
    with entered(tenant):
        made = [
            RecordRef("deal", create_deal(name="Windpark", by=by, now=now).pk),
            RecordRef("lead", create_lead(last_name="Windpark", by=by, now=now).pk),
            RecordRef("contact", create_contact(last_name="Windpark", by=by, now=now).pk),
        ]
        activities.create_activity(kind="task", subject="A", due_at=due, owner=by, records=made, by=by, now=now)
    asked = "{ deals { edges { node { nextUp } } } }"
    homes = ("/deals/", "/leads/?view=board", "/contacts/?view=board&by=owner")
    for who, told in (("owner", True), ("member", False)):
        if who == "member":
            role_given({"activity": dict.fromkeys(("read", "create", "change", "delete", "export"), "own")})
        pages = [cast[who].get(home).content.decode() for home in homes]
        assert [("Windpark" in page, f"{due:%Y-%m-%d}" in page) for page in pages] == [(True, told)] * 3
        assert (api(asked, who=who)["data"]["deals"]["edges"][0]["node"]["nextUp"] == "LATER") is told
