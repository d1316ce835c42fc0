"""Who may see and change the people and settings of a tenant."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from triptych.platform.refusals import Forbidden, Refused
from triptych.tenants.members.models import Invitation, Member, MemberQuerySet


def administering(member: Member) -> Member:
    """The member, provided that they may change settings.

    Raises:
        Forbidden: they may not.
    """
    if not member.may_administer:
        raise Forbidden(_("Only owners and admins may change settings. Ask one of them."))
    return member


class Gone(Refused):
    """Whoever asked for it has left."""


def still_here(member_id: UUID | None) -> Member:
    """Whoever asked for long work, with the rights that they have by now.

    Raises:
        Gone: they have left since.
    """
    known = Member.objects.active().select_related("role_record")
    member = known.filter(pk=member_id).first() if member_id else None
    if member is None:
        raise Gone(_("Whoever asked for it does not work here any more."))
    return member


def members_to_see(member: Member) -> MemberQuerySet:
    """Everybody of the tenant, active ones first, by name. Any member may know with whom they work."""
    return Member.objects.select_related("role_record").order_by("-is_active", "name", "pk")


def member_to_change(member: Member, pk: UUID) -> Member:
    """One member, for somebody who administers.

    Raises:
        Forbidden: `member` does not.
        Http404: there is no such member here.
    """
    administering(member)
    return get_object_or_404(Member, pk=pk)


def open_invitations(member: Member, *, now: datetime) -> QuerySet[Invitation]:
    """The invitations that can be accepted, the newest first. Any member may know who is expected."""
    return Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now).order_by(
        "-created_at", "pk"
    )


def invitation_to_change(member: Member, pk: UUID) -> Invitation:
    """One invitation, for somebody who administers.

    Raises:
        Forbidden: `member` does not.
        Http404: there is no such invitation here.
    """
    administering(member)
    return get_object_or_404(Invitation, pk=pk)
