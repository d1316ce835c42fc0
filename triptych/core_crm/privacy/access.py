"""Who may look a person up, hand their data over and erase them: owners, and admins from whom nothing is withheld."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from triptych.core_crm import kept_files
from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.leads.models import Lead
from triptych.core_crm.privacy.erasing import DOSSIERS
from triptych.core_crm.privacy.models import Erasure, ErasureQuerySet
from triptych.core_crm.rights.access import DELETE, EXPORT, READ, hidden_fields, may_all
from triptych.platform.events.models import Job, JobQuerySet
from triptych.platform.plugins import hooks
from triptych.platform.refusals import Forbidden
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import ApiToken, Member

RECORDS: dict[str, type[Contact] | type[Lead]] = {"contact": Contact, "lead": Lead}


def answering(member: Member) -> Member:
    """The member, provided that they may know and hand over everything about everybody.

    Raises:
        Forbidden: they do not administer, or their role withholds something.
    """
    administering(member)
    for noun in hooks.gather("record_nouns"):
        if not all(may_all(member, act, noun.model) for act in (READ, EXPORT)) or hidden_fields(member, noun.kind):
            raise Forbidden(_("Your role does not show you everything that is known of people. Ask an owner."))
    return member


def erasing(member: Member) -> Member:
    """The member, provided that they may erase people.

    Raises:
        Forbidden: they do not administer, or their role withholds something, deleting included.
    """
    answering(member)
    if not all(may_all(member, DELETE, noun.model) for noun in hooks.gather("record_nouns")):
        raise Forbidden(_("Your role does not let you delete everything. Ask an owner."))
    return member


def record_to_answer_for(member: Member, kind: str, pk: UUID) -> Contact | Lead:
    """A contact or lead whose person is meant, also one in the bin. Raises Http404 and Forbidden."""
    answering(member)
    if kind not in RECORDS:
        raise Http404
    return cast(Contact | Lead, get_object_or_404(RECORDS[kind], pk=pk))


def receipts_visible_to(member: Member) -> ErasureQuerySet:
    """The receipts, the newest first; they name nobody. Raises Forbidden unless the member may know everything."""
    answering(member)
    return Erasure.objects.newest_first().select_related("by")


def receipt_to_see(member: Member, pk: UUID) -> Erasure:
    """Raises Http404 if there is no such receipt, Forbidden for whoever may not know everything."""
    return get_object_or_404(receipts_visible_to(member), pk=pk)


def dossiers_visible_to(member: Member) -> JobQuerySet:
    """The jobs that wrote dossiers, the newest first. Raises Forbidden."""
    answering(member)
    return Job.objects.filter(kind=DOSSIERS).newest_first()


def dossier_to_see(member: Member, pk: UUID) -> Job:
    """Raises Http404 if there is no such dossier, Forbidden if the member may not know everything."""
    job = dossiers_visible_to(member).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def download_path(job: Job, token: ApiToken | None) -> str:
    """Where the dossier is fetched: by whoever is signed in, or with a token's pass by a program that is not."""
    if token is None:
        return reverse("privacy:download", args=[job.pk])
    return reverse("privacy:fetch", args=[kept_files.pass_for(job, token, purpose="privacy")])


def dossier_by_pass(text: str) -> Job:
    """The dossier that a pass leads to, if the token it was made for may still have it; else Http404."""
    return kept_files.job_by_pass(text, purpose="privacy", to_see=dossier_to_see)
