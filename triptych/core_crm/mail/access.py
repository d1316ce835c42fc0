"""Who sees what came by mail: owners and admins, since it may be anything."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from triptych.core_crm.mail.models import Arrival, ArrivalQuerySet
from triptych.tenants.members.access import administering
from triptych.tenants.members.models import Member


def arrivals_visible_to(member: Member) -> ArrivalQuerySet:
    """What the member may see of it: nothing for whoever does not administer."""
    return Arrival.objects.all() if member.may_administer else Arrival.objects.none()


def arrival_to_change(member: Member, pk: UUID) -> Arrival:
    """Raises Forbidden for whoever does not administer, Http404 for a mail that is not there."""
    administering(member)
    return get_object_or_404(arrivals_visible_to(member), pk=pk)
