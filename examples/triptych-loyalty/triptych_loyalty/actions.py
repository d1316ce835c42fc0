"""The writes of Loyalty: giving points, and settling what a deal brings."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.contacts.models import Contact
from triptych.core_crm.deals.models import Deal
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member
from triptych.tenants.usage import used_here
from triptych_loyalty.models import Account, Entry

MOST_AT_ONCE = 100_000
AMOUNT_PER_POINT = 10
SAMPLE = "sample:"
SAMPLES = (2400, 750, 120)


@transaction.atomic
def give_points(
    *,
    contact: Contact,
    points: int,
    reason: str,
    source: str,
    by: Member | None,
    now: datetime,
    deal: Deal | None = None,
    is_metered: bool = True,
) -> Account:
    """Give a contact points, or take some when `points` is negative. A second time from the same `source` does nothing.

    Announces `loyalty.points_given` and counts what was given on the meter of that name, unless told not to.

    Raises:
        Refused: the number is zero or beyond 100,000, there is no reason, or more would be taken than there are.
    """
    if not 0 < abs(points) <= MOST_AT_ONCE:
        raise Refused(_("Give or take between 1 and 100,000 points."), field="points")
    if not reason.strip():
        raise Refused(_("Say why, so that others understand it later."), field="reason")
    account, _made = Account.objects.select_for_update().get_or_create(contact=contact, defaults={"created_at": now})
    if Entry.objects.filter(source=source).exists():
        return account
    if account.points + points < 0:
        raise Refused(
            ngettext("There is only %d point to take.", "There are only %d points to take.", account.points)
            % account.points,
            field="points",
        )
    Entry.objects.create(
        account=account, points=points, reason=reason.strip()[:200], source=source, deal=deal, given_by=by, given_at=now
    )
    account.points += points
    account.save(update_fields=["points"])
    if points > 0 and is_metered:
        used_here(meter="loyalty.points_given", identifier=source, quantity=points, at=now)
    events.announce("loyalty.points_given", account, by=by, at=now, points=points)
    return account


def points_of(deal: Deal) -> int:
    """What a deal is worth once it is won: one point for each 10 of its amount, in whatever currency."""
    return min(int(deal.amount or 0) // AMOUNT_PER_POINT, MOST_AT_ONCE)


@transaction.atomic
def settle_points_of_deal(*, deal: Deal, cause: str, now: datetime) -> None:
    """Make the points that a deal has brought its primary contact what they should be: its worth while it is won.

    It looks at the deal as it is, so events that come twice, late or in another order do no harm.
    """
    if deal.primary_contact is None:
        return
    brought = Entry.objects.of_deals([deal.pk]).get(deal.pk, 0)
    missing = (points_of(deal) if deal.is_won else 0) - brought
    if missing:
        reason = _("Won: %s") if missing > 0 else _("Reopened: %s")
        give_points(
            contact=deal.primary_contact,
            points=missing,
            reason=reason % deal.name,
            source=cause,
            deal=deal,
            by=None,
            now=now,
        )


def refuse_when_spent(deal: Deal) -> None:
    """Make sure that the points of a won deal can still be taken back.

    Raises:
        Refused: its contact has spent them.
    """
    brought = Entry.objects.of_deals([deal.pk]).get(deal.pk, 0)
    account = Account.objects.filter(contact=deal.primary_contact_id).first()
    if account is not None and account.points < brought:
        raise Refused(
            ngettext(
                "%(contact)s has spent the %(points)d point of this deal. Give it back first, then reopen it.",
                "%(contact)s has spent the %(points)d points of this deal. Give them back first, then reopen it.",
                brought,
            )
            % {"contact": deal.primary_contact, "points": brought}
        )


@transaction.atomic
def add_samples(*, by: Member, now: datetime) -> None:
    """Give the first contacts of a workspace some points to look at. They cost nothing."""
    for contact, points in zip(Contact.objects.alive().by_name()[: len(SAMPLES)], SAMPLES, strict=False):
        give_points(
            contact=contact,
            points=points,
            reason=_("Sample points"),
            source=f"{SAMPLE}{contact.pk}",
            by=by,
            now=now,
            is_metered=False,
        )


@transaction.atomic
def remove_samples() -> None:
    """Take the sample points away again, as far as they are not spent, and accounts that held nothing else."""
    samples = Entry.objects.filter(source__startswith=SAMPLE).select_related("account")
    for entry in samples.select_for_update(of=("account",)):
        entry.account.points = max(0, entry.account.points - entry.points)
        entry.account.save(update_fields=["points"])
    samples.delete()
    Account.objects.filter(entries=None).delete()
