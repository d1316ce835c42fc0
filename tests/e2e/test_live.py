"""Two members at once, each in a browser of their own: what one changes the other sees, and nothing is torn away."""

import subprocess
import sys
import time

import httpx
import pytest

WAIT = 20_000


@pytest.fixture(scope="module")
def running(server):
    """Starts processes beside the web server, and ends what is left of them."""
    started = []

    def start(*command):
        process = subprocess.Popen([sys.executable, "-m", "triptych.cli", *command], env=server.environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def streams(server, running):
    """The process of streams, ready to be opened; called again it starts a new one."""
    port = server.environment["TRIPTYCH_STREAMS_PORT"]

    def start():
        process = running("streams", "--port", port)
        for _attempt in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=2, trust_env=False).is_success:
                    return process
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("The process of streams did not start.")

    start.first = start()
    return start


@pytest.fixture
def opened(visit, streams):
    """Opens a page of somebody and waits until it listens."""

    def opened(who, path="/deals/", **look):
        visitor = visit(who, **look)
        visitor.page.goto(visitor.server.url(path))
        listening(visitor.page)
        return visitor, visitor.page

    return opened


def listening(page):
    page.evaluate("htmx.trigger(document.body, 'notified')")
    page.wait_for_selector("html[data-live=on]", timeout=WAIT)


def new_deal(page, name):
    """Add a deal by its form; answers with its address."""
    page.goto(page.url.split("/deals/")[0] + "/deals/new/")
    page.fill("[name=name]", name)
    page.fill("[name=amount]", "1000")
    page.click("text=Add deal")
    page.wait_for_url("**/deals/*-*/")
    return page.url


def move(page, name, stage):
    page.click(f'[aria-label="Move {name} to…"]')
    with page.expect_response("**/move/"):
        page.click(f".dropdown-menu.show .dropdown-item >> text={stage}")


def card_in(stage, name):
    return f'.board-column[aria-label="{stage}"] >> text={name}'


def test_a_move_appears_on_the_other_board_by_itself_and_is_spoken(opened):
    _, ann = opened("owner")
    reader, ben = opened("reader")

    new_deal(ann, "Shared deal")
    ben.wait_for_selector(card_in("Qualification", "Shared deal"), timeout=WAIT)
    before = ben.locator('.board-column[aria-label="Meeting"] .count').inner_text()
    ann.goto(ann.url.split("/deals/")[0] + "/deals/")
    move(ann, "Shared deal", "Meeting")

    ben.wait_for_selector(card_in("Meeting", "Shared deal"), timeout=WAIT)
    assert int(ben.locator('.board-column[aria-label="Meeting"] .count').inner_text()) == int(before) + 1
    ben.wait_for_selector("#spoken:has-text('It is in Meeting.')", state="attached", timeout=WAIT)
    assert reader.refused() == []


def test_what_somebody_has_in_hand_is_not_torn_away(opened):
    _, ann = opened("owner")
    _, ben = opened("member")
    new_deal(ann, "Held deal")
    ben.wait_for_selector(card_in("Qualification", "Held deal"), timeout=WAIT)
    ann.goto(ann.url.split("/deals/")[0] + "/deals/")

    ben.click('[aria-label="Move Held deal to…"]')
    ben.wait_for_selector(".dropdown-menu.show")
    ben.evaluate("document.querySelector('.dropdown-menu.show').dataset.mine = '1'")
    with ben.expect_event("console", lambda line: line.text == "heard", timeout=WAIT):
        ben.evaluate("document.addEventListener('live:heard', () => console.log('heard'))")
        move(ann, "Held deal", "Proposal")
    assert ben.locator(".dropdown-menu.show[data-mine]").count() == 1

    ben.keyboard.press("Escape")
    ben.wait_for_selector(card_in("Proposal", "Held deal"), timeout=WAIT)


ASK = """
async ([query, variables]) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const answer = await fetch("/graphql/", {method: "POST", headers, body: JSON.stringify({query, variables})});
  return (await answer.json()).data;
}
"""


def test_the_page_of_a_record_says_who_changed_it_and_the_bell_rings(opened, running):
    running("worker")
    _, ann = opened("owner")
    url = new_deal(ann, "Watched deal")
    member, ben = opened("member", url[url.index("/deals/") :], width=360)
    assert ben.locator(".live-notice").is_hidden()

    ids = '{ deals(search: "Watched") { edges { node { id } } } members { edges { node { id role } } } }'
    found = ann.evaluate(ASK, [ids, {}])
    change = "mutation ($input: UpdateDealInput!) { updateDeal(input: $input) { problems { message } } }"
    owner = next(one["node"]["id"] for one in found["members"]["edges"] if one["node"]["role"] == "MEMBER")
    fields = {"id": found["deals"]["edges"][0]["node"]["id"], "name": "Watched deal, again", "owner": owner}
    assert ann.evaluate(ASK, [change, {"input": fields}]) == {"updateDeal": {"problems": []}}

    ben.wait_for_selector(".live-notice >> text=Changed by", timeout=WAIT)
    ben.wait_for_selector("#bell-count .bell-count", timeout=3 * WAIT)  # the worker may still be starting
    member.expect_sound()
    ben.click(".live-notice >> text=Show")
    ben.wait_for_selector("h1 >> text=Watched deal, again")
    assert ben.locator(".live-notice").is_hidden()


def test_without_the_streams_pages_work_and_they_catch_up_when_it_is_back(opened, streams):
    _, ann = opened("owner")
    reader, ben = opened("reader")

    streams.first.kill()
    streams.first.wait(10)
    ben.wait_for_selector("html:not([data-live])", timeout=WAIT)
    new_deal(ann, "Missed deal")
    ann.wait_for_selector("h1 >> text=Missed deal")
    assert ben.locator("text=Missed deal").count() == 0

    streams()
    ben.wait_for_selector(card_in("Qualification", "Missed deal"), timeout=2 * WAIT)
    assert reader.refused() == []


def test_activities_and_stages_appear_and_an_open_dialog_stays(opened):
    _, ann = opened("owner", "/settings/pipelines/")
    reader, ben = opened("member", "/calendar/?of=all&view=day")
    home = ann.url.split("/settings/")[0]

    ben.click("text=Add >> visible=true")
    ben.fill("#dialog [name=subject]", "Half typed")
    ann.goto(home + "/activities/new/?kind=meeting")
    ann.fill("[name=subject]", "Live meeting")
    ann.fill("[name=start_at]", ben.evaluate("document.querySelector('[data-day]').dataset.day") + "T10:00")
    with ben.expect_event("console", lambda line: line.text == "heard", timeout=WAIT):
        ben.evaluate("document.addEventListener('live:heard', () => console.log('heard'))")
        ann.click("button:text-is('Save')")
    assert ben.locator("#dialog [name=subject]").input_value() == "Half typed"
    assert ben.locator("#calendar >> text=Live meeting").count() == 0
    ben.keyboard.press("Escape")
    ben.wait_for_selector("#calendar >> text=Live meeting", timeout=WAIT)

    ben.goto(home + "/deals/")
    listening(ben)
    ann.goto(home + "/settings/pipelines/")
    ann.click('[aria-label="Change Negotiation"]')
    ann.fill("#dialog [name=name]", "Haggling")
    ann.click("#dialog button:text-is('Save')")
    ben.wait_for_selector('.board-column[aria-label="Haggling"]', timeout=WAIT)
    assert reader.refused() == []
