"""`triptych up`: everything on one machine, started together and ended together.

This process holds the owner's login: it prepares the database, makes the demo tenant and keeps spares ready. Web server
and worker are its children and get the login that may alter nothing.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path

import httpx

from triptych.platform.ending import set_when_asked_to_end
from triptych.platform.refusals import Refused

READY_SECONDS = 60
RESTART_PAUSE_SECONDS = 1.0
OWNERS_OWN = ("DATABASE_OWNER_URL", "TRIPTYCH_AS_OWNER")
"""What the children must not inherit."""
DEMO_EMAIL = "owner@demo.example"


def refuse_busy_port(port: int) -> None:
    """Make sure that nobody listens on the port.

    Raises:
        Refused: somebody does.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(
                f"Port {port} is in use. Stop the program that uses it, or choose another with --port."
            ) from error


def set_aside(data: Path) -> Path | None:
    """Rename a data folder so that a fresh one can take its place. Returns its new name, None if there was none."""
    if not data.exists():
        return None
    kept = data.with_name(f"{data.name}.{datetime.now():%Y%m%d-%H%M%S}")
    data.rename(kept)
    return kept


def prepare(*, demo: bool) -> str | None:
    """Assets, database, tenants' tables, a spare, the demo tenant. Returns the demo owner's password, if any."""
    from triptych.platform import clock
    from triptych.platform.web.assets import ensure_assets
    from triptych.tenants import fleet, provisioning

    ensure_assets()
    fleet.ensure_migrated()
    provisioning.keep_spares(wanted=1, now=clock.now())
    return ensure_demo() if demo else None


def ensure_demo() -> str:
    """Make the tenant `demo` from the sample pack if it is missing. Returns its owner's password."""
    from triptych import demo

    return demo.ensure(email=DEMO_EMAIL)


class Children:
    """The processes that `up` started. One that dies is started again."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.environment = {name: value for name, value in os.environ.items() if name not in OWNERS_OWN}
        self.commands = commands
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start those of these names, else all, that do not run yet."""
        for name in names or self.commands:
            if name not in self.running:
                self.running[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "triptych.cli", *self.commands[name]], env=self.environment)  # noqa: S603

    def restart_the_dead(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                print(f"The {name} process ended with status {process.returncode}; starting it again.", file=sys.stderr)
                time.sleep(RESTART_PAUSE_SECONDS)
                self.running[name] = self._start(name)

    def stop(self) -> None:
        """Ask all of them to end, and end those that have not within ten seconds."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_ready(port: int, children: Children) -> None:
    """Return when the web server answers.

    Raises:
        Refused: it does not within a minute, or has ended.
    """
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            if children.running["web"].poll() is not None:
                break
        time.sleep(0.1)
    raise Refused("The web server did not start. Its messages above say why.")


def run(*, data: Path, port: int, demo: bool, set_up: Callable[[], None]) -> None:
    """Prepare, start the children, say where everything is, keep spares ready until somebody ends it.

    Where this very code has prepared the folder before, the children need not wait: preparing finds nothing to do.
    """
    ending = threading.Event()
    set_when_asked_to_end(ending)
    children = Children(_commands(port))
    provisioner = None
    try:
        if was_prepared(data):
            children.start("web")
        set_up()
        password = prepare(demo=demo)
        (data / "prepared").write_text(code_stamp())
        children.start("web")
        wait_until_ready(port, children)
        children.start()  # nobody waits for the worker: what is announced meanwhile is kept
        provisioner = _start_provisioner(ending)
        announce(data=data, port=port, password=password)
        while not ending.wait(1):
            children.restart_the_dead()
    finally:
        ending.set()
        children.stop()
        if provisioner:
            provisioner.join(5)


def _commands(port: int) -> dict[str, list[str]]:
    commands = {"web": ["web", "--port", str(port)], "worker": ["worker"]}
    if os.environ.get("BROKER_URL"):
        commands["relay"] = ["relay"]
    return commands


def _start_provisioner(ending: threading.Event) -> threading.Thread:
    from triptych.tenants.provisioner import run_provisioner

    provisioner = threading.Thread(target=run_provisioner, kwargs={"wanted": 2, "stopping": ending}, daemon=True)
    provisioner.start()
    return provisioner


def code_stamp() -> str:
    """Changes with every file of ours and every installed plugin; costs milliseconds, since nothing is read."""
    folder = Path(__file__).parent
    files = sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*.*") if file.suffix != ".pyc")
    plugins = sorted((point.name, point.value, str(point.dist)) for point in entry_points(group="triptych.plugins"))
    return hashlib.sha256(repr((files, plugins)).encode()).hexdigest()


def was_prepared(data: Path) -> bool:
    """Whether this very code has prepared the folder."""
    marker = data / "prepared"
    return marker.exists() and marker.read_text() == code_stamp()


def announce(*, data: Path, port: int, password: str | None) -> None:
    """Tell the person where to go and how to sign in."""
    lines = ["", "  Triptych is running.", ""]
    if password:
        lines += [
            f"  Open      http://demo.localhost:{port}",
            f"  Sign in   {DEMO_EMAIL}",
            f"  Password  {password}",
        ]
    lines += [
        f"  Sign up   http://localhost:{port}/signup/",
        f"  Data      {data}",
        "",
        "  Ctrl-C ends everything; your data stays.",
        "",
    ]
    print("\n".join(lines), flush=True)
