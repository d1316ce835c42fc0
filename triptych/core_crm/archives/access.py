"""Who may take everything along: owners, and admins whose role rules nothing out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.http import Http404
from django.utils.translation import gettext as _

from triptych.core_crm.rights.access import EXPORT, READ, hidden_fields, may_all
from triptych.platform import scope
from triptych.platform.events.models import Job, JobQuerySet
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member

KIND = "archive.export"
BRINGING = "archive.import"
KEPT = timedelta(days=7)
"""For how long an archive can be downloaded."""

PASS_SECONDS = 3600
"""For how long the address that the API gives leads to the archive."""


def exporting_everything(member: Member) -> Member:
    """The member, provided that they may export every record with all its fields.

    Raises:
        Forbidden: they do not administer, or their role withholds something.
    """
    administering(member)
    for noun in hooks.gather("record_nouns"):
        whole = all(may_all(member, act, noun.model) for act in (READ, EXPORT))
        if not whole or hidden_fields(member, noun.kind):
            raise Forbidden(_("Your role does not let you export everything. Ask an owner."))
    return member


def bringing_everything(member: Member) -> Member:
    """The member, provided that they own the workspace: an archive changes its name, its members and its plugins.

    Raises:
        Forbidden: they do not.
    """
    if member.role != Member.Role.OWNER:
        raise Forbidden(_("Only an owner may read an archive in. Ask one of them."))
    return member


def bringings_visible_to(member: Member) -> JobQuerySet:
    """The archives that were read in, the newest first.

    Raises:
        Forbidden: the member owns nothing here.
    """
    bringing_everything(member)
    return Job.objects.filter(kind=BRINGING).newest_first()


def bringing_to_see(member: Member, pk: UUID) -> Job:
    """Raises Http404 if no archive was read in by that job, Forbidden if the member is no owner."""
    job = bringings_visible_to(member).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def exports_visible_to(member: Member) -> JobQuerySet:
    """The tenant's exports, the newest first.

    Raises:
        Forbidden: the member may not export everything.
    """
    exporting_everything(member)
    return Job.objects.filter(kind=KIND).newest_first()


def export_to_see(member: Member, pk: UUID) -> Job:
    """Raises Http404 if there is no such export, Forbidden if the member may not export everything."""
    job = exports_visible_to(member).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def file_of(job: Job, *, at: datetime) -> str:
    """The name under which the archive stands in the storage; empty when there is none, or no longer."""
    if job.state != Job.State.DONE or not job.finished_at or at >= job.finished_at + KEPT:
        return ""
    return str((job.result or {}).get("file", ""))


def pass_for(job: Job, member: Member) -> str:
    """A text with which a program downloads the archive for the member, for an hour."""
    return signing.dumps([str(job.pk), str(member.pk)], salt=_salt())


def export_by_pass(text: str) -> Job:
    """The export that a pass leads to, if the member it was made for may still have it.

    Raises:
        Http404: it is none of this tenant's, or too old, or the member may not.
    """
    try:
        job_id, member_id = signing.loads(text, salt=_salt(), max_age=PASS_SECONDS)
        member = Member.objects.active().filter(pk=UUID(member_id)).first()
        if member is None:
            raise Http404
        return export_to_see(member, UUID(job_id))
    except (signing.BadSignature, Forbidden, ValueError, TypeError):
        raise Http404 from None


def _salt() -> str:
    return f"triptych.archives:{scope.current().schema_name}"
