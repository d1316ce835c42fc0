"""A support day in a real browser: a case answered on a phone, and the pages of queues and mail."""

import pytest


def test_a_case_is_answered_on_a_phone(visit):
    visitor = visit("owner", width=360)
    page = visitor.open("/cases/")
    page.click("tbody .cell-main a >> nth=0")
    page.wait_for_load_state("networkidle")
    field = page.locator("#compose-reply textarea")
    field.scroll_into_view_if_needed()
    field.fill("We come on Monday.")
    assert visitor.sideways() == 0
    page.locator("#compose-reply select").select_option("pending")
    page.click("#compose-reply button[type=submit]")
    page.wait_for_selector(".said-ours:has-text('We come on Monday.')")

    assert "Pending" in page.inner_text("#record-head")
    assert visitor.sideways() == 0
    assert visitor.refused() == []


def test_a_message_becomes_a_case_of_its_own_and_undo_puts_it_back(visit):
    visitor = visit("owner")
    page = visitor.open("/cases/")
    page.click("tbody .cell-main a >> nth=1")
    page.wait_for_load_state("networkidle")
    first = page.url
    page.fill("#compose-reply textarea", "To be split.")
    page.click("#compose-reply button[type=submit]")
    message = page.locator(".said-ours:has-text('To be split.')")
    message.wait_for()
    message.locator("button[hx-get$='/split/']").click()
    page.wait_for_selector("#dialog[open] form")
    page.click("#dialog .btn-primary")
    page.wait_for_url(lambda url: url != first)
    page.locator("button:has-text('Undo')").last.click()
    page.wait_for_url(first)
    page.locator(".said-ours:has-text('To be split.')").wait_for()

    visitor.expect_sound()


@pytest.mark.parametrize("path", ["/settings/queues/", "/settings/mail/"])
def test_the_settings_of_cases_are_sound(visit, path):
    visitor = visit("owner")
    visitor.open(path)

    visitor.expect_sound()
