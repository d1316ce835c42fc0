"""Everything that is known of a person: as rows in words for people, and as a ZIP file for people and programs.

person.json    every row with all its columns, by kind
dossier.html   the same to be read
files/…        the bytes of files and mails
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import models
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from triptych.core_crm.archives.values import plain
from triptych.core_crm.custom_fields import definitions
from triptych.core_crm.imports.running import Watcher
from triptych.core_crm.privacy.other_files import IN_A_JOB, files_naming
from triptych.core_crm.privacy.rows import Found, PersonRows
from triptych.core_crm.words import words_of
from triptych.platform.files.kinds import clean_name
from triptych.platform.languages.dates import in_short
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant

CHUNK = 500
BLOCK = 1 << 20
LONGEST = 20_000
SILENT = ("id", "version")
"""Columns that a program wants and a reader does not."""


class Stopped(Exception):
    """Somebody asked for it."""


@dataclass(frozen=True)
class Section:
    """One kind of what is known: its rows in words, each as (label, text) pairs, and how many there are."""

    name: str
    label: str
    count: int
    rows: Sequence[Sequence[tuple[str, str]]]

    @property
    def more_count(self) -> int:
        """How many rows are not among those shown."""
        return self.count - len(self.rows)


def sections(found: Found, *, most: int | None = None) -> list[Section]:
    """What is known, in words; of each kind at most so many rows."""
    made = []
    for rows, keys in found.parts:
        if keys and rows.is_shown:
            told = [_in_words(rows, row) for chunk in _chunks(rows, keys[:most]) for row in chunk]
            made.append(Section(rows.name, str(rows.label), len(keys), told))
    return made


def write_dossier(target: IO[bytes], found: Found, *, tenant: Tenant, now: datetime, watcher: Watcher) -> int:
    """Write the dossier as a ZIP file; returns how many rows it holds.

    Raises:
        Stopped: the watcher asks for it.
    """
    kinds: dict[str, Any] = {}
    total, done = sum(len(keys) for _rows, keys in found.parts if _rows.is_shown), 0
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for rows, keys in found.parts:
            if not keys or not rows.is_shown:
                continue
            listed = kinds[rows.name] = {"label": str(rows.label), "rows": []}
            for chunk in _chunks(rows, keys):
                listed["rows"] += [_for_programs(rows, row, archive) for row in chunk]
                done += len(chunk)
                watcher.progress(done, total, _("Writing the dossier"))
                if watcher.cancel_requested:
                    raise Stopped
        others = files_naming(found, IN_A_JOB)
        told = {"kinds": kinds, "files_of_others": others.as_rows(), "files_not_read": others.unread_count}
        archive.writestr("person.json", json.dumps(_head(found, tenant, now) | told, indent=1, **_UNICODE))
        page = {"found": found, "sections": sections(found), "others": others, "tenant": tenant, "now": now}
        archive.writestr("dossier.html", render_to_string("privacy/dossier.html", page))
    return total


_UNICODE: dict[str, Any] = {"ensure_ascii": False}


def _head(found: Found, tenant: Tenant, now: datetime) -> dict[str, Any]:
    person = found.person
    return {
        "format": 1,
        "made_at": now.isoformat(),
        "workspace": tenant.name,
        "person": {"names": person.called, "emails": person.emails, "phones": person.phones},
    }


def _chunks(rows: PersonRows, keys: Sequence[Any]) -> Iterator[list[models.Model]]:
    related = [column.name for column in rows.columns if column.is_relation and column.related_model is Member]
    for begin in range(0, len(keys), CHUNK):
        some = rows.model._base_manager.filter(pk__in=keys[begin : begin + CHUNK])
        yield list(some.select_related(*related).order_by("pk") if related else some.order_by("pk"))


def _for_programs(rows: PersonRows, row: models.Model, archive: ZipFile) -> dict[str, Any]:
    told = {column.attname: plain(getattr(row, column.attname)) for column in rows.columns}
    if rows.file:
        told["file"] = _with_bytes(archive, str(getattr(row, rows.file)), f"{row.pk}-{clean_name(str(row))[-80:]}")
    return told


def _with_bytes(archive: ZipFile, key: str, name: str) -> str | None:
    """Put the bytes of a file into the archive; its name there, None where the storage does not hold it."""
    try:
        stored = default_storage.open(key, "rb")
    except (OSError, SuspiciousFileOperation):
        return None
    info = ZipInfo(f"files/{name}")
    info.compress_type = ZIP_STORED
    with stored, archive.open(info, "w", force_zip64=True) as entry:
        for block in stored.chunks(BLOCK):
            entry.write(block)
    return info.filename


def _in_words(rows: PersonRows, row: models.Model) -> list[tuple[str, str]]:
    told = []
    for column in rows.columns:
        if column.name in SILENT or (column.is_relation and column.related_model is not Member):
            continue
        for label, text in _texts(column, row):
            if text:
                told.append((label, text))
    return told


def _texts(column: models.Field[Any, Any], row: models.Model) -> Iterator[tuple[str, str]]:
    value = getattr(row, column.name)
    label = words_of(column)
    if column.name == "custom" and isinstance(value, dict):
        known = {field.key: str(field.label) for field in definitions.everything()}
        yield from ((str(known.get(key, key)), _text(one)) for key, one in value.items())
    elif column.choices:
        yield label, str(dict(column.flatchoices).get(value, value or ""))
    else:
        yield label, _text(value)


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return in_short(value)
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_text, value.values())))
    return str(value)
