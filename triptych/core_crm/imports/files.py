"""The file of an import, in the tenant's own storage."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from triptych.core_crm.imports.learned import Learned
from triptych.core_crm.imports.limits import UnreadableFile
from triptych.core_crm.imports.models import Import
from triptych.core_crm.imports.order import waiting_fields
from triptych.core_crm.imports.plan import Plan
from triptych.core_crm.imports.profiling import Profile, profile
from triptych.core_crm.imports.registry import target_named
from triptych.core_crm.imports.tables import Layout, Table, open_table
from triptych.platform import scope
from triptych.platform.ids import new_id
from triptych.tenants.members.models import Member


def keep_file(file: IO[bytes]) -> str:
    """Store the bytes; the name under which they stand."""
    file.seek(0)
    key = new_id().hex
    name = f"imports/{key[-2:]}/{key}"
    default_storage.save(name, File(file))
    return name


def digest_of(file: IO[bytes]) -> str:
    """SHA-256 of the file's bytes, as hexadecimal digits."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


@contextmanager
def opened(record: Import) -> Iterator[Table]:
    """The import's file as a table, read as it was the first time.

    Raises:
        UnreadableFile: the file is not there any more.
    """
    try:
        stored = default_storage.open(record.file, "rb")
    except FileNotFoundError:
        raise UnreadableFile(_("The file of this import is no longer kept. Upload it again.")) from None
    with stored, _seekable(stored) as file:
        yield open_table(file, Layout(**record.layout))


@contextmanager
def _seekable(stored: File[bytes]) -> Iterator[IO[bytes]]:
    """The file itself where it stands on a disk, else a copy that does."""
    if stored.file is not None and stored.seekable():
        yield stored.file
        return
    with tempfile.TemporaryFile() as copy:
        for chunk in stored.chunks():
            copy.write(chunk)
        yield copy


_profiles: dict[str, Profile] = {}
"""By workspace, file and layout: an archive read into a second workspace brings files of the same name."""

MOST_KEPT = 300_000
"""How many different values may stand in the profiles that are kept in memory."""


def profile_of(record: Import, table: Table) -> Profile:
    """The profile of the file. Those looked at last are kept in memory, since each step of the flow asks for them."""
    key = f"{scope.current().schema_name}:{record.file}:{sorted(record.layout.items())}"
    found = _profiles.pop(key, None) or profile(table.columns, table.rows())
    _profiles[key] = found
    while len(_profiles) > 1 and sum(one.size for one in list(_profiles.values())) > MOST_KEPT:
        _profiles.pop(next(iter(_profiles)), None)
    return found


@contextmanager
def planned(record: Import, by: Member, learned: Learned | None = None) -> Iterator[Plan]:
    """The import with its file open and everything known that reading its rows needs, as far as `by` sees it.

    Raises:
        UnknownObject: what it is about can no longer be imported, as its plugin has gone.
    """
    with opened(record) as table:
        target = target_named(record.object_name)
        waiting = waiting_fields(record)
        yield Plan(record, table, profile_of(record, table), target, by, waiting, learned or Learned())
