"""A list as a month: each record on its day, the same ones that the table would show."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.spec import Records
from triptych.core_crm.lists.where import Condition, Group
from triptych.platform.web.tables import Tab
from triptych.tenants.routing import TenantRequest

SHOWN = 5
"""So many records stand on a day; a link leads to the rest."""
FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)


@dataclass
class MonthDay:
    """One day: its first records, how many more it has, and the table of all of them."""

    date: date
    is_today: bool
    is_other_month: bool
    url: str
    records: list[Any] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.records)


@dataclass(frozen=True)
class Month:
    """Whole weeks around a month, and the ways to the months beside it."""

    first: date
    days: Sequence[MonthDay]
    before_url: str
    later_url: str
    today_url: str

    @property
    def title(self) -> str:
        return str(format_date(self.first, "LLLL y", locale=(get_language() or "en").replace("-", "_")))

    @property
    def count(self) -> int:
        """How many records it shows or leads to."""
        return sum(day.count for day in self.days)


def month_page(request: TenantRequest, listing: Listing, *, template: str, ways: Sequence[Tab]) -> HttpResponse:
    """A month (`?month=2026-03`) of the records of a list."""
    bar = Bar(listing, ways=ways)
    context = {"listing": listing, "bar": bar, "month": month_of(listing), "has_bar": True}
    return redirect(bar.greeting) if bar.greeting else render(request, template, context)


def month_of(listing: Listing) -> Month:
    """The month that the address asks for, with the records of the list on the days of `ListSpec.day`: one statement,
    however many there are."""
    first, today = _month(listing.params.get("month", "")), timezone.localdate(listing.asker.now)
    dates = [day for week in Calendar().monthdatescalendar(first.year, first.month) for day in week]
    days = {day: MonthDay(day, day == today, day.month != first.month, _table_of(listing, day, day)) for day in dates}
    for row in _first_of_each_day(listing, dates[0], dates[-1]):
        on = days[getattr(row, listing.spec.day)]
        on.records.append(row)
        on.count = row.day_count
    return Month(
        first,
        list(days.values()),
        before_url=listing.url(month=f"{first - timedelta(days=1):%Y-%m}"),
        later_url=listing.url(month=f"{first + timedelta(days=32):%Y-%m}"),
        today_url=listing.url(month=None),
    )


def _first_of_each_day(listing: Listing, first: date, last: date) -> Records:
    """The first records of each day, by name, and how many that day has (`day_count`)."""
    name = listing.spec.day
    order = listing.spec.order_of(listing.spec.columns[0].name)
    counted = listing.matching.filter(**{f"{name}__gte": first, f"{name}__lte": last}).annotate(
        day_count=Window(Count("pk"), partition_by=F(name)),
        day_place=Window(RowNumber(), partition_by=F(name), order_by=order),
    )
    first_ones: Records = counted.filter(day_place__lte=SHOWN).order_by(name, "day_place")
    return first_ones


def _table_of(listing: Listing, first: date, last: date) -> str:
    """The table of the records of these days."""
    one = Condition(listing.spec.day, "between", (first.isoformat(), last.isoformat()))
    where = listing.where
    parts = where.parts if where.match == "all" else (where,)
    return listing.url(where=Group("all", (*parts, one)).as_text, view="table", month=None, saved="none")


def _month(text: str) -> date:
    """The first day of a month like `2026-03`; of this one where the text names none."""
    try:
        asked = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        asked = timezone.localdate().replace(day=1)
    return min(max(asked, FIRST), LAST)
