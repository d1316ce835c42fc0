"""A manager's Monday in a browser: who has how much, which deals stand still, and giving those to somebody else."""

import pytest


def go(page, where):
    """Click what leads to another page, and wait for that."""
    with page.expect_navigation():
        page.click(where)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_a_manager_sees_the_workload_finds_what_is_stale_and_gives_it_away(visit, width, theme):
    visitor = visit("owner", width=width, theme=theme)
    page = visitor.open("/deals/?view=table")

    page.click("main button:has(.icon):has-text('Columns')")
    page.select_option("#group-by", "owner")
    go(page, ".dropdown-menu.show .btn-primary")
    groups = page.inner_text(".groups")
    assert "All" in groups
    assert "€" in groups

    page.click(".filters >> text=Filter")
    page.select_option("#dialog [name='field-0']", "stale")
    page.wait_for_selector("#dialog [name='operator-0'] option[value='yes']", state="attached")
    go(page, "#dialog .btn-primary")
    assert "Stale is yes" in page.inner_text(".filters")
    stale = page.locator("tbody .cell-main a").all_inner_texts()
    assert "Six school workshops" in stale

    page.click(".filters .filter-end")
    page.fill("#dialog [name=name]", f"Stale on {width}")
    go(page, "#dialog .btn-primary")
    assert page.inner_text(".view-line [aria-current]") == f"Stale on {width}"
    for name, way in (("Board", ".board-card"), ("Table", "tbody .cell-main")):
        go(page, f".ways >> text={name}")
        assert page.locator(way, has_text="Six school workshops").count() == 1

    before = owners(page)
    page.locator("[data-row]").first.check()
    page.click("[data-bulk-bar] >> text=Change owner")
    page.select_option("#dialog select[name=value]", label="Admin")
    page.click("#dialog .btn-primary")
    page.wait_for_selector("#dialog >> text=will be done, none skipped")
    go(page, "#dialog .btn-primary")
    assert owners(page) != before
    go(page, ".toast-line >> text=Undo")
    visitor.open(f"/deals/?view=table&where={STALE}")
    assert owners(page) == before
    assert visitor.refused() == []
    assert visitor.sideways() == 0


STALE = '{"all":[["stale","yes"]]}'


def owners(page):
    """Whose the deals of the table are, in its order."""
    names = page.locator("tbody tr .person").all_text_contents()
    return [name.strip() for name in names]
