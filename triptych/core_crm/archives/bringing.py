"""Reading an archive in by page and API: kept, looked at, then read by a worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.archives.access import BRINGING, bringing_everything
from triptych.core_crm.archives.loading import load_archive, must_be_empty
from triptych.core_crm.archives.reading import opened_archive
from triptych.core_crm.archives.writing import Stopped
from triptych.platform import events
from triptych.platform.events import jobs
from triptych.platform.events.jobs import RunningJob
from triptych.platform.events.models import Job
from triptych.platform.ids import new_id
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.access import still_here
from triptych.tenants.members.models import Member
from triptych.tenants.models import Tenant


class ArchiveUnderway(Refused):
    """One archive at a time is read."""

    code = "ARCHIVE_UNDERWAY"


def begin_bringing(*, file: IO[bytes], tenant: Tenant, by: Member, now: datetime) -> Job:
    """Let a worker read an archive into the current tenant, which must be empty. Announces `archive.arrived`.

    Raises:
        Forbidden: `by` is no owner.
        NotEmpty: the workspace holds records.
        BadArchive: the file is no archive, or not to be trusted.
        ArchiveUnderway: one is being read already.
    """
    bringing_everything(by)
    must_be_empty(tenant)
    if Job.objects.filter(kind=BRINGING).unfinished().exists():
        raise ArchiveUnderway(_("An archive is being read already. Wait for it, or stop it."))
    with _on_disk(file) as path:
        with opened_archive(path):
            pass  # what is none of ours is refused now
        with path.open("rb") as copy:
            name = default_storage.save(f"archives/incoming/{new_id().hex}.zip", File(copy))
    try:
        with transaction.atomic():
            job = jobs.start(BRINGING, by=by, args={"file": name}, at=now)
            events.announce("archive.arrived", None, by=by, at=now, job=str(job.pk))
    except BaseException:
        default_storage.delete(name)
        raise
    return job


def bring_in(job: RunningJob, *, now: datetime) -> dict[str, Any] | None:
    """Read the archive of a job; None when it was stopped. The file goes in either case.

    Raises:
        Refused: as `load_archive`, or whoever brought it owns nothing here any more; nothing has come in.
    """
    name = job.args["file"]
    with entered(CONTROL):
        tenant = Tenant.objects.get(pk=job.tenant.id)
    try:
        bringing_everything(still_here(job.by))
        with default_storage.open(name) as kept, _on_disk(kept) as path:
            loaded = load_archive(path, tenant=tenant, now=now, watcher=job)
    except FileNotFoundError:
        raise Refused(_("The archive is no longer kept. Upload it again.")) from None
    except Stopped:
        default_storage.delete(name)
        return None
    except Refused:
        default_storage.delete(name)
        raise
    default_storage.delete(name)
    return {"rows": sum(loaded.rows.values()), "files": loaded.files, "signing_in": loaded.signing_in}


@contextmanager
def _on_disk(file: IO[bytes] | File[bytes]) -> Iterator[Path]:
    """The file under a path, for as long as the block lasts."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield Path(copy.name)
