"""Who may take everything along: owners, and admins whose role rules nothing out."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from triptych.core_crm import kept_files
from triptych.core_crm.rights.access import EXPORT, READ, hidden_fields, may_all
from triptych.platform.events.models import Job, JobQuerySet
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import ApiToken, Member

KIND = "archive.export"
BRINGING = "archive.import"


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


def download_path(job: Job, token: ApiToken | None) -> str:
    """Where the archive is fetched: by whoever is signed in, or with a token's pass by a program that is not."""
    if token is None:
        return reverse("archives:download", args=[job.pk])
    return reverse("archives:fetch", args=[kept_files.pass_for(job, token, purpose="archives")])


def export_by_pass(text: str) -> Job:
    """The export that a pass leads to, if the token it was made for may still have it.

    Raises:
        Http404: it is none of this tenant's, or too old, or the token is no longer valid, or its member may not.
    """
    return kept_files.job_by_pass(text, purpose="archives", to_see=export_to_see)
