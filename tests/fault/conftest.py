"""What faults are made with: processes to kill, a broker to kill, and a table that shows what came of it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from triptych.platform.scope import building, entered

WORKER = Path(__file__).with_name("worker_process.py")
PATIENCE_SECONDS = 300


def eventually(condition, *, what):
    """Wait until the condition holds, looking ten times a second; give up after five minutes."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"Waited {PATIENCE_SECONDS} s in vain until {what}.")


@pytest.fixture(name="eventually")
def _eventually():
    return eventually


@pytest.fixture
def place(fresh_tenant):
    """A tenant with a table for effects."""
    with entered(building(fresh_tenant.schema_name)), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fault_effect (effect text NOT NULL)")
        cursor.execute(f"GRANT SELECT, INSERT ON fault_effect TO {fresh_tenant.role}")
    return fresh_tenant


@pytest.fixture
def effects(place):
    """Asks for the effects left so far: every one of them, doubles included."""

    def left():
        with entered(place), connection.cursor() as cursor:
            cursor.execute("SELECT effect FROM fault_effect")
            return [effect for (effect,) in cursor.fetchall()]

    return left


@pytest.fixture
def processes(committed, tmp_path):
    """Starts relays and workers on the test's database; whatever still runs afterwards is killed."""
    started = []

    def start(role="both", *, broker="memory://"):
        where = connection.settings_dict
        options = {"host": where["OPTIONS"].get("host") or where["HOST"], "user": where["USER"]}
        url = f"postgresql://{options['user']}@/{where['NAME']}?host={quote(options['host'])}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "triptych.settings"),
            "DATABASE_URL": url,
            "BROKER_URL": broker,
            "TRIPTYCH_DATA": str(tmp_path),
        }
        log = (tmp_path / f"{role}-{len(started)}.log").open("wb")
        process = subprocess.Popen([sys.executable, WORKER, role], env=environment, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


class Broker:
    """A real Redis on a port of its own, that keeps nothing when it is killed."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self._answers, what="Redis answers")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def broker(tmp_path):
    """A Redis to kill."""
    from shutil import which

    if not which("redis-server"):
        pytest.skip("redis-server is not installed, so the broker cannot be killed.")
    broker = Broker(tmp_path)
    yield broker
    broker.kill()
