"""The board in a real browser: a card dragged, moved by its menu and the keyboard, and lost with its reason."""

import pytest


@pytest.fixture
def board(visit):
    """The board with one deal of this test, and the deal's name."""

    def open_with(name):
        visitor = visit("owner")
        page = visitor.open("/deals/new/")
        page.fill("[name=name]", name)
        page.fill("[name=amount]", "1000")
        page.click("text=Add deal")
        page.wait_for_url("**/deals/*-*/")
        return visitor, visitor.open("/deals/")

    return open_with


def column_of(page, name):
    return page.locator(".board-column", has=page.locator(".board-card-title", has_text=name)).get_attribute(
        "aria-label"
    )


def drag(page, name, target):
    """Take the card of that name with the mouse and drop it on `target`, in steps as a hand does."""
    start = page.locator(".board-card", has_text=name).bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + start["height"], steps=5)
    page.wait_for_selector("body.dragging")
    over = page.locator(f"{target} .board-card")
    for step in range(60):
        # The zones open while the card is held and the board still moves: a hand follows until the card is taken in.
        end = page.locator(target).bounding_box()
        page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20 + step % 6, steps=6)
        if over.count():
            break
        page.wait_for_timeout(50)
    page.mouse.up()


def test_a_card_is_dragged_to_the_next_column(board):
    visitor, page = board("Dragged deal")

    with page.expect_response("**/move/"):
        drag(page, "Dragged deal", '.board-column[aria-label="Meeting"] .board-cards')

    page.wait_for_selector('.board-column[aria-label="Meeting"] >> text=Dragged deal')
    page.wait_for_selector(".toast-line >> text=is in Meeting now")
    page.wait_for_function("document.getElementById('spoken').textContent.includes('Meeting')")
    page.reload()
    assert column_of(page, "Dragged deal") == "Meeting"
    assert visitor.refused() == []


def test_a_card_is_moved_by_its_menu_and_the_keyboard_alone(board):
    visitor, page = board("Typed deal")

    page.locator('[aria-label="Move Typed deal to…"]').focus()
    page.keyboard.press("Enter")
    page.locator(".dropdown-menu.show .dropdown-item", has_text="Proposal").focus()
    with page.expect_response("**/move/"):
        page.keyboard.press("Enter")

    page.wait_for_selector('.board-column[aria-label="Proposal"] >> text=Typed deal')
    page.locator(".toast-line >> text=Undo").click()
    page.wait_for_selector('.board-column[aria-label="Qualification"] >> text=Typed deal')
    assert visitor.refused() == []


def test_losing_asks_why_in_a_dialog(board):
    visitor, page = board("Lost deal")

    page.click('[aria-label="Move Lost deal to…"]')
    page.click(".dropdown-menu.show >> text=Lost")
    page.wait_for_selector("#dialog[open] >> text=Why was it lost?")
    assert column_of(page, "Lost deal") == "Qualification"
    page.click("#dialog >> text=Mark as lost")
    page.wait_for_selector("#dialog >> text=Say in a few words")
    page.fill("#dialog [name=lost_reason]", "Price")
    page.click("#dialog >> text=Mark as lost")

    page.wait_for_selector('.board-column[aria-label="Lost"] >> text=Lost deal')
    assert not page.locator("#dialog[open]").count()
    assert visitor.refused() == []


def test_dragging_onto_the_lost_zone_asks_too_and_cancelling_leaves_the_card(board):
    visitor, page = board("Kept deal")
    drag(page, "Kept deal", ".drop-zone.tone-red")

    page.wait_for_selector("#dialog[open] >> text=Why was it lost?")
    page.click("#dialog >> text=Cancel")
    assert column_of(page, "Kept deal") == "Qualification"
    assert visitor.refused() == []


def test_a_lead_is_dragged_moved_by_the_keyboard_and_given_up(visit):
    visitor = visit("owner")
    page = visitor.open("/leads/new/")
    page.fill("[name=last_name]", "Boarder")
    page.click("main .form-actions button >> nth=0")
    page.wait_for_url("**/leads/*-*/")
    page = visitor.open("/leads/?view=board&q=boarder")

    with page.expect_response("**/bulk/move/**"):
        drag(page, "Boarder", '.board-column[aria-label="In Process"] .board-cards')
    page.wait_for_selector('.board-column[aria-label="In Process"] >> text=Boarder')
    page.wait_for_function("document.getElementById('spoken').textContent.includes('In Process')")
    page.reload()
    assert column_of(page, "Boarder") == "In Process"

    visitor.look(360, "light")
    page.locator('[aria-label="Move Boarder to…"]').focus()
    page.keyboard.press("Enter")
    page.locator(".dropdown-menu.show .dropdown-item", has_text="Dead").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] >> text=Why they are given up")
    assert column_of(page, "Boarder") == "In Process"
    page.fill("#dialog [name=also-lost_reason]", "Chose another")
    page.keyboard.press("Enter")
    page.wait_for_selector('.board-column[aria-label="Dead"] >> text=Boarder')
    assert not page.locator("#dialog[open]").count()

    page.locator(".toast-line >> text=Undo").last.click()
    page.wait_for_selector('.board-column[aria-label="In Process"] >> text=Boarder')
    assert "view=board" in page.url
    assert visitor.refused() == []


def test_a_deals_page_is_sound(board):
    visitor, page = board("Sound deal")
    page.click("text=Sound deal")
    page.wait_for_url("**/deals/*-*/")

    visitor.expect_sound()


def test_a_case_and_its_conversation_are_sound(visit):
    visitor = visit("owner")
    page = visitor.open("/cases/new/")
    page.fill("[name=subject]", "It stopped")
    page.click("text=Open case")
    page.wait_for_url("**/cases/*-*/")
    page.fill("[name=reply-body]", "We are on our way.")
    page.click("#compose-reply >> text=Reply")
    page.wait_for_selector(".said-ours >> text=We are on our way.")
    page.click("text=Internal note")
    page.fill("[name=note-body]", "Take the ladder.")
    page.click("text=Add note >> visible=true")
    page.wait_for_selector(".said-internal >> text=Take the ladder.")

    visitor.expect_sound()


def test_the_timeline_grows_in_place(board):
    visitor, page = board("Told deal")
    page.click("text=Told deal")
    page.wait_for_url("**/deals/*-*/")
    page.fill("[name=note-description]", "They call back on Monday.")
    page.click("text=Add note")
    page.wait_for_selector(".moment-body >> text=They call back on Monday.")
    page.click(".chip-button >> text=Calls")
    page.wait_for_selector("text=Nothing has happened here yet.")

    assert page.url.endswith("/")
    assert visitor.refused() == []


def test_the_pipelines_page_is_sound(visit):
    visitor = visit("owner")
    page = visitor.open("/settings/pipelines/")
    page.click("text=Add stage")
    page.wait_for_selector("#dialog[open]")
    page.fill("#dialog [name=name]", "Trial")
    page.click("#dialog >> text=Save")
    page.wait_for_selector("li >> text=Trial")

    visitor.expect_sound()


def test_on_a_phone_the_path_of_stages_is_scrolled_to_where_the_deal_stands(board):
    visitor, page = board("Far along")
    page.click("text=Far along")
    page.wait_for_url("**/deals/*-*/")
    visitor.look(360, "light")
    stage = page.locator(".stage-path button").nth(2)
    name = stage.inner_text()
    stage.click()
    page.wait_for_load_state("networkidle")
    page.reload()
    page.wait_for_load_state("networkidle")

    now = page.locator(".stage-path [aria-current]")
    box = now.bounding_box()
    assert now.inner_text() == name
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
