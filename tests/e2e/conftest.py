"""A real browser on a real server: headless Chromium, and the app as its own process on a database of its own.

The database is a copy of the tests' template, so the cast exists and what these tests write goes away with it.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from triptych.platform import clock
from triptych.platform.scope import CONTROL, entered
from triptych.platform.web.assets import collect
from triptych.testing.database import PASSWORD, maintenance, on_databases, template_name

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
WATCH = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const place = `${event.sourceFile}:${event.lineNumber}`;
  window.refusedByPolicy.push(`${event.violatedDirective}: ${event.blockedURI} ${place}`);
});
"""
SETTLED = """
async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await frame();
  const passing = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity);
  await Promise.all(passing.map((one) => one.finished.catch(() => null)));
  await frame();
}
"""
"""Waits until what moves has come to rest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """The app on loopback. `server.url("/deals/")` is the address of a page; `where` is empty for the public site.

    `environment` is that of its processes; those beside the web server are started by who needs them.
    """

    port: int
    mails: Path
    environment: dict[str, str]

    def url(self, path: str = "/", where: str = "acme") -> str:
        host = f"{where}.localhost" if where else "localhost"
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with django_db_blocker.unblock():
        name = f"triptych_e2e_{os.getpid()}"
        with maintenance() as maintained:
            on_databases(maintained, "CREATE DATABASE {} TEMPLATE {}", name, template_name())
        _furnish(name)
        found = connection.settings_dict
        host = found["HOST"] or found["OPTIONS"].get("host")
    data = tmp_path_factory.mktemp("served")
    with override_settings(STATIC_ROOT=data / "static"):
        collect()
    with socket.socket() as probe, socket.socket() as beside:
        probe.bind(("127.0.0.1", 0))
        beside.bind(("127.0.0.1", 0))
        port, streams_port = probe.getsockname()[1], beside.getsockname()[1]
    environment = {
        **os.environ,
        "TRIPTYCH_DATA": str(data),
        "TRIPTYCH_PORT": str(port),
        "TRIPTYCH_STREAMS_PORT": str(streams_port),
        "DATABASE_URL": f"postgresql://triptych_web@/{name}?host={host}",
    }
    log = (data / "server.log").open("w+")
    command = [sys.executable, "-m", "triptych.cli", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(port, process, log)
        yield Server(port, data / "mail", environment)
    finally:
        process.terminate()
        process.wait(60)
        with django_db_blocker.unblock(), maintenance() as maintained:
            on_databases(maintained, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _furnish(database: str) -> None:
    """Sample records for Acme Tools, spare tenants for those who sign up, and an operator of the installation."""
    from triptych.core_crm.samples import actions as samples
    from triptych.tenants import provisioning
    from triptych.tenants.members.models import Member
    from triptych.tenants.models import Tenant
    from triptych.tenants.operators import add_operator

    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        with entered(CONTROL):
            acme = Tenant.objects.get(subdomain="acme")
        with entered(acme):
            samples.add_samples(by=Member.objects.get(role="owner"), now=clock.now())
        for _sign_up in range(2):
            provisioning.make_spare(now=clock.now())
        add_operator(email="operator@triptych.example", password=PASSWORD)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Any) -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    log.seek(0)
    pytest.fail(f"The server did not start:\n{log.read()[-4000:]}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. Without one these tests are skipped in a line that says what is missing.

    Its driver keeps an event loop in this thread, which Django takes for async code and `asyncio.run` refuses: so it
    lives for one module only, and Django is told.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium, or set CHROMIUM to its path).")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser: opens pages, and knows what the browser complained about."""

    page: Any
    server: Server
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, where: str = "acme") -> Any:
        self.page.goto(self.server.url(path, where))
        self.page.wait_for_load_state("networkidle")
        return self.page

    def refused(self) -> list[str]:
        """What the content security policy refused on the current page, and what its scripts threw."""
        found: list[str] = self.page.evaluate("window.refusedByPolicy")
        return found + self.complaints

    def sideways(self) -> int:
        """By how many pixels the page scrolls sideways."""
        found: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def look(self, width: int, theme: str) -> None:
        """Show the current page in another width and theme, without loading it again."""
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": 820 if width > 600 else 740})
        self.page.evaluate(SETTLED)

    def expect_sound(self) -> None:
        """Fail with a line for each thing that is wrong with the current page, in both widths and themes."""
        if problems := self.problems():
            pytest.fail("\n".join([self.page.url, *problems]), pytrace=False)

    def problems(self) -> list[str]:
        found = self.refused()
        for width in (1280, 360):
            self.look(width, "light")
            found += [f"{width} px: {problem}" for problem in self.audit()]
            if (pixels := self.sideways()) > 0:
                found.append(f"{width} px: scrolls sideways by {pixels}")
            self.look(width, "dark")
            found += [f"{width} px, dark: {problem}" for problem in self.audit("color-contrast")]
        return found

    def audit(self, *rules: str) -> list[str]:
        """The serious and critical findings of axe on the current page, one line each; by those rules only, if any."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
        found = self.page.evaluate("(only) => axe.run(document, {resultTypes: ['violations'], ...only})", only)
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
            for violation in found["violations"]
            if violation["impact"] in SERIOUS
            for node in violation["nodes"][:5]
        ]


@pytest.fixture(scope="session")
def states() -> dict[str, Any]:
    """Cookies of those who have signed in, so that each does so once."""
    return {}


@pytest.fixture
def visit(chromium: Any, server: Server, states: dict[str, Any]) -> Iterator[Callable[..., Visitor]]:
    """`visit("owner", width=360, theme="dark")`: a browser in which that member is signed in; `""` for a stranger."""
    contexts: list[Any] = []

    def make(who: str = "owner", *, width: int = 1280, theme: str = "light") -> Visitor:
        if who and who not in states:
            states[who] = _signed_in(chromium, server, who)
        context = chromium.new_context(
            viewport={"width": width, "height": 820 if width > 600 else 740},
            color_scheme=theme,
            storage_state=states.get(who),
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        visitor = Visitor(context.new_page(), server)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(f"script error: {error}"))
        return visitor

    yield make
    for context in contexts:
        context.close()


def _signed_in(chromium: Any, server: Server, who: str) -> Any:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(server.url("/login/"))
    page.fill("[name=email]", f"{who}@acme.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main form button >> nth=0")
    page.wait_for_url(server.url("/"))
    state = context.storage_state()
    context.close()
    return state
