"""Files that a job has written for a member: how long they are kept, and the passes with which programs fetch them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.http import Http404

from triptych.platform import clock, scope
from triptych.platform.events.models import Job
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
