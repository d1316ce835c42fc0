"""`triptych export` and `triptych import --archive` without their command lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from triptych.core_crm.archives.actions import export_to_file
from triptych.core_crm.archives.loading import load_archive
from triptych.core_crm.imports.command import DONE, REFUSED, Console
from triptych.platform import clock
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Refused
from triptych.platform.scope import entered
from triptych.platform.web import logs
from triptych.tenants.models import Tenant


def export(tenant: Tenant, file: Path, *, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Write everything that the tenant keeps into `file`; the exit status, 0 or 1."""
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant), logs.bound(door="command"):
        try:
            manifest = export_to_file(file, tenant=tenant, now=clock.now(), watcher=Console(err))
        except OSError as error:
            err.write(_("{file} cannot be written: {why}.").format(file=file, why=error.strerror) + "\n")
            return REFUSED
    entries = manifest["entries"]
    rows = sum(entry["rows"] for entry in entries.values())
    files = sum(name.startswith("files/") for name in entries)
    out.write(
        _("{file} holds: rows {rows}, files {files}.").format(file=file.name, rows=counted(rows), files=counted(files))
        + "\n"
    )
    for key in manifest["missing_files"]:
        err.write(_("The storage does not hold “{key}”; it is not in the archive.").format(key=key) + "\n")
    return DONE


def load(
    tenant: Tenant, file: Path, *, dry_run: bool = False, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Read an archive into the tenant, which must be empty, or only say what would come in; the exit status."""
    out, err = out or sys.stdout, err or sys.stderr
    with entered(tenant), logs.bound(door="command"):
        try:
            loaded = load_archive(file, tenant=tenant, now=clock.now(), watcher=Console(err), dry_run=dry_run)
        except OSError as error:
            err.write(_("{file} cannot be read: {why}.").format(file=file, why=error.strerror) + "\n")
            return REFUSED
        except Refused as refused:
            err.write(f"{refused.message}\n")
            return REFUSED
    for name, count in sorted(loaded.rows.items()):
        out.write(f"  {counted(count):>9}  {name}\n")
    head = _("Would be read: rows {rows}, files {files}.") if dry_run else _("Read: rows {rows}, files {files}.")
    out.write(head.format(rows=counted(sum(loaded.rows.values())), files=counted(loaded.files)) + "\n")
    out.write(_("Who can sign in: {names}. Invite the others.").format(names=", ".join(loaded.signing_in)) + "\n")
    return DONE
