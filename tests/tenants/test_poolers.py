"""A pooler in transaction mode is refused at start; one in session mode is fine. With a real pgbouncer."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from triptych.platform.db.poolers import refuse_transaction_pooling

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH')}:/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (apt-get install pgbouncer)")


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def pooler(folder, mode):
    """A pgbouncer in front of the server of the tests, as a user that it accepts to run as."""
    found = connection.settings_dict
    port = free_port()
    users = folder / "users.txt"
    users.write_text('"postgres" ""\n')
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host={found['HOST'] or found['OPTIONS'].get('host')}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = trust\nauth_file = {users}\n"
        f"unix_socket_dir =\npool_mode = {mode}\nignore_startup_parameters = options,extra_float_digits\n"
    )
    folder.chmod(0o755)
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and parent.name.startswith("pytest"):
            parent.chmod(0o755)
    as_somebody = ["-u", "pgserver"] if os.getuid() == 0 else []
    process = subprocess.Popen([PGBOUNCER, *as_somebody, str(configuration)], stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                psycopg.connect(
                    host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=3
                ).close()
                break
            except psycopg.OperationalError:
                assert process.poll() is None, process.stderr.read()
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def through(committed):
    """Point the check at a port of the loopback."""

    def point(port):
        parameters = {"host": "127.0.0.1", "port": port, "user": "postgres", "dbname": connection.settings_dict["NAME"]}
        patch.setattr(connection, "get_connection_params", lambda: parameters)

    with pytest.MonkeyPatch.context() as patch:
        yield point
    connection.close()


def test_transaction_mode_is_refused(tmp_path, through):
    with pooler(tmp_path, "transaction") as port:
        through(port)
        with pytest.raises(ImproperlyConfigured, match="transaction mode"):
            refuse_transaction_pooling()


def test_session_mode_is_fine(tmp_path, through):
    with pooler(tmp_path, "session") as port:
        through(port)
        refuse_transaction_pooling()


def test_no_pooler_is_fine(committed):
    refuse_transaction_pooling()
