"""How many people may sign in to a tenant: the entitlement `seats`. Members without a sign-in take none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Q
from django.utils.translation import gettext as _

from triptych.platform import scope
from triptych.platform.refusals import Refused
from triptych.platform.scope import CONTROL, entered
from triptych.tenants.members.models import Invitation, Member
from triptych.tenants.models import Entitlement, Tenant

KEY = "seats"


class NoFreeSeat(Refused):
    """Everybody whom the plan lets in is in, or invited."""

    code = "NO_FREE_SEAT"


@dataclass(frozen=True)
class Seats:
    """`granted` is empty without limit. An open invitation holds a seat free."""

    granted: int | None
    taken: int
    invited: int

    @property
    def is_full(self) -> bool:
        return self.granted is not None and self.taken + self.invited >= self.granted


def seats_granted(tenant: Tenant, *, at: datetime) -> int | None:
    """How many seats the tenant has: the largest grant in force; None without limit, also where none was ever made.

    When all grants are over, the last one still counts: nobody gains seats by letting a plan run out.
    """
    grants = Entitlement.objects.filter(tenant_id=tenant.pk, key=KEY, starts_at__lte=at)
    in_force = list(grants.filter(Q(ends_at=None) | Q(ends_at__gt=at)).values_list("quantity", flat=True))
    quantities = in_force or list(grants.order_by("-ends_at", "-pk").values_list("quantity", flat=True)[:1])
    limits = [quantity for quantity in quantities if quantity is not None]
    return max(limits) if limits and len(limits) == len(quantities) else None


def seats_here(*, at: datetime, besides: str = "") -> Seats:
    """The seats of the tenant that the connection stands in, not counting those of the e-mail `besides`."""
    people = Member.objects.active().filter(person_id__isnull=False).exclude(email__iexact=besides)
    invited = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)
    offered = invited.exclude(email__iexact=besides).exclude(email__in=people.values("email"))
    granted = seats_granted(cast(Tenant, scope.current()), at=at)
    return Seats(granted, people.count(), offered.values("email").distinct().count())


def take_seat(*, email: str, at: datetime, is_joining: bool = False) -> None:
    """Make sure that there is a seat for somebody, in the transaction that takes it; one at a time in each tenant.

    Who joins needs a seat that nobody sits on; who is invited, one that is not offered to others either.

    Raises:
        NoFreeSeat: all are taken, or taken and offered.
    """
    here = cast(Tenant, scope.current())
    with entered(CONTROL):
        Tenant.objects.select_for_update().only("pk").get(pk=here.pk)
    seats = seats_here(at=at, besides=email)
    if is_joining and seats.granted is not None and seats.taken >= seats.granted:
        raise NoFreeSeat(_("All seats of this workspace are taken. Ask who invited you to make room, then try again."))
    if not is_joining and seats.is_full:
        raise NoFreeSeat(
            _(
                "Seats of your plan: %(granted)d. Taken: %(taken)d, offered: %(invited)d. End somebody's access, "
                "withdraw an invitation, or choose a plan with more seats."
            )
            % {"granted": seats.granted, "taken": seats.taken, "invited": seats.invited}
        )
