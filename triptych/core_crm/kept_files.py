"""Files that a job writes for a member: its progress, the download, and the passes with which programs fetch it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from triptych.platform import clock, scope
from triptych.platform.events.models import Job
from triptych.platform.files.views import sent
from triptych.platform.languages.wording import counted
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.models import ApiToken, Member

KEPT = timedelta(days=7)
"""For how long such a file can be downloaded."""

PASS_SECONDS = 3600
"""For how long the address that the API gives leads to it."""


def file_of(job: Job, *, at: datetime) -> str:
    """The name under which the job's file stands in the storage; empty when there is none, or no longer."""
    if job.state != Job.State.DONE or not job.finished_at or at >= job.finished_at + KEPT:
        return ""
    return str((job.result or {}).get("file", ""))


def download_of(job: Job, *, what: str) -> FileResponse:
    """The job's file as a download called by `what` and the day of its making. Raises Http404 when it is not there."""
    name = file_of(job, at=clock.now())
    if not name:
        raise Http404
    day = timezone.localdate(job.finished_at).isoformat()
    return sent(name, name=f"{what}-{day}.zip", content_type="application/zip")


def progress_of(job: Job, *, label: str, url: str, cancel_url: str, id: str) -> dict[str, Any]:
    """What the component `progress.html` shows of the job that writes or reads such a file."""
    note = job.note or _("Waiting for a worker")
    return {
        "label": label,
        "percent": job.percent or 0,
        "note": f"{note}: {counted(job.done_count)} / {counted(job.total_count)}" if job.total_count else note,
        "url": url,
        "cancel_url": cancel_url,
        "id": id,
    }


def pass_for(job: Job, token: ApiToken, *, purpose: str) -> str:
    """A text with which a program downloads the file, for an hour and as long as the token is valid.
    It opens nothing of another purpose."""
    return signing.dumps([str(job.pk), str(token.pk)], salt=_salt(purpose))


def job_by_pass(text: str, *, purpose: str, to_see: Callable[[Member, UUID], Job]) -> Job:
    """The job that a pass leads to, if `to_see` shows it to the member whose token the pass was made for.

    Raises:
        Http404: the pass is none of this tenant's and purpose, or too old, the token is revoked or expired, the member
            has left or may not.
    """
    try:
        job_id, token_id = signing.loads(text, salt=_salt(purpose), max_age=PASS_SECONDS)
        token = ApiToken.objects.select_related("member__role_record").filter(pk=UUID(token_id)).first()
        if token is None or not token.is_valid(at=clock.now()):
            raise Http404
        return to_see(token.member, UUID(job_id))
    except (signing.BadSignature, Forbidden, ValueError, TypeError):
        raise Http404 from None


def _salt(purpose: str) -> str:
    return f"triptych.{purpose}:{scope.current().schema_name}"
