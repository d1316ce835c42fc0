"""What recurs: fields that were deleted a month ago are forgotten."""

from triptych.core_crm.custom_fields import actions
from triptych.platform.events import schedules
from triptych.platform.events.registry import Event


@schedules.daily("03:40", queue="bulk")
def purge_deleted_fields(event: Event) -> None:
    """Forget fields deleted 30 days ago, with their values."""
    actions.purge_fields(now=event.at)
