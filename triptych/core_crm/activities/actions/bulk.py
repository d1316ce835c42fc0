"""Many activities at once, for imports: the same rules, few statements, and nobody is told of them one by one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from triptych.core_crm.activities.actions.activities import (
    SETTLED,
    ActivityFields,
    check,
    checked_activity,
    cleaned,
    settle,
)
from triptych.core_crm.activities.findable import search_entry
from triptych.core_crm.activities.models import Activity, ActivityLink
from triptych.core_crm.activities.records import RecordRef
from triptych.core_crm.rights.access import CHANGE, must, must_set
from triptych.platform import events, search
from triptych.platform.changes import apply_changes
from triptych.platform.plugins import hooks
from triptych.platform.records import save_many
from triptych.tenants.members.models import Member


class PastActivity(ActivityFields, total=False):
    """An activity as another system kept it: when it was written there, and the records it is about."""

    kind: str
    written_at: datetime
    records: Sequence[RecordRef]


@transaction.atomic
def create_activities_in_bulk(rows: Sequence[PastActivity], *, by: Member | None, now: datetime) -> list[Activity]:
    """Keep all these activities about their records and those that these concern, in the order given; all or none.

    Whom one belongs to counts as who wrote it. Nobody is reminded of what was due before now. Announces
    `activity.created_in_bulk` once for each thousand, with their ids as the fact `ids`; nothing is sent to anybody.

    Raises:
        Refused: as `create_activity`, for the first that breaks a rule.
    """
    activities = [_past_activity(row, by=by, now=now) for row in rows]
    Activity.objects.bulk_create(activities)
    link_in_bulk(dict(zip(activities, (row.get("records", ()) for row in rows), strict=True)))
    _tell("activity.created_in_bulk", activities, by=by, now=now)
    return activities


@transaction.atomic
def update_activities_in_bulk(rows: Mapping[UUID, PastActivity], *, by: Member | None, now: datetime) -> list[Activity]:
    """Change these fields of these activities (id → fields); those that changed. Their kinds and links stay.

    The rules are those of `update_activity`. Announces `activity.updated_in_bulk` once for each thousand.

    Raises:
        Refused: as `update_activity`, for the first that breaks a rule.
    """
    locked = Activity.objects.select_related("owner", "created_by").select_for_update(of=("self",)).order_by("pk")
    known = locked.in_bulk(list(rows))
    changed = [activity for pk, activity in known.items() if _is_changed(activity, rows[pk], by=by, now=now)]
    save_many(changed, {*ActivityFields.__annotations__, *SETTLED, "created_at"})
    links = list(ActivityLink.objects.filter(activity__in=[activity.pk for activity in changed]))
    for link in links:
        link.at = known[link.activity_id].at
    ActivityLink.objects.bulk_update(links, ["at"], batch_size=500)
    _tell("activity.updated_in_bulk", changed, by=by, now=now)
    return changed


def link_in_bulk(wanted: Mapping[Activity, Sequence[RecordRef]]) -> list[ActivityLink]:
    """Link each activity to its records and to those that these concern, as far as it is not; the links made."""
    once = dict.fromkeys(ref for refs in wanted.values() for ref in refs)
    concerned: dict[RecordRef, list[RecordRef]] = defaultdict(list)
    for ref, more in hooks.gather("also_concerned", records=list(once)) if once else ():
        concerned[ref].append(more)
    ids = [activity.pk for activity in wanted]
    there = set(ActivityLink.objects.filter(activity__in=ids).values_list("activity_id", "object_id"))
    links = [
        ActivityLink(activity=activity, kind=ref.kind, object_id=ref.id, at=activity.at)
        for activity, refs in wanted.items()
        for ref in _once([*refs, *(more for ref in refs for more in concerned[ref])])
        if (activity.pk, ref.id) not in there
    ]
    return ActivityLink.objects.bulk_create(links)


def _once(refs: Iterable[RecordRef]) -> Iterable[RecordRef]:
    return {ref.id: ref for ref in refs}.values()


def _past_activity(row: PastActivity, *, by: Member | None, now: datetime) -> Activity:
    fields = {name: value for name, value in row.items() if name in ActivityFields.__annotations__}
    activity = checked_activity(kind=row["kind"], by=by, now=now, written_at=row.get("written_at"), **fields)  # type: ignore[arg-type]
    activity.created_by = activity.owner or by
    if activity.due_at and activity.due_at <= now:
        activity.remind_at = None
    return activity


def _is_changed(activity: Activity, row: PastActivity, *, by: Member | None, now: datetime) -> bool:
    must(by, CHANGE, activity)
    fields = cleaned({name: value for name, value in row.items() if name in ActivityFields.__annotations__})  # type: ignore[arg-type]
    if "written_at" in row:
        fields["created_at"] = row["written_at"]
    changes = apply_changes(activity, fields)
    must_set(by, activity, changes)
    if not changes:
        return False
    settle(activity, changes, now=now)
    check(activity)
    if activity.due_at and activity.due_at <= now:
        activity.remind_at = None
    activity.touch(at=now)
    return True


def _tell(name: str, activities: Sequence[Activity], *, by: Member | None, now: datetime) -> None:
    search.index_many(search_entry(activity) for activity in activities)
    events.announce_in_bulk(name, activities, by=by, at=now)
