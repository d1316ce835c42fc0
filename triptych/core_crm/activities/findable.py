"""What the search knows of an activity."""

from collections.abc import Collection
from uuid import UUID

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.custom_fields.values import words_of
from triptych.platform import search
from triptych.platform.search.hookspecs import FoundText


def search_entry(activity: Activity) -> search.Entry:
    """The subject first; the beginning of the description beside it, also where there is no subject: titles are for
    everybody who sees the record, and not everybody may know its text."""
    kind = str(activity.get_kind_display())
    return search.Entry(
        kind="activity",
        id=activity.pk,
        title=activity.subject or kind,
        subtitle=kind if activity.subject else activity.beginning,
        url=activity.get_absolute_url(),
        owner_id=activity.owner_id,
        updated_at=activity.updated_at,
        text=f"{activity.description[:500]} {words_of(activity)}",
        texts=(search.Text(activity.pk, "activity", activity.pk, activity.description, activity.at, "description"),),
    )


def found_in(ids: Collection[UUID]) -> list[FoundText]:
    """What these notes, calls and mails hold."""
    kinds = dict(Activity.Kind.choices)
    rows = Activity.objects.filter(pk__in=ids).values_list("pk", "kind", "description")
    return [FoundText(pk, str(kinds[kind]), text) for pk, kind, text in rows]
