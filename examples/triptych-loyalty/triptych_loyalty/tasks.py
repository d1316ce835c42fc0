"""Points for won deals. Runs after the commit, at least once."""

from triptych.core_crm.deals.models import Deal
from triptych.platform import events
from triptych.platform.events import Event
from triptych_loyalty.actions import settle_points_of_deal


@events.handles("deal.won", "deal.reopened", plugin="loyalty")
def settle_points(event: Event) -> None:
    """Give the primary contact of a won deal its points; take them back when it is reopened."""
    deal = Deal.objects.alive().select_related("primary_contact", "stage").filter(pk=event.object_id).first()
    if deal is not None:
        settle_points_of_deal(deal=deal, cause=f"event:{event.id}", now=event.at)
