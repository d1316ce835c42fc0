"""The frame moves: palette and keys, themes, toasts, dialogs, passkeys, sign-up, on a real browser."""

import re

import pytest

from triptych.testing.database import PASSWORD


@pytest.fixture
def visitor(visit):
    return visit("owner")


def expect(page, selector, text):
    """Wait until the element holds the text."""
    page.wait_for_function(
        "([selector, text]) => (document.querySelector(selector)?.textContent ?? '').includes(text)",
        arg=[selector, text],
    )


class TestPalette:
    def test_everything_is_reached_by_keyboard(self, visitor):
        page = visitor.open("/")
        page.keyboard.press("Control+k")
        expect(page, "#palette-list", "New contact")
        assert page.evaluate("document.activeElement.id") == "palette-text"

        page.keyboard.type("settings")
        expect(page, "#palette-list [role=option][aria-selected=true]", "Settings")
        chosen = page.get_attribute("#palette-text", "aria-activedescendant")
        assert page.get_attribute(f"#{chosen}", "aria-selected") == "true"

        page.keyboard.press("Enter")
        page.wait_for_url("**/settings/")
        assert visitor.refused() == []

    def test_arrows_go_around_and_escape_gives_the_focus_back(self, visitor):
        page = visitor.open("/")
        page.focus(".search-open")
        page.keyboard.press("Enter")
        expect(page, "#palette-list", "New contact")
        page.wait_for_selector("#palette-text[aria-activedescendant]")
        first = page.get_attribute("#palette-text", "aria-activedescendant")
        page.keyboard.press("ArrowUp")
        last = page.get_attribute("#palette-text", "aria-activedescendant")
        page.keyboard.press("ArrowDown")

        assert first != last
        assert page.get_attribute("#palette-text", "aria-activedescendant") == first
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.className") == "search-open"

    def test_it_is_sound_while_open(self, visitor):
        page = visitor.open("/")
        page.keyboard.press("Control+k")
        expect(page, "#palette-list", "New contact")

        assert visitor.audit() == []


class TestKeys:
    def test_g_and_a_letter_go_somewhere(self, visitor):
        page = visitor.open("/")
        page.keyboard.press("g")
        page.keyboard.press("e")

        page.wait_for_url("**/settings/")

    def test_keys_are_off_while_typing(self, visitor):
        page = visitor.open("/settings/profile/")
        page.focus("[name=name]")
        page.keyboard.type("g e ? c")

        assert page.url.endswith("/settings/profile/")
        assert "g e ? c" in page.input_value("[name=name]")

    def test_keys_can_be_switched_off_for_good(self, visitor):
        page = visitor.open("/")
        page.keyboard.press("?")
        page.click("#keys [data-keys-switch]")
        page.keyboard.press("Escape")
        page.reload()
        page.keyboard.press("?")

        assert not page.evaluate("document.getElementById('keys').open")

    def test_the_first_tab_offers_to_skip_to_the_content(self, visitor):
        page = visitor.open("/settings/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.id") == "main"


class TestLook:
    def theme(self, page):
        return page.evaluate("document.documentElement.getAttribute('data-bs-theme')")

    def test_the_system_decides_until_somebody_chooses(self, visit):
        dark, light = visit("owner", theme="dark"), visit("owner", theme="light")
        assert [self.theme(one.open("/")) for one in (dark, light)] == ["dark", "light"]

        light.page.click(".person-open")
        light.page.click("[data-theme-choice=dark]")
        assert self.theme(light.page) == "dark"
        light.page.reload(wait_until="commit")
        light.page.wait_for_function("() => document.body")
        assert self.theme(light.page) == "dark"

    def test_the_theme_stands_before_the_first_paint(self, visit):
        """The script that sets it blocks the parser in the head, so no body was there to be painted."""
        visitor = visit("owner", theme="dark")
        visitor.page.add_init_script(
            "new MutationObserver((_, watch) => { if (document.body) { window.atBody = "
            "document.documentElement.getAttribute('data-bs-theme'); watch.disconnect(); } })"
            ".observe(document, {childList: true, subtree: true})"
        )
        visitor.open("/")

        assert visitor.page.evaluate("window.atBody") == "dark"

    def test_the_navigation_folds_to_icons_and_stays_so(self, visitor):
        page = visitor.open("/")
        page.click("[data-nav-toggle]")
        page.reload()

        assert page.evaluate("document.querySelector('.nav-side').offsetWidth") < 80
        assert page.get_by_role("link", name="Contacts").first.is_visible()
        assert visitor.audit() == []

    def test_on_a_phone_more_shows_all_pages(self, visit):
        visitor = visit("owner", width=360)
        page = visitor.open("/")
        assert not page.is_visible(".nav-side")
        page.click(".bottom-bar [data-opens=more]")

        assert page.is_visible("#more a[href='/import/']")
        assert visitor.audit() == []


class TestAnswers:
    def test_a_toast_of_an_htmx_answer_offers_the_way_back(self, visitor):
        page = visitor.open("/design/")
        page.click("text=Show a toast")
        expect(page, "#toasts", "Deal moved to Offer.")
        assert visitor.audit("color-contrast", "button-name") == []
        page.click("#toasts button:has-text('Undo')")
        page.wait_for_load_state()

        assert page.url.endswith("/design/")
        assert visitor.refused() == []

    def test_a_dialog_takes_the_focus_keeps_it_and_gives_it_back(self, visitor):
        page = visitor.open("/design/")
        page.focus("text=Open a dialog")
        page.keyboard.press("Enter")
        page.wait_for_selector("#dialog[open] [name=name]")
        for _press in range(6):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('#dialog')"
            )
        page.keyboard.press("Escape")

        assert page.evaluate("document.activeElement.textContent.trim()") == "Open a dialog"

    def test_a_field_edited_in_place_saves_with_enter_and_undoes_with_escape(self, visitor):
        page = visitor.open("/design/")
        page.click("#field-name button")
        page.wait_for_selector("form#field-name input[name=name]:focus")
        page.fill("form#field-name input[name=name]", "Another name")
        page.keyboard.press("Escape")
        assert "Hottechi renewal" in page.text_content("#field-name")

        page.click("#field-name button")
        page.wait_for_selector("form#field-name input[name=name]:focus")
        page.fill("form#field-name input[name=name]", "Another name")
        page.keyboard.press("Enter")
        expect(page, "#field-name button", "Another name")
        assert visitor.refused() == []

    def test_a_picker_searches_while_typing(self, visitor):
        page = visitor.open("/design/")
        page.click("#id_company-ts-control")
        page.keyboard.type("zo")
        page.click(".ts-dropdown >> text=Zoe Ito")

        assert page.input_value("#id_company") == "Zoe Ito"
        assert visitor.refused() == []

    def test_being_offline_is_told(self, visitor):
        page = visitor.open("/")
        page.context.set_offline(True)
        page.wait_for_selector("#offline:not([hidden])")
        with page.expect_event("requestfailed"):
            page.evaluate("htmx.trigger(document.body, 'notified')")
        assert page.locator("#toasts .toast-line").count() == 0, "Nobody did anything that could be lost."
        page.context.set_offline(False)

        page.wait_for_selector("#offline", state="hidden")


class TestSignIn:
    def confirm(self, page):
        """Say once more who one is."""
        page.wait_for_url("**/confirm/**")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button >> nth=0")

    def test_a_passkey_opens_the_workspace_until_it_is_removed(self, visit):
        visitor = visit("member")
        page = visitor.page
        devices = page.context.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        asked = {"isUserVerified": True, "automaticPresenceSimulation": True}
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **asked}})
        visitor.open("/settings/security/passkeys/add/")
        if "/confirm/" in page.url:  # the session may be fresh enough
            self.confirm(page)
            page.wait_for_url("**/passkeys/add/")
        page.fill("[name=name]", "My laptop")
        page.click("text=Add passkey >> nth=-1")
        page.wait_for_url(re.compile(r"/settings/security/(codes/)?$"))
        visitor.open("/settings/security/")
        assert "My laptop" in page.text_content("main")

        page.context.clear_cookies()
        visitor.open("/login/")
        page.click("text=Use a passkey")
        page.wait_for_url(re.compile(r"localhost:\d+/$"))
        assert visitor.refused() == []

        visitor.open("/settings/security/")
        page.click("text=Remove")
        self.confirm(page)
        page.click("main form button:has-text('Remove passkey')")
        page.wait_for_url("**/settings/security/")
        assert "My laptop" not in page.text_content("main")

    def test_the_sign_in_works_without_scripts(self, chromium, server):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(server.url("/login/"))
        page.fill("[name=email]", "reader@acme.example")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button >> nth=0")

        assert page.text_content("h1").strip().endswith("Reader")
        context.close()


def test_who_clicks_twice_sends_a_form_once(visitor):
    page = visitor.open("/contacts/new/")
    page.fill("[name=last_name]", "Doubler")

    held = page.eval_on_selector(
        "main form",
        """form => {
          const held = [];
          addEventListener("submit", event => { held.push(event.defaultPrevented); event.preventDefault(); });
          form.requestSubmit();
          form.requestSubmit();
          dispatchEvent(new PageTransitionEvent("pageshow"));
          form.requestSubmit();
          return held;
        }""",
    )

    assert held == [False, True, False]


def test_the_address_of_a_workspace_is_proposed_and_checked_while_typing(visit):
    visitor = visit("")
    page = visitor.open("/signup/", where="")
    page.type("[name=name]", "Acme")
    expect(page, "#address", "“acme” is taken.")
    page.click("#address button")

    expect(page, "#address", "acme-crm.localhost is free.")
    assert page.input_value("[name=subdomain]") == "acme-crm"
    assert visitor.refused() == []


def test_signing_up_leads_into_the_new_workspace(visit):
    visitor = visit("")
    page = visitor.open("/signup/", where="")
    answers = {
        "name": "Blue Kite Boats", "person_name": "Morwenna Pascoe", "email": "morwenna@bluekite.example",
        "password": "quiet-petrol-arch",
    }  # fmt: skip
    for name, text in answers.items():
        page.fill(f"[name={name}]", text)
    expect(page, "#address", "blue-kite-boats.localhost is free.")
    page.click("main form button:has-text('Make workspace')")
    page.wait_for_url(visitor.server.url("/", where="blue-kite-boats"))

    assert "Morwenna Pascoe" in page.text_content("h1")
    assert visitor.refused() == []


def test_what_stands_on_the_calendar_opens_in_a_dialog(visitor):
    page = visitor.open("/calendar/?view=day")
    page.click("main button:has-text('Add')")
    page.fill("#dialog [name=subject]", "Talk about delivery")
    page.fill("#dialog [name=start]", page.get_attribute("[data-day]", "data-day") + "T10:00")
    page.click("#dialog button:text-is('Save')")

    page.click("#calendar .cal-open:has-text('Talk about delivery')")

    page.wait_for_selector("#dialog[open] [name=subject]")
    assert page.input_value("#dialog [name=subject]") == "Talk about delivery"
    page.keyboard.press("Escape")
    page.wait_for_selector("#dialog:not([open])", state="attached")
    assert visitor.refused() == []
