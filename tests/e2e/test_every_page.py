"""Each page, wide and narrow, light and dark: axe and the content policy find nothing, and nothing scrolls sideways."""

import re

import pytest

from triptych.testing.database import PASSWORD
from triptych.testing.second_factor import code_now

MEMBER_PAGES = [
    "/", "/cases/?view=board", "/leads/?view=board", "/cases/?shape=calendar&view=all",
    "/contacts/", "/contacts/new/", "/companies/", "/companies/new/", "/leads/", "/leads/new/", "/deals/",
    "/deals/new/", "/cases/", "/cases/new/", "/activities/", "/activities/new/", "/import/", "/settings/",
    "/settings/people/", "/settings/profile/", "/settings/workspace/", "/settings/security/", "/settings/plugins/",
    "/settings/pipelines/", "/settings/fields/", "/settings/fields/new/", "/settings/fields/new/?kind=choice",
    "/settings/fields/new/?object=company&kind=formula",
    "/settings/fields/new/?object=company&kind=rollup&relation=deals",
    "/settings/working-hours/", "/settings/roles/", "/settings/roles/new/", "/settings/roles/built-in/member/",
    "/settings/teams/", "/settings/teams/new/", "/settings/exchange-rates/", "/settings/lost-reasons/",
    "/settings/audit/", "/settings/tokens/", "/calendar/?view=day", "/calendar/?view=week", "/calendar/?view=month",
    "/calendar/subscribe/", "/calendar/new/", "/notifications/", "/notifications/settings/", "/acts/",
    "/settings/archive/", "/settings/archive/in/", "/duplicates/", "/duplicates/?kind=company",
    "/views/contact/new/", "/views/contact/conditions/", "/deals/competitors/", "/deals/competitors/new/",
    "/workspaces/", "/graphiql/", "/design/",
]  # fmt: skip


ACCOUNTS = b"account,sector,subsidiary_of\nIsdom,retial,Cancity\nCancity,medical,\n"
DEALS = b"opportunity,account,deal stage,amount\nPumps,Isdom,Won,many\nPipes,Nobody,Won,12\n"


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


def test_the_pages_of_merging_two_contacts_are_sound(visit):
    visitor = visit("owner")
    page = visitor.open("/contacts/")
    one, other = (
        link.get_attribute("href").strip("/").split("/")[-1]
        for link in page.query_selector_all("tbody .cell-main a")[:2]
    )
    for path in (f"/duplicates/contact/{one}/", f"/duplicates/contact/{one}/{other}/"):
        visitor.open(path)
        visitor.expect_sound()


def test_the_pages_of_several_tables_are_sound(visit):
    visitor = visit("owner")
    page = visitor.open("/import/")
    files = [("deals.csv", DEALS), ("accounts.csv", ACCOUNTS)]
    given = [{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files]
    page.set_input_files("input[type=file]", given)
    page.click("form.import-upload button")
    page.wait_for_selector(".import-tables")
    visitor.expect_sound()
    page.click("main .form-actions button")
    page.wait_for_selector(".import-figures")

    visitor.expect_sound()


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("/settings/working-hours/", "main .card-header a[href^='/settings/working-hours/']"),
        ("/settings/people/", "main a[href^='/access/people/']"),
        ("/contacts/", "tbody .cell-main a"),
    ],
)
def test_the_page_behind_a_list_is_sound(visit, path, link):
    visitor = visit("owner")
    page = visitor.open(path)
    address = page.get_attribute(f"{link} >> nth=0", "href")
    visitor.open(address.replace("/contacts/", "/history/contact/"))

    visitor.expect_sound()


def test_the_pages_of_privacy_are_sound_from_the_contact_to_the_receipt(visit):
    visitor = visit("owner")
    page = visitor.open("/contacts/new/")
    page.fill("[name=last_name]", "Forgetme")
    page.fill("[name=first_name]", "Fiona")
    page.click("main form .btn-primary")
    page.wait_for_url(re.compile(r"/contacts/[0-9a-f-]{36}/"))
    page.click("a.btn-icon[href*='/settings/privacy/of/contact/']")
    page.wait_for_selector("#erase-title")
    visitor.expect_sound()
    person = page.url
    page.click("main form[action$='/export/'] button")
    page.wait_for_url("**/dossiers/**")
    visitor.expect_sound()
    for path in ("", "retention/", "purposes/"):
        visitor.open(f"/settings/privacy/{path}")
        visitor.expect_sound()
    page = visitor.open("/settings/privacy/retention/")
    page.fill("[name=age]", "24")
    page.click("main form .btn-primary")
    page.wait_for_selector("#dry-title")
    visitor.expect_sound()
    page.goto(person)
    page.fill("[name=confirmation]", "Fiona Forgetme")
    page.click("main .btn-danger")
    page.wait_for_url("**/receipts/**")
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


def test_an_operator_sets_up_a_code_and_finds_each_page_of_the_console_sound(visit):
    visitor = visit("")
    page = visitor.open("/operator/", where="")
    page.fill("[name=email]", "operator@triptych.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_url("**/settings/security/**")
    visitor.expect_sound()
    page = visitor.open("/settings/security/app/", where="")
    visitor.expect_sound()
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_selector("main code")
    visitor.expect_sound()
    for _half_minute in range(2):  # the first may end between looking at the code and sending it
        if page.locator("main code").count():
            page.fill("[name=code]", code_now(page.inner_text("main code")))
            page.click("main form .btn-primary")
            page.wait_for_load_state("networkidle")

    for path in ("/operator/", "/operator/plugins/", "/operator/jobs/", "/operator/dead-letters/"):
        visitor.open(path, where="")
        visitor.expect_sound()
    page = visitor.open("/operator/", where="")
    visitor.open(page.get_attribute("main a[href^='/operator/tenants/'] >> nth=0", "href"), where="")
    visitor.expect_sound()
