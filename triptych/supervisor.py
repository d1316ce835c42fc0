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
from http.client import HTTPConnection, HTTPException
from importlib.metadata import entry_points
from pathlib import Path

from triptych.platform.ending import set_when_asked_to_end
from triptych.platform.languages import SOURCE
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


def port_beside(port: int) -> int:
    """A free port for the streams: the next one, else any."""
    for wanted in (port + 1, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise Refused("No port is free for the live updates.")


def set_aside(data: Path) -> Path | None:
    """Rename a data folder so that a fresh one can take its place. Returns its new name, None if there was none."""
    if not data.exists():
        return None
    kept = data.with_name(f"{data.name}.{datetime.now():%Y%m%d-%H%M%S}")
    data.rename(kept)
    return kept


def prepare(*, data: Path, demo: bool, language: str = SOURCE) -> None:
    """Assets, database, tenants' tables, a spare, the demo tenant from the sample pack."""
    from triptych.platform import clock
    from triptych.platform.web.assets import ensure_assets
    from triptych.tenants import fleet, provisioning

    ensure_assets()
    fleet.ensure_migrated()
    provisioning.keep_spares(wanted=1, now=clock.now())
    if demo:
        from triptych.demo import ensure

        ensure(email=DEMO_EMAIL, kept=demo_password(data), language=language)


def demo_password(data: Path) -> Path:
    """The file that keeps the password of the demo's owner."""
    return data / "demo_password"


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
        return subprocess.Popen(self.commands[name], env=self.environment)  # noqa: S603

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
            server = HTTPConnection("127.0.0.1", port, timeout=2)
            server.request("GET", "/health/live")
            if server.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            if children.running["web"].poll() is not None:
                break
        time.sleep(0.05)
    raise Refused("The web server did not start. Its messages above say why.")


def run(*, data: Path, port: int, demo: bool, set_up: Callable[[], None], language: str = SOURCE) -> None:
    """Prepare, start the children, say where everything is, keep spares ready until somebody ends it.

    Where this very code has prepared the folder before, nobody waits for it: preparing will find nothing to do.
    """
    ending = threading.Event()
    set_when_asked_to_end(ending)
    children = Children(_commands(port))
    provisioner = None
    try:
        was_ready = was_prepared(data, demo=demo)
        if was_ready:
            _open_doors(children, data=data, port=port, demo=demo)
        set_up()
        prepare(data=data, demo=demo, language=language)
        (data / "prepared").write_text(code_stamp())
        if not was_ready:
            _open_doors(children, data=data, port=port, demo=demo)
        provisioner = _start_provisioner(ending)
        while not ending.wait(1):
            children.restart_the_dead()
    finally:
        ending.set()
        children.stop()
        if provisioner:
            provisioner.join(5)


def _open_doors(children: Children, *, data: Path, port: int, demo: bool) -> None:
    children.start("web")
    wait_until_ready(port, children)
    announce(data=data, port=port, password=demo_password(data).read_text() if demo else None)
    children.start()  # nobody waits for the worker: what is announced meanwhile is kept


def web_server(*, port: int, host: str = "127.0.0.1") -> list[str]:
    """The command that serves the web app and the API."""
    threads = os.environ.get("TRIPTYCH_POOL", "10")
    options = ["--interface", "wsgi", "--blocking-threads", threads, "--host", host, "--port", str(port), "--no-ws"]
    options += ["--log-level", "error"]  # it warns of threads beyond the cores, which wait for the database here
    return [sys.executable, "-m", "granian", *options, "triptych.wsgi:application"]


def _commands(port: int) -> dict[str, list[str]]:
    ours = [sys.executable, "-m", "triptych.cli"]
    commands = {"web": web_server(port=port), "worker": [*ours, "worker"]}
    if os.environ.get("TRIPTYCH_STREAMS_PORT"):
        commands["streams"] = [*ours, "streams", "--port", os.environ["TRIPTYCH_STREAMS_PORT"]]
    if os.environ.get("BROKER_URL"):
        commands["relay"] = [*ours, "relay"]
    if os.environ.get("TRIPTYCH_MAIL_PORT"):
        commands["mail"] = [*ours, "mail", "serve", "--port", os.environ["TRIPTYCH_MAIL_PORT"]]
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


def was_prepared(data: Path, *, demo: bool) -> bool:
    """Whether this very code has prepared the folder, and the demo if it is wanted."""
    marker = data / "prepared"
    has_demo = demo_password(data).exists() or not demo
    return has_demo and marker.exists() and marker.read_text() == code_stamp()


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
