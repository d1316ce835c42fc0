"""What activities contribute to the generic hooks."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from triptych.core_crm.activities import access, listing
from triptych.core_crm.activities.findable import found_in
from triptych.core_crm.activities.listing import LIST
from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.sources import LOOKS, activities_of, beginning_of, files_on
from triptych.core_crm.activities.timeline import TimelineSource
from triptych.core_crm.lists.spec import ListSpec
from triptych.core_crm.rights.levels import Noun
from triptych.platform.plugins import Fragment, hookimpl
from triptych.platform.records import Record
from triptych.platform.search.hookspecs import FoundText
from triptych.platform.web.hookspecs import Tile
from triptych.platform.web.templatetags.parts import figure, when
from triptych.tenants.members.models import Member

ACTIVITIES = Noun(Activity, gettext_lazy("Activities"), title="subject", fields=("description", "duration_minutes"))


@hookimpl
def record_nouns() -> list[Noun]:
    """Tasks, calls, meetings, emails and notes."""
    return [ACTIVITIES]


@hookimpl
def record_lists() -> list[ListSpec]:
    return [LIST]


@hookimpl
def timeline_sources(record: Record, member: Member) -> list[TimelineSource]:
    return [activities_of(record, member), files_on(record), beginning_of(record)]


@hookimpl
def found_texts(kind: str, ids: Collection[UUID]) -> list[FoundText]:
    return found_in(ids) if kind == "activity" else []


@hookimpl
def home_tiles(member: Member, now: datetime) -> list[Tile]:
    """What the member promised to do and has not done in time."""
    mine = access.activities_visible_to(member).open().owned_by(member)
    tonight = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    counts = mine.aggregate(
        late=Count("pk", filter=Q(due_at__lt=now)), today=Count("pk", filter=Q(due_at__gte=now, due_at__lte=tonight))
    )
    today = counts["today"]
    note = ngettext("%(count)s more due today", "%(count)s more due today", today) % {"count": today}
    question = _("What of mine is overdue?")
    return [Tile(question, str(figure(counts["late"])), note, "/activities/?view=overdue", 30)]


NEXT_ON_HOME = 6


@hookimpl
def slot(name: str, member: Member) -> list[Fragment]:
    """What the member has to do next, on the home page. Three statements."""
    if name != "home":
        return []
    mine = access.activities_visible_to(member).open().owned_by(member)
    activities = list(mine.soonest_first()[:NEXT_ON_HOME])
    listing.prepare(activities, member)
    items = [
        {
            "url": activity.get_absolute_url(),
            "title": str(activity),
            "note": ", ".join(link.title for link in activity.concerns[:2]),
            "icon": LOOKS[activity.kind],
            "side": when(activity.due_at, due=True),
        }
        for activity in activities
    ]
    return [Fragment("activities/home.html", {"items": items}, position=10)]
