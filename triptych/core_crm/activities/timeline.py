"""Everything known about a record, newest first: entries of several sources, merged by time, read page by page.

    page = timeline(contact, member)
    page = timeline(contact, member, kinds={"call"}, after=page.next_cursor)

Sources come through the hook `timeline_sources`. Each is asked for one more entry than a page holds, older than the
cursor, so a page costs at most one query for each source however long the timeline is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from triptych.platform.plugins import hooks
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. `key` is unique and breaks ties of time; `kind` is the filter that shows it.

    `body` is plain text. `acts_template` renders buttons; it knows the entry as `entry`, whose `subject` may be any
    object it needs.
    """

    at: datetime
    key: UUID
    kind: str
    title: StrOrPromise
    icon: str = "point"
    tone: str = ""
    by: str = ""
    body: str = ""
    url: str = ""
    internal: bool = False
    acts_template: str = ""
    subject: Any = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The id of its element on the page."""
        return f"entry-{self.key}"


@dataclass(frozen=True)
class Cursor:
    """Behind which entry a page begins."""

    at: datetime
    key: UUID

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.key}"

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Refused for a text that no page has given out."""
        at, _between, key = text.partition("_")
        try:
            return cls(datetime.fromisoformat(at), UUID(key))
        except ValueError as error:
            raise Refused(_("This is no place in the timeline. Open the record again."), field="after") from error

    def older(self, rows: Rows, *, at: str = "at", key: str = "pk") -> Rows:
        """Those of `rows` that come after this place, given the names of their time and their key."""
        same = Q(**{at: self.at}) & Q(**{f"{key}__lt": self.key})
        return rows.filter(Q(**{f"{at}__lt": self.at}) | same, **{f"{at}__lte": self.at})


@dataclass(frozen=True)
class Wanted:
    """What a source is asked for: at most `limit` entries older than `before`, of these kinds, newest first."""

    limit: int
    before: Cursor | None = None
    kinds: frozenset[str] | None = None

    def page_of(self, rows: Rows, *, at: str = "at", key: str = "pk") -> Rows:
        """The part of `rows` that is asked for, in order; one query when it is read."""
        if self.before is not None:
            rows = self.before.older(rows, at=at, key=key)
        return rows.order_by(f"-{at}", f"-{key}")[: self.limit]


@dataclass(frozen=True)
class TimelineSource:
    """Where entries come from. `kinds` names the filters they can be shown by, e.g. `{"call": _("Calls")}`."""

    kinds: Mapping[str, StrOrPromise]
    entries: Callable[[Wanted], list[Entry]]


@dataclass(frozen=True)
class Timeline:
    """A page of a timeline, with the filters that the record's sources know."""

    entries: list[Entry]
    next_cursor: str
    kinds: dict[str, StrOrPromise]


def timeline(
    record: Record, member: Member, *, kinds: Collection[str] | None = None, after: str | None = None, limit: int = 50
) -> Timeline:
    """One page of what is known about a record, as `member` may see it, newest first.

    `kinds` leaves only those; `after` is the `next_cursor` of the page before.

    Raises:
        Refused: `after` is no cursor.
    """
    sources: list[TimelineSource] = hooks.gather("timeline_sources", record=record, member=member)
    chosen = frozenset(kinds) if kinds else None
    wanted = Wanted(limit + 1, Cursor.read(after) if after else None, chosen)
    found = [
        entry
        for source in sources
        if chosen is None or chosen & source.kinds.keys()
        for entry in source.entries(wanted)
        if chosen is None or entry.kind in chosen
    ]
    found.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    page = found[:limit]
    more = Cursor(page[-1].at, page[-1].key) if len(found) > limit else ""
    labels = {kind: label for source in sources for kind, label in source.kinds.items()}
    return Timeline(page, str(more), labels)
