"""Files that hold many people: those of imports, mails about others, and archives. What names the person goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from triptych.core_crm.archives.access import KIND as ARCHIVE
from triptych.core_crm.imports.files import opened
from triptych.core_crm.imports.models import Import, ImportChange, ImportFinding
from triptych.core_crm.mail.models import Arrival
from triptych.core_crm.mail.parsing import NotUnderstood, read_letter
from triptych.core_crm.privacy.rows import Found
from triptych.platform.events.models import Job
from triptych.platform.refusals import Refused


class InUse(Refused):
    """Something is being written from or to a file that holds the person. Later it can be done."""

    code = "IN_USE"


@dataclass
class StoredFiles:
    """The names in the storage that have to go, and how many files of each kind they are."""

    names: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, name: str) -> None:
        if name:
            self.names.append(name)
            self.counts[kind] = self.counts.get(kind, 0) + 1


def take_out(found: Found, expression: re.Pattern[str] | None, *, own_kinds: frozenset[str]) -> StoredFiles:
    """Take the person out of the rows of such files; what is returned is to be deleted after the commit.

    Raises:
        InUse: an import that holds the person, or an archive, is being written.
    """
    stored = StoredFiles()
    by_import = _rows_imported(found)
    for record in Import.objects.order_by("pk"):
        rows = by_import.get(str(record.pk), set()) | _rows_naming(record, expression)
        if rows:
            _forget_import(record, rows, stored)
    known = {key for rows, keys in found.parts if rows.model is Arrival for key in keys}
    for arrival in Arrival.objects.exclude(pk__in=known).order_by("pk").iterator(chunk_size=500):
        if expression is not None and _names(arrival, expression):
            stored.add("mails_of_others", arrival.storage_key)
    _take_archives(stored, own_kinds)
    return stored


def remove_outgoing_copies(expression: re.Pattern[str] | None) -> int:
    """Delete the files into which mails go where there is no mail server (development), if they name the person."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if expression is None or not folder or not Path(folder).is_dir():
        return 0
    named = [path for path in Path(folder).glob("*.log") if expression.search(_readable(path.read_bytes()))]
    for path in named:
        path.unlink(missing_ok=True)
    return len(named)


def _rows_imported(found: Found) -> dict[str, set[int]]:
    """The rows of files from which the person's records came, by import."""
    keys = [key for rows, keys in found.parts if rows.model is ImportChange for key in keys]
    by_import: dict[str, set[int]] = {}
    for pk, row in ImportChange.objects.filter(pk__in=keys).values_list("of_import_id", "row"):
        by_import.setdefault(str(pk), set()).add(row)
    return by_import


def _rows_naming(record: Import, expression: re.Pattern[str] | None) -> set[int]:
    if expression is None or not record.file or not default_storage.exists(record.file):
        return set()
    try:
        with opened(record) as table:
            return {row.number for row in table.rows() if expression.search(" ".join(row.cells))}
    except Refused:  # nobody can read it: better gone than kept
        return {0}


def _forget_import(record: Import, rows: set[int], stored: StoredFiles) -> None:
    if record.is_underway:
        raise InUse(_("An import that holds this person is running. Wait for its end, then erase them."))
    stored.add("import_files", record.file)
    if record.state == Import.State.DRAFT:
        record.delete()
        return
    findings = ImportFinding.objects.filter(of_import=record, rows__overlap=sorted(rows))
    findings.filter(rows__contained_by=sorted(rows)).delete()


def _names(arrival: Arrival, expression: re.Pattern[str]) -> bool:
    """Whether the raw mail names the person, also where it is encoded."""
    try:
        with default_storage.open(arrival.storage_key) as kept:
            raw = kept.read()
    except FileNotFoundError:
        return False
    return bool(expression.search(_readable(raw)))


def _readable(raw: bytes) -> str:
    """A mail as text, as it is and decoded."""
    text = raw.decode("utf-8", "replace")
    try:
        letter = read_letter(raw)
    except NotUnderstood:
        return text
    return "\n".join((text, letter.sender_name, letter.subject, letter.whole_text))


def _take_archives(stored: StoredFiles, own_kinds: frozenset[str]) -> None:
    """Every export of everything and every dossier that is still kept."""
    jobs = Job.objects.filter(kind__in={ARCHIVE, *own_kinds})
    if jobs.filter(kind=ARCHIVE).unfinished().exists():
        raise InUse(_("An export of everything is being written. Wait for its end, or stop it, then erase them."))
    for job in jobs.filter(result__file__gt=""):
        result = job.result or {}
        stored.add("archives", result["file"])
        Job.objects.filter(pk=job.pk).update(result={**result, "file": ""})
