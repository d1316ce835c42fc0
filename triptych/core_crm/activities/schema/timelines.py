"""What is known about a record, from core and plugins, newest first."""

from datetime import datetime

import strawberry
from django.utils.translation import gettext as _

from triptych.core_crm.activities import timeline as timelines
from triptych.graphql.context import ApiInfo
from triptych.graphql.errors import bad_input
from triptych.graphql.limits import MAX_PAGE


@strawberry.type(description="One line of a timeline.")
class TimelineEntry:
    at: datetime
    kind: str = strawberry.field(description="What it is, e.g. call; to be given to `kinds`.")
    title: str
    body: str = strawberry.field(description="Plain text; may be empty.")
    by: str = strawberry.field(description="Who did it, if somebody did.")
    url: str = strawberry.field(description="Its page, if it has one.")
    internal: bool = strawberry.field(description="Whether only colleagues may read it.")

    @classmethod
    def of(cls, entry: timelines.Entry) -> "TimelineEntry":
        return cls(
            at=entry.at,
            kind=entry.kind,
            title=str(entry.title),
            body=entry.body,
            by=entry.by,
            url=entry.url,
            internal=entry.internal,
        )


@strawberry.type(description="A page of a timeline.")
class Timeline:
    entries: list[TimelineEntry] = strawberry.field(description="Newest first.", metadata={"cost": 0, "paged": True})
    next_cursor: str | None = strawberry.field(description="To be given to `after` for older ones; null at the end.")
    kinds: list[str] = strawberry.field(description="The kinds that this record's timeline can hold.")


@strawberry.type
class RecordTimelines:
    @strawberry.field(
        description="Everything known about it, from core and plugins, newest first. Dear: ask it of single records.",
        metadata={"cost": 500},
    )
    def timeline(
        self, info: ApiInfo, first: int = 20, after: str | None = None, kinds: list[str] | None = None
    ) -> Timeline:
        if not 1 <= first <= MAX_PAGE:
            raise bad_input(
                _("“first” is %(size)d. A page of a timeline holds 1 to %(limit)d.")
                % {"size": first, "limit": MAX_PAGE}
            )
        page = timelines.timeline(self, info.context.member, kinds=kinds, after=after, limit=first)  # type: ignore[arg-type]
        return Timeline(
            entries=[TimelineEntry.of(entry) for entry in page.entries],
            next_cursor=page.next_cursor or None,
            kinds=sorted(page.kinds),
        )
