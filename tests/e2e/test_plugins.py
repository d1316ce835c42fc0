"""An owner switches a plugin on, sees it everywhere, and switches it off, in a browser."""


def test_an_owner_switches_loyalty_on_and_off(visit):
    owner = visit("owner")
    page = owner.open("/settings/plugins/")
    card = page.locator("section", has=page.get_by_role("heading", name="Loyalty"))
    card.get_by_role("button", name="Enable").click()
    page.get_by_role("link", name="Loyalty points").first.wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    owner.open("/contacts/").locator("tbody .cell-main a").first.click()
    page.get_by_role("heading", name="Loyalty").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    page.get_by_role("link", name="Adjust points").click()
    page.get_by_label("Points").fill("700")
    page.get_by_label("Reason").fill("A gift")
    owner.expect_sound()
    owner.look(1280, "light")
    page.get_by_role("button", name="Adjust points").click()
    page.get_by_text("Silver").wait_for()

    owner.open("/x/loyalty/")
    assert page.locator("tbody tr").count() == 1
    owner.expect_sound()

    owner.look(1280, "light")
    owner.open("/settings/plugins/")
    card.get_by_role("button", name="Disable").click()
    card.get_by_role("button", name="Enable").wait_for()
    assert page.locator("a[href='/x/loyalty/']").count() == 0
    assert owner.open("/x/loyalty/").locator("h1").inner_text() == "There is nothing here"
