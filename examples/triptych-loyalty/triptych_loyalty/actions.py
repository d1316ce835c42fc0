"""The one write of Loyalty."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from triptych.core_crm.contacts.models import Contact
from triptych.platform import events
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member
from triptych.tenants.usage import used_here
from triptych_loyalty.models import Account, Entry

MOST_AT_ONCE = 100_000


@transaction.atomic
def give_points(
    *, contact: Contact, points: int, reason: str, source: str, by: Member | None, now: datetime
) -> Account:
    """Give a contact points, or take some when `points` is negative. A second time from the same `source` does nothing.

    Announces `loyalty.points_given` and counts what was given on the meter of that name.

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
        raise Refused(_("There are only %d points to take.") % account.points, field="points")
    Entry.objects.create(
        account=account, points=points, reason=reason.strip()[:200], source=source, given_by=by, given_at=now
    )
    account.points += points
    account.save(update_fields=["points"])
    if points > 0:
        used_here(meter="loyalty.points_given", identifier=source, quantity=points, at=now)
    events.announce("loyalty.points_given", account, by=by, at=now, points=points)
    return account
