"""What a seller does on the road, on a phone: find a contact, call, log the call, move a deal, add a task, answer a
case (that one stands in `test_cases.py`). And the train goes into a tunnel meanwhile.
"""

import pytest

TASK = "#compose-task input[type=text]"


@pytest.fixture
def phone(visit):
    seller = visit("owner", width=360)
    yield seller
    assert seller.sideways() == 0
    assert seller.refused() == []


def found(phone, text):
    """Search for a record, as a thumb does, and open it."""
    page = phone.open("/")
    page.locator("[data-opens=palette]:visible").first.click()
    page.fill("#palette-text", text)
    page.locator("#palette [role=option]", has_text=text).first.click()
    page.wait_for_url("**/*-*-*-*-*/")
    page.wait_for_load_state("networkidle")
    return page


def test_a_contact_is_found_called_and_the_call_logged(phone):
    page = found(phone, "Ruth Harbour")
    number = page.locator("a[href^='tel:']").first
    assert number.get_attribute("href") == "tel:+441174960101"
    page.evaluate("addEventListener('click', (event) => event.preventDefault(), {capture: true, once: true})")
    number.click()

    dialog = page.locator("#dialog[open]")
    dialog.locator("textarea").fill("Wants the quote by Friday.")
    assert phone.sideways() == 0
    dialog.locator(".btn-primary").click()
    dialog.wait_for(state="hidden")

    page.get_by_role("tab", name="History").click()
    page.get_by_text("Wants the quote by Friday.").wait_for()


def test_a_deal_is_moved_by_its_menu_and_moved_back(phone):
    page = phone.open("/deals/")
    page.click('[aria-label="Move Veneer press to…"]')
    with page.expect_response("**/move/"):
        page.click(".dropdown-menu.show >> text=Meeting")
    page.wait_for_selector('.board-column[aria-label="Meeting"] >> text=Veneer press')
    assert phone.sideways() == 0

    page.locator(".toast-line >> text=Undo").click()
    page.wait_for_selector('.board-column[aria-label="Qualification"] >> text=Veneer press')


def test_a_task_is_added_and_survives_a_tunnel(phone):
    page = found(phone, "Spindle moulders")
    page.get_by_role("tab", name="Task").click()
    page.fill(TASK, "Send the drawings")
    page.context.set_offline(True)
    page.click("#compose-task button[type=submit]")
    page.wait_for_selector("#offline:not([hidden])")
    assert page.input_value(TASK) == "Send the drawings"

    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")
    page.click("#compose-task button[type=submit]")
    page.get_by_text("Send the drawings").first.wait_for()
