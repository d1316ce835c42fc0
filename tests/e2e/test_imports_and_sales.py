"""Importing a file and giving a deal lines, in a browser: every step is sound, wide and narrow, light and dark."""

import csv
import subprocess
import sys

import pytest

WAIT = 120_000
ACCOUNTS = "account,sector,employees,subsidiary_of\nHottechi,technolgy,120,\nCancity,retail,many,Hottechi\n"


MESSY = (
    "Full name,Email,Phone,Company\n"
    "Zelda Quist,zelda@quist.example,+46 8 765 43 21,Quist AB\n"
    "Zelda Qvist,z.quist@private.example,+46 8 765 43 21,Quist AB\n"
    "Otto Marsh,otto.marsh@,,Marsh Ltd\n"
    ",,,Nobody Ltd\n"
)


@pytest.fixture
def worker(server):
    """The process that does long work, while the test lasts."""
    process = subprocess.Popen([sys.executable, "-m", "triptych.cli", "worker"], env=server.environment)
    yield process
    process.terminate()
    process.wait(20)


def test_a_messy_file_is_cleaned_up(visit, worker, tmp_path):
    """Doubts and bad rows, mending, duplicates that came with it, and all of it taken back but what was worked on."""
    owner = visit("owner")
    first, mended = tmp_path / "contacts.csv", tmp_path / "contacts mended.csv"
    first.write_text(MESSY)

    def imported(file, button):
        page = owner.open("/import/")
        page.set_input_files("[name=file]", file)
        page.get_by_role("button", name="Look at the columns").click()
        page.get_by_role("button", name="Check the rows").click()
        page.get_by_role("heading", name="What will happen").wait_for()
        if file == first:
            alike = page.get_by_role("article", name="Looks like another row")
            alike.get_by_text("looks like row 2 of the file").wait_for()
            alike.locator("select").select_option(label="Add it anyway")
            alike.get_by_role("button", name="Apply").click()
            page.get_by_text("What you chose").wait_for()
            owner.expect_sound()
            owner.look(1280, "light")
        page.get_by_role("button", name=button).click()
        page.get_by_role("link", name="Import another file").wait_for(timeout=WAIT)
        return page

    page = imported(first, "Import 2 rows")
    messy = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Rows left out, with reasons").click()
    rows = list(csv.reader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert [row[4] for row in rows[1:]] == ["4", "5"]
    rows[1][1] = "otto.marsh@marsh.example"
    with mended.open("w", newline="") as file:
        csv.writer(file).writerows(rows[:2])
    page = imported(mended, "Import 1 row")
    owner.expect_sound()
    owner.look(1280, "light")
    page.get_by_role("button", name="Undo the whole import").click()
    page.get_by_text("Removed: 2.").wait_for(timeout=WAIT)

    page = owner.open("/duplicates/?kind=contact")
    page.get_by_role("button", name="Look for duplicates").click()
    pair = page.get_by_role("article").filter(has_text="Zelda Quist").filter(has_text="Zelda Qvist")
    pair.get_by_role("link", name="Compare and merge").click(timeout=WAIT)
    page.get_by_role("heading", name="Where they differ").wait_for()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_role("link", name="Merge with a duplicate").click()
    page.get_by_role("button", name="Unmerge").click()
    page.wait_for_load_state("networkidle")

    page.goto(messy)
    page.get_by_role("button", name="Undo the whole import").click()
    stay = page.get_by_role("region", name="These stay")
    stay.wait_for(timeout=WAIT)
    assert stay.get_by_text("Somebody has changed it since.").count() == 2
    page.get_by_text("Removed: 0.").wait_for()
    owner.expect_sound()


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
