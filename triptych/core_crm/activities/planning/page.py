"""The calendar as its page shows it: days with what lies on them, placed in lanes side by side."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from babel.dates import format_date, format_interval
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.activities.models import Activity
from triptych.core_crm.activities.planning.window import Occurrence
from triptych.core_crm.activities.sources import LOOKS, TONES
from triptych.core_crm.rights.models import TeamMember
from triptych.platform.languages.dates import locale_of_dates
from triptych.tenants.members.models import Member

VIEWS = {"day": _("Day"), "week": _("Week"), "month": _("Month")}
SLOT = 15
"""Minutes between two lines to which things snap."""
SLOTS = 24 * 60 // SLOT
LANES = 4
DAY = timedelta(days=1)
FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)


@dataclass
class Item:
    """An occurrence on one day. `row` and `span` are slots; `lane` of `lanes` is its place beside others."""

    occurrence: Occurrence
    row: int = 1
    span: int = 2
    lane: int = 1
    lanes: int = 1

    @property
    def activity(self) -> Activity:
        return self.occurrence.activity

    @property
    def icon(self) -> str:
        return LOOKS[self.activity.kind]

    @property
    def tone(self) -> str:
        return TONES[self.activity.kind]

    @property
    def is_done(self) -> bool:
        return not self.activity.is_open

    @property
    def minutes(self) -> int:
        return int((self.occurrence.end_at - self.occurrence.start_at).total_seconds() // 60)

    @property
    def at(self) -> str:
        """The moment of a series as addresses and forms carry it; empty for what does not repeat."""
        return self.occurrence.start_at.isoformat() if self.occurrence.repeats else ""

    @property
    def local(self) -> str:
        return f"{timezone.localtime(self.occurrence.start_at):%Y-%m-%dT%H:%M}"


@dataclass
class Day:
    date: date
    is_today: bool
    is_other_month: bool
    tasks: list[Item] = field(default_factory=list)
    timed: list[Item] = field(default_factory=list)

    @property
    def all(self) -> list[Item]:
        return [*self.tasks, *self.timed]


@dataclass(frozen=True)
class Stretch:
    """What a view shows: days from `first` to before `after`; `shown` is the day that was asked for."""

    view: str
    shown: date
    first: date
    after: date

    @classmethod
    def of(cls, view: str, shown: date) -> Stretch:
        shown = min(max(shown, FIRST), LAST)
        if view == "day":
            return cls(view, shown, shown, shown + DAY)
        if view == "week":
            monday = shown - timedelta(days=shown.weekday())
            return cls(view, shown, monday, monday + timedelta(days=7))
        weeks = Calendar().monthdatescalendar(shown.year, shown.month)
        return cls(view, shown, weeks[0][0], weeks[-1][-1] + DAY)

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time()))

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.after, time()))

    @property
    def before(self) -> date:
        """A day of the view before."""
        if self.view == "month":
            return (self.shown.replace(day=1) - DAY).replace(day=1)
        return self.shown - (self.after - self.first)

    @property
    def later(self) -> date:
        """A day of the next view."""
        if self.view == "month":
            return (self.shown.replace(day=28) + timedelta(days=4)).replace(day=1)
        return self.shown + (self.after - self.first)

    @property
    def title(self) -> str:
        locale = locale_of_dates()
        if self.view == "day":
            return capfirst(str(format_date(self.shown, "full", locale=locale)))
        if self.view == "month":
            return capfirst(str(format_date(self.shown, "LLLL y", locale=locale)))
        return str(format_interval(self.first, self.after - DAY, "yMMMd", locale=locale))


def days_of(stretch: Stretch, found: Sequence[Occurrence], *, today: date) -> list[Day]:
    """The days of a view with what lies on them."""
    count = (stretch.after - stretch.first).days
    dates = [stretch.first + timedelta(days=number) for number in range(count)]
    month = stretch.shown.month if stretch.view == "month" else 0
    days = {day: Day(day, day == today, bool(month) and day.month != month) for day in dates}
    for occurrence in found:
        start, end = timezone.localtime(occurrence.start_at), timezone.localtime(occurrence.end_at)
        last = end.date() if end > start and end.time() == time() else end.date() + DAY
        day = max(start.date(), stretch.first)
        while day < max(last, start.date() + DAY) and day < stretch.after:
            _put(days[day], occurrence, start, end)
            day += DAY
    for one in days.values():
        _side_by_side(one.timed)
    return list(days.values())


def _put(day: Day, occurrence: Occurrence, start: datetime, end: datetime) -> None:
    if occurrence.activity.kind == Activity.Kind.TASK:
        day.tasks.append(Item(occurrence))
        return
    begins = _slot(start) if start.date() == day.date else 0
    ends = _slot(end, up=True) if end.date() == day.date else SLOTS
    day.timed.append(Item(occurrence, row=begins + 1, span=max(ends - begins, 2 if begins < SLOTS - 1 else 1)))


def _slot(at: datetime, *, up: bool = False) -> int:
    minutes = at.hour * 60 + at.minute
    return -(-minutes // SLOT) if up else minutes // SLOT


def _side_by_side(items: list[Item]) -> None:
    """Give what overlaps a lane each; what overlaps with the same shares the width."""
    items.sort(key=lambda item: (item.row, -item.span, item.activity.pk))
    group: list[Item] = []
    until = 0
    for item in items:
        if item.row >= until:
            group = []
        busy = {other.lane for other in group if other.row + other.span > item.row}
        item.lane = next((lane for lane in range(1, LANES) if lane not in busy), LANES)
        group.append(item)
        until = max(until, item.row + item.span)
        lanes = max(other.lane for other in group)
        for other in group:
            other.lanes = lanes


def team_of(member: Member) -> list[UUID]:
    """The member, who shares a team with them, and who reports to them."""
    teams = TeamMember.objects.filter(member=member).values("team")
    near = Member.objects.active().filter(Q(manager=member) | Q(team_places__team__in=teams)).exclude(pk=member.pk)
    return [member.pk, *near.distinct().values_list("pk", flat=True)]
