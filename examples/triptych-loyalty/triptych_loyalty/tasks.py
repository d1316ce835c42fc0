"""Points for a won deal. Runs after the commit, at least once; the deal is the source, so it counts only once."""

from django.utils.translation import gettext as _

from triptych.core_crm.deals.models import Deal
from triptych.platform import events
from triptych.platform.events import Event
from triptych_loyalty.actions import MOST_AT_ONCE, give_points

AMOUNT_PER_POINT = 10


@events.handles("deal.won", plugin="loyalty")
def give_points_for_a_won_deal(event: Event) -> None:
    """One point for each 10 of the deal's amount, in whatever currency, to its primary contact."""
    deal = Deal.objects.alive().select_related("primary_contact").filter(pk=event.object_id).first()
    if deal is None or deal.primary_contact is None:
        return
    points = min(int(deal.amount or 0) // AMOUNT_PER_POINT, MOST_AT_ONCE)
    if points:
        give_points(
            contact=deal.primary_contact,
            points=points,
            reason=_("Won: %s") % deal.name,
            source=f"deal:{deal.pk}",
            by=None,
            now=event.at,
        )
