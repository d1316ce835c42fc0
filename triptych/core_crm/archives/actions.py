"""Asking for the export of everything, writing it, stopping it, and taking old ones away."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm import kept_files
from triptych.core_crm.archives.access import KIND, exporting_everything
from triptych.core_crm.archives.writing import Stopped, write_archive
from triptych.core_crm.imports.running import Watcher
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.events.jobs import RunningJob
from triptych.platform.events.models import Job
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.access import still_here
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant


class ExportUnderway(Refused):
    """One export of everything at a time is enough."""

    code = "EXPORT_UNDERWAY"


@transaction.atomic
def begin_export(*, by: Member, now: datetime, with_files: bool = True) -> Job:
    """Let a worker write everything that the workspace keeps into one file. Announces `archive.started`.

    Raises:
        Forbidden: `by` may not export everything.
        ExportUnderway: one is being written already.
    """
    exporting_everything(by)
    if Job.objects.filter(kind=KIND).unfinished().exists():
        raise ExportUnderway(_("An export is being written already. Wait for it, or stop it."))
    job = jobs.start(KIND, by=by, args={"with_files": with_files}, at=now)
    events.announce("archive.started", None, by=by, at=now, job=str(job.pk))
    return job


def write_export(job: RunningJob, *, now: datetime) -> dict[str, Any] | None:
    """Write the archive of a job into the tenant's storage; None when it was stopped. A job that was given up for dead
    begins anew under the same name.

    Raises:
        Forbidden: whoever asked for it may not export everything any more.
    """
    exporting_everything(still_here(job.by))
    name = f"archives/{job.id.hex}.zip"
    with tempfile.TemporaryFile() as file:
        try:
            manifest = write_archive(
                file, tenant=_tenant(job), now=now, watcher=job, with_files=job.args.get("with_files", True)
            )
        except Stopped:
            return None
        size = file.tell()
        file.seek(0)
        default_storage.delete(name)
        default_storage.save(name, File(file))
    rows = sum(entry["rows"] for entry in manifest["entries"].values())
    return {"file": name, "bytes": size, "rows": rows, "missing_files": len(manifest["missing_files"])}


def export_to_file(path: Path, *, tenant: Tenant, now: datetime, watcher: Watcher) -> dict[str, Any]:
    """Write the archive of the current tenant to a file, which appears when it is whole. Returns the manifest.

    Raises:
        OSError: the file cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            part.chmod(0o600)
            manifest = write_archive(file, tenant=tenant, now=now, watcher=watcher)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def remove_old_exports(*, now: datetime) -> int:
    """Delete the archives that can no longer be downloaded. Returns how many."""
    old = Job.objects.filter(kind=KIND, finished_at__lte=now - kept_files.KEPT, result__file__gt="")
    for job in old:
        result = job.result or {}
        default_storage.delete(result["file"])
        Job.objects.filter(pk=job.pk).update(result={**result, "file": ""})
    return len(old)


def _tenant(job: RunningJob) -> Tenant:
    with entered(CONTROL):
        return Tenant.objects.get(pk=job.tenant.id)
