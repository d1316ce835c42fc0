"""`triptych up`, as a newcomer types it: it starts everything, prints where to go, and Ctrl-C ends it all."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import psutil
import pytest

PARENT = Path("/var/lib") if getattr(os, "geteuid", lambda: 1)() == 0 else Path.home() / ".cache"
DEADLINE = 300


@pytest.fixture(scope="module")
def data():
    """A data folder that is not there yet. As root, not below a closed folder: PostgreSQL opens its parents."""
    folder = PARENT / f"triptych-up-test-{os.getpid()}"
    yield folder
    for left in PARENT.glob(f"{folder.name}*"):
        shutil.rmtree(left)


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def up(*arguments) -> subprocess.Popen:
    without = ("DATABASE_URL", "DATABASE_OWNER_URL", "TRIPTYCH_DATA", "TRIPTYCH_AS_OWNER")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    command = [sys.executable, "-m", "triptych.cli", "up", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def printed_until_ready(process) -> str:
    """What it prints up to the last line of its announcement. Ends it when that does not come in time."""
    timer = threading.Timer(DEADLINE, process.kill)
    timer.start()
    text = ""
    for line in process.stdout:
        text += line
        if "Ctrl-C ends everything" in line:
            break
    timer.cancel()
    return text


def end(process) -> list[int]:
    """Press Ctrl-C. Returns the processes of its family that live on."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    return [member.pid for member in family if member.is_running() and member.status() != psutil.STATUS_ZOMBIE]


def sign_in(port, password) -> httpx.Response:
    with httpx.Client(headers={"host": f"demo.localhost:{port}"}, trust_env=False, timeout=DEADLINE) as browser:
        page = browser.get(f"http://127.0.0.1:{port}/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        fields = {"csrfmiddlewaretoken": token, "email": "owner@demo.example", "password": password}
        return browser.post(f"http://127.0.0.1:{port}/login/", data=fields)


def test_up_starts_everything_twice_and_ends_it(data, port):
    first = up("--data", data, "--port", port)
    text = printed_until_ready(first)
    assert f"http://demo.localhost:{port}" in text, text
    assert str(data) in text
    password = re.search(r"Password\s+(\S+)", text)[1]
    assert sign_in(port, password).headers["location"] == "/"
    busy = up("--data", data, "--port", port)
    assert busy.communicate(timeout=DEADLINE)[0] == (
        f"Port {port} is in use. Stop the program that uses it, or choose another with --port.\n"
    )
    assert busy.returncode == 1
    assert end(first) == []

    second = up("--data", data, "--port", port)
    assert password in printed_until_ready(second)
    assert sign_in(port, password).headers["location"] == "/"
    assert end(second) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(port):
    refused = up("--data", "/proc/triptych", "--port", port)

    out = refused.communicate(timeout=DEADLINE)[0]

    assert refused.returncode == 1
    assert re.fullmatch(r"The data folder /proc/triptych cannot be written to \(.*\)\. Choose another .*\n", out)


def test_data_of_another_version_is_one_sentence(data, port):
    folder = data.with_name(data.name + "-old")
    (folder / "postgres").mkdir(parents=True)
    (folder / "postgres" / "PG_VERSION").write_text("12\n")

    refused = up("--data", folder, "--port", port)

    out = refused.communicate(timeout=DEADLINE)[0]
    assert refused.returncode == 1
    assert out.startswith(f"The data in {folder} was written by another version of PostgreSQL.")
    assert out.count("\n") == 1
