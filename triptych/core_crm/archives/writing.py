"""Writing a workspace as one ZIP file, streamed: at no time more than some hundred rows are in memory.

manifest.json            what this is, the settings of the workspace, its plugins, a checksum of every file
records/deals.deal.jsonl one row a line, in the order of keys
files/<storage name>     the bytes of files, mails and imports, as they are
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import IsolationLevel

from triptych.core_crm.archives.tables import ArchivedTable, all_tables
from triptych.core_crm.archives.values import plain
from triptych.core_crm.imports.running import Watcher
from triptych.platform.plugins.discovery import installed_plugins
from triptych.tenants.models import Tenant

FORMAT = 1
"""Counted up when an older Triptych could no longer read what a newer one writes."""

MANIFEST = "manifest.json"
CHUNK = 500
BLOCK = 1 << 20
SETTINGS = ("name", "timezone", "currency", "language", "accent")


class Stopped(Exception):
    """Somebody asked for it; nothing is left behind."""


def write_archive(
    target: IO[bytes], *, tenant: Tenant, now: datetime, watcher: Watcher, with_files: bool = True
) -> dict[str, Any]:
    """Write everything that the current tenant keeps to `target`, as of one moment. Returns the manifest.

    Raises:
        Stopped: the watcher asks for it.
    """
    with _one_moment(), ZipFile(target, "w", ZIP_DEFLATED) as archive:
        writer = _Writer(archive, watcher)
        tables = list(all_tables().values())
        writer.total = sum(table.model._base_manager.count() for table in tables)
        for table in tables:
            writer.write_rows(table)
        for table in tables if with_files else ():
            writer.write_files(table)
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "made_by": f"triptych {version('triptych')}",
            "workspace": {name: getattr(tenant, name) for name in SETTINGS},
            "plugins": {
                plugin.id: {"version": plugin.version, "enabled": plugin.id in tenant.enabled_plugins}
                for plugin in installed_plugins()
            },
            "entries": writer.entries,
            "missing_files": writer.missing,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees the workspace as it is at its beginning, whatever people change meanwhile."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    session = connection.connection  # its scope is set by a statement, after which a level would come too late
    session.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic():
            yield
    finally:
        session.isolation_level = None


class _Writer:
    def __init__(self, archive: ZipFile, watcher: Watcher) -> None:
        self.archive, self.watcher = archive, watcher
        self.entries: dict[str, dict[str, Any]] = {}
        self.missing: list[str] = []
        self.done, self.total = 0, 0

    def write_rows(self, table: ArchivedTable) -> None:
        names = list(table.columns)
        with self._entry(ZipInfo(table.entry), ZIP_DEFLATED) as entry:
            for chunk in _chunks(table, names):
                for row in chunk:
                    values = dict(zip(names, map(plain, row[1:]), strict=True))
                    entry.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                self._advance(len(chunk))
                entry.rows += len(chunk)

    def write_files(self, table: ArchivedTable) -> None:
        """The bytes that the rows of a table name. What is not in the storage is named in the manifest."""
        if not table.file:
            return
        for chunk in _chunks(table, [table.file]):
            for key in sorted({row[1] for row in chunk if row[1]}):
                if f"files/{key}" not in self.entries:
                    self._write_file(key)
                self._advance(0)

    def _write_file(self, key: str) -> None:
        try:
            stored = default_storage.open(key, "rb")
        except (OSError, SuspiciousFileOperation):
            self.missing.append(key)
            return
        with stored, self._entry(ZipInfo(f"files/{key}"), ZIP_STORED) as entry:
            for block in stored.chunks(BLOCK):
                entry.write(block)

    @contextmanager
    def _entry(self, info: ZipInfo, compression: int) -> Iterator[_Entry]:
        info.compress_type = compression
        with self.archive.open(info, "w", force_zip64=True) as opened:
            entry = _Entry(opened)
            yield entry
        self.entries[info.filename] = entry.described()

    def _advance(self, count: int) -> None:
        self.done += count
        self.watcher.progress(self.done, self.total, _("Writing the archive"))
        if self.watcher.cancel_requested:
            raise Stopped


class _Entry:
    """A file of the archive that is being written, with what the manifest says of it."""

    def __init__(self, opened: IO[bytes]) -> None:
        self.opened, self.digest = opened, hashlib.sha256()
        self.size, self.rows = 0, 0

    def write(self, data: bytes) -> None:
        self.opened.write(data)
        self.digest.update(data)
        self.size += len(data)

    def described(self) -> dict[str, Any]:
        return {"sha256": self.digest.hexdigest(), "bytes": self.size, "rows": self.rows}


def _chunks(table: ArchivedTable, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table in the order of keys, each with its key before the columns."""
    rows = table.model._base_manager.order_by("pk").values_list("pk", *names)
    last: Any = None
    while chunk := list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK]):
        last = chunk[-1][0]
        yield chunk
