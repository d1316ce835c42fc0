"""What the search knows of an activity."""

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.custom_fields.values import words_of
from triptych.platform import search


def search_entry(activity: Activity) -> search.Entry:
    """The subject first; the beginning of the description beside it."""
    return search.Entry(
        kind="activity",
        id=activity.pk,
        title=str(activity),
        subtitle=str(activity.get_kind_display()),
        url=activity.get_absolute_url(),
        owner_id=activity.owner_id,
        updated_at=activity.updated_at,
        text=f"{activity.description[:500]} {words_of(activity)}",
    )
