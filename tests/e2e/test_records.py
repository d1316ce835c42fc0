"""Records in a real browser: facts edited in place, both versions of a conflict, pickers, acts on many, conversion."""

import pytest

STALE = """async (title) => {
  const form = document.querySelector("form#field-job_title");
  const body = new URLSearchParams({ job_title: title, version: form.querySelector("[name=version]").value });
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, "HX-Request": "true" };
  await fetch(form.getAttribute("hx-post"), { method: "POST", headers, body });
}"""
"""Somebody else saves the same fact first."""


@pytest.fixture
def contact(visit):
    """A visitor on the page of the first contact."""
    visitor = visit("owner")
    page = visitor.open("/contacts/")
    page.click("tbody .cell-main a >> nth=0")
    page.wait_for_load_state("networkidle")
    return visitor


def edit_title(page, text: str) -> None:
    page.click("#field-job_title button")
    page.wait_for_selector("form#field-job_title")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def test_enter_saves_a_fact_and_the_head_follows(contact):
    page = contact.page
    edit_title(page, "Queen of pumps")
    page.keyboard.press("Enter")
    page.wait_for_selector("div#field-job_title")

    assert "Queen of pumps" in page.inner_text("#record-head")
    assert contact.refused() == []


def test_escape_leaves_a_fact_as_it_was(contact):
    page = contact.page
    before = page.inner_text("#field-job_title")
    edit_title(page, "Never mind")
    page.keyboard.press("Escape")
    page.wait_for_selector("#field-job_title button:focus")
    assert page.inner_text("div#field-job_title") == before

    edit_title(page, "Never mind")
    page.click("#field-job_title >> text=Cancel")
    page.wait_for_selector("#field-job_title button:focus")
    assert page.inner_text("div#field-job_title") == before


def test_the_keyboard_keeps_its_place_while_conditions_are_built(visit):
    page = visit("owner").open("/contacts/")
    page.click("[hx-get*='/conditions/']")
    page.wait_for_selector("#dialog .builder-match:focus")
    page.focus("#dialog [value='add:']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog [name=field-1]")
    page.wait_for_selector("#dialog [value='add:']:focus")


def test_a_conflict_shows_both_versions_in_a_dialog(contact):
    page = contact.page
    edit_title(page, "Mine")
    page.evaluate(STALE, "Theirs")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] .both-sides")
    assert "Mine" in page.inner_text("#dialog")
    assert "Theirs" in page.inner_text("#dialog")

    page.click("#dialog .btn-primary")

    page.wait_for_selector("div#field-job_title:has-text('Mine')")


def test_a_company_that_nobody_knows_is_made_from_the_picker(contact):
    page = contact.page
    page.click("[aria-label='Add company']")
    page.click("#dialog .ts-control")
    page.keyboard.type("Brandneu Werke")
    page.wait_for_selector("#dialog .create")
    page.click("#dialog .create")
    page.click("#dialog .form-actions .btn-primary")
    page.wait_for_selector("#related >> text=Brandneu Werke")

    assert contact.refused() == []


def test_a_row_can_be_added_to_the_emails(contact):
    page = contact.page
    page.click("#record-head >> text=Edit")
    page.wait_for_load_state("networkidle")
    before = page.locator("[name^='emails-'][name$='-email']").count()
    page.click("text=Another email")
    page.keyboard.type("second@example.com")
    page.click("button >> text=Save")
    page.wait_for_load_state("networkidle")

    assert before == 2
    assert "second@example.com" in page.inner_text("#field-emails")


def test_chosen_rows_are_deleted_and_come_back(visit):
    page = visit("owner").open("/companies/")
    shown = page.locator("tbody tr").count()
    for row in (0, 1):
        page.locator("[data-row]").nth(row).check()
    page.click("[data-bulk-bar] >> text=Delete")
    page.wait_for_selector("#dialog >> text=2 records will be done")
    page.click("#dialog .btn-danger")
    page.wait_for_selector(".toast-line")
    assert page.locator("tbody tr").count() == shown - 2

    page.click(".toast-line >> text=Undo")
    page.wait_for_load_state("networkidle")

    assert page.locator("tbody tr").count() == shown


def test_the_flow_of_a_conversion_is_sound_and_can_be_undone(visit):
    visitor = visit("owner")
    page = visitor.open("/leads/?status=new")
    page.click("tbody .cell-main a >> nth=0")
    page.click("text=Convert")
    page.wait_for_load_state("networkidle")
    visitor.expect_sound()
    visitor.look(1280, "light")

    page.click("button >> text=Convert lead")
    page.wait_for_selector("text=What it became")
    page.click(".toast-line >> text=Undo")
    page.wait_for_load_state("networkidle")

    assert "What it became" not in page.inner_text("main")


@pytest.mark.parametrize("noun", ["contacts", "companies", "leads"])
def test_the_form_of_a_record_is_sound(visit, noun):
    visitor = visit("owner")
    page = visitor.open(f"/{noun}/?sort=name")
    link = page.get_attribute("tbody .cell-main a >> nth=0", "href")
    visitor.open(f"{link}edit/")

    visitor.expect_sound()


def test_a_list_is_filtered_in_one_dialog(visit):
    visitor = visit("reader")
    page = visitor.open("/contacts/")
    page.click(".filters >> text=Filter")
    page.select_option("#dialog [name='field-0']", "job_title")
    page.wait_for_selector("#dialog input[type=text][name='value-0']")
    page.fill("#dialog [name='value-0']", "no such title")
    with page.expect_navigation():
        page.click("#dialog .btn-primary")
    page.wait_for_load_state("networkidle")

    assert "Nothing fits" in page.inner_text("main")
    assert "Job title is no such title" in page.inner_text(".filters")
    assert visitor.refused() == []
