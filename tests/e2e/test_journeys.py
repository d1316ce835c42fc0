"""Whole stretches of somebody's day, from the first page to the last."""

import subprocess
import sys

import pytest

MAIL = """From: Petra Novak <petra@kunde.test>
To: support@acme.localhost
Subject: {subject}
Message-ID: <{number}@kunde.test>
References: <1@kunde.test>

{text}
"""


@pytest.fixture
def founder(visit):
    """Somebody who has just signed up, in their empty workspace."""
    visitor = visit("")
    page = visitor.open("/signup/", where="")
    answers = {
        "name": "Nova Bikes", "person_name": "Eva Nova", "email": "eva@nova.example", "password": "quiet-petrol-arch",
    }  # fmt: skip
    for name, text in answers.items():
        page.fill(f"[name={name}]", text)
    page.get_by_text("nova-bikes.localhost is free.").wait_for()
    page.click("main form button:has-text('Make workspace')")
    page.wait_for_url(visitor.server.url("/", where="nova-bikes"))
    return visitor


@pytest.fixture
def arrives(server, tmp_path):
    """A mail of a customer comes in; answers with the case that it is on, as the command prints it."""

    def arrives(number, subject, text):
        file = tmp_path / f"{number}.eml"
        file.write_text(MAIL.format(number=number, subject=subject, text=text))
        command = [sys.executable, "-m", "triptych.cli", "mail", "deliver", "--tenant", "acme", str(file)]
        return subprocess.run(command, env=server.environment, check=True, capture_output=True, text=True).stdout

    return arrives


def test_from_the_first_sign_in_to_the_first_won_deal(founder):
    page, main = founder.page, founder.page.locator("main")
    main.get_by_role("link", name="New contact").click()
    page.fill("[name=first_name]", "Ola")
    page.fill("[name=last_name]", "Berg")
    main.get_by_role("button", name="Add contact").click()
    page.wait_for_url("**/contacts/*-*/")
    main.locator("a[href*='/deals/new/']").first.click()
    page.fill("[name=name]", "Ten cargo bikes")
    page.fill("[name=amount]", "42000")
    main.get_by_role("button", name="Add deal").click()
    page.wait_for_url("**/deals/*-*/")
    main.get_by_role("button", name="Won").click()
    main.get_by_text("Reopen").wait_for()
    assert "Ola Berg" in page.inner_text("#record-head")

    page.goto(founder.server.url("/", where="nova-bikes"))
    main.get_by_text("2 of 4 done").wait_for()
    assert founder.refused() == []


def test_a_support_day(visit, arrives, tmp_path):
    """Somebody writes, is answered with a file, writes again, and the case that was closed comes back."""
    told = arrives("1", "Blade blunt again", "We need it for tomorrow's run.")
    agent = visit("owner")
    page = agent.open("/cases/?view=nobody")
    main = page.locator("main")
    main.get_by_role("link", name="Blade blunt again").click()
    page.wait_for_load_state("networkidle")
    main.get_by_role("button", name="Take").click()

    main.get_by_role("tab", name="Internal note").click()
    page.fill("#compose-note textarea", "Third time this year.")
    page.click("#compose-note button[type=submit]")
    page.wait_for_selector(".said-internal:has-text('Third time this year.')")

    guide = tmp_path / "guide.pdf"
    guide.write_bytes(b"%PDF-1.4 how to sharpen")
    page.fill("#compose-reply textarea", "A new blade is on its way.")
    page.set_input_files("#compose-reply input[type=file]", guide)
    page.locator("#compose-reply select").select_option("closed")
    page.click("#compose-reply button[type=submit]")
    page.wait_for_selector(".said-ours:has-text('A new blade is on its way.') >> text=guide.pdf")
    assert "Closed" in page.inner_text("#record-head")

    number = told.split()[0]
    assert arrives("2", "Re: Blade blunt again", "It never came.").startswith(number)
    page.reload()
    page.wait_for_selector(".said-customer:has-text('It never came.')")
    assert "Not yet answered" in page.inner_text("#record-head")
    agent.expect_sound()
