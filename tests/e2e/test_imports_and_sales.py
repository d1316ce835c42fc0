"""Importing a file and giving a deal lines, in a browser: every step is sound, wide and narrow, light and dark."""

ACCOUNTS = "account,sector,employees,subsidiary_of\nHottechi,technolgy,120,\nCancity,retail,many,Hottechi\n"


def test_a_file_is_imported_step_by_step(visit, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_text(ACCOUNTS)
    owner = visit("owner")
    page = owner.open("/import/")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Look at the columns").click()
    page.get_by_role("heading", name="Which column is what?").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("heading", name="What will happen").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    page.get_by_role("button", name="Take “technology”").click()
    page.get_by_text("What you chose").wait_for()
    page.get_by_role("button", name="Import 1 row", exact=True).wait_for()
    choice = page.locator("form.import-choice", has=page.locator("[value='many']"))
    choice.locator("select").select_option("take")
    choice.get_by_label("The value to take").fill("300")
    choice.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Import 2 rows").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    page.get_by_role("button", name="Import 2 rows").click()
    page.get_by_text("You can leave this page.").wait_for()
    owner.expect_sound()


def test_a_deal_gets_lines_and_its_amount(visit):
    owner = visit("owner")
    page = owner.open("/settings/plugins/")
    card = page.locator("section", has=page.get_by_role("heading", name="Sales", exact=True))
    card.get_by_role("button", name="Enable").click()
    page.get_by_role("link", name="Price books").first.wait_for()

    owner.open("/x/sales/products/new/")
    page.get_by_label("Name").fill("GTX Pro")
    page.get_by_label("Unit price").fill("4821")
    owner.expect_sound()
    owner.look(1280, "light")
    page.get_by_role("button", name="Add product").click()
    page.get_by_role("heading", name="GTX Pro").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    owner.open("/x/sales/products/")
    owner.expect_sound()
    owner.look(1280, "light")
    owner.open("/x/sales/price-books/new/")
    page.get_by_label("Name").fill("Standard")
    page.get_by_role("button", name="Add price book").click()
    page.get_by_role("heading", name="Prices").wait_for()
    owner.expect_sound()

    owner.look(1280, "light")
    owner.open("/deals/?view=table").locator("tbody .cell-main a").first.click()
    page.get_by_role("button", name="Add line").click()
    card = page.locator("#deal-lines")
    card.locator(".ts-control").click()
    card.get_by_role("option", name="GTX Pro").click()
    card.get_by_label("Quantity").fill("2")
    owner.expect_sound()
    owner.look(1280, "light")
    card.locator("form").get_by_role("button", name="Add line").click()
    card.get_by_role("button", name="Change GTX Pro").wait_for()
    assert "9,642" in page.locator("#record-head").inner_text()
    assert page.locator("#field-amount button").count() == 0
    owner.expect_sound()
