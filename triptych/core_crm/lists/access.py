"""Who sees which act on many records: whoever did it, and owners and admins."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.lists.models import PastAct, PastActQuerySet
from triptych.tenants.members.models import Member


def acts_visible_to(member: Member) -> PastActQuerySet:
    """The acts that the member did, or everybody's for who administers."""
    acts = PastAct.objects.select_related("by")
    return acts if member.may_administer else acts.filter(by=member)


def act_to_see(member: Member, pk: UUID) -> PastAct:
    """Raises Http404 for an act that is not there for this member."""
    found: PastAct = get_object_or_404(acts_visible_to(member), pk=pk)
    return found
