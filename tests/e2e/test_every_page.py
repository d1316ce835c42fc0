"""Each page, wide and narrow, light and dark: axe and the content policy find nothing, and nothing scrolls sideways."""

import pytest

MEMBER_PAGES = [
    "/", "/contacts/", "/contacts/new/", "/companies/", "/companies/new/", "/leads/", "/leads/new/", "/deals/",
    "/deals/new/", "/cases/", "/cases/new/", "/activities/", "/activities/new/", "/import/", "/settings/",
    "/settings/people/", "/settings/profile/", "/settings/workspace/", "/settings/security/", "/settings/plugins/",
    "/settings/pipelines/", "/settings/fields/", "/settings/fields/new/", "/settings/fields/new/?kind=choice",
    "/settings/tokens/", "/workspaces/", "/graphiql/", "/design/",
]  # fmt: skip


@pytest.mark.parametrize("path", MEMBER_PAGES)
def test_a_members_page_is_sound(visit, path):
    visitor = visit("owner")
    visitor.open(path)

    visitor.expect_sound()


@pytest.mark.parametrize(
    "path", ["/contacts/", "/companies/", "/leads/", "/deals/?view=table", "/cases/", "/activities/"]
)
def test_the_page_of_a_record_is_sound(visit, path):
    visitor = visit("owner")
    page = visitor.open(path)
    page.click("tbody .cell-main a >> nth=0")
    page.wait_for_load_state("networkidle")

    visitor.expect_sound()


@pytest.mark.parametrize("path", ["/login/", "/password/reset/", "/join/nobodys-secret/", "/nowhere/"])
def test_a_strangers_page_is_sound(visit, path):
    visitor = visit("")
    visitor.open(path)

    visitor.expect_sound()


@pytest.mark.parametrize("path", ["/", "/signup/", "/find-workspace/", "/nowhere/"])
def test_a_public_page_is_sound(visit, path):
    visitor = visit("")
    visitor.open(path, where="")

    visitor.expect_sound()
