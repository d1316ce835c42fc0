"""A list as a month: each record on its day, the same ones that the table would show."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber, TruncDate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst

from triptych.core_crm.lists.bar import Bar
from triptych.core_crm.lists.fields import Field, Type
from triptych.core_crm.lists.listing import Listing
from triptych.core_crm.lists.spec import Records
from triptych.core_crm.lists.ways import day_field, day_fields, fields_to_choose, table_of, ways_of
from triptych.core_crm.lists.where import Condition, Group, Reading
from triptych.platform.languages.dates import locale_of_dates
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
    by: Field
    choices: Sequence[Tab]
    before_url: str
    later_url: str
    today_url: str

    @property
    def title(self) -> str:
        return capfirst(str(format_date(self.first, "LLLL y", locale=locale_of_dates())))

    @property
    def count(self) -> int:
        """How many records it shows or leads to on the days of its month."""
        return sum(day.count for day in self.days if not day.is_other_month)


def month_page(request: TenantRequest, listing: Listing, *, tabs: Sequence[Tab] = ()) -> HttpResponse:
    """A month (`?month=2026-03`) of the records of a list, by the day that the address asks for."""
    bar = Bar(listing, own=tabs, ways=ways_of(listing))
    if bar.greeting:
        return redirect(bar.greeting)
    context = {"listing": listing, "bar": bar, "month": month_of(listing), "has_bar": True}
    return render(request, "lists/month.html", context)


def month_of(listing: Listing) -> Month:
    """The month that the address asks for, with the records of the list on their days: one statement, however many
    there are."""
    by = day_field(listing)
    assert by is not None, "way_of offers no calendar without a day"
    first, today = _month(listing.params.get("month", "")), timezone.localdate(listing.asker.now)
    dates = [day for week in Calendar().monthdatescalendar(first.year, first.month) for day in week]
    days = {day: MonthDay(day, day == today, day.month != first.month, _table_of(listing, by, day)) for day in dates}
    for row in _first_of_each_day(listing, by, dates[0], dates[-1]):
        on = days[row.day_shown]
        on.records.append(row)
        on.count = row.day_count
    return Month(
        first,
        list(days.values()),
        by=by,
        choices=fields_to_choose(listing, day_fields(listing), by),
        before_url=listing.url(month=f"{first - timedelta(days=1):%Y-%m}"),
        later_url=listing.url(month=f"{first + timedelta(days=32):%Y-%m}"),
        today_url=listing.url(month=None),
    )


def _first_of_each_day(listing: Listing, by: Field, first: date, last: date) -> Records:
    """The first records of each day (`day_shown`), by name, and how many that day has (`day_count`)."""
    within = Condition(by.name, "between", (first.isoformat(), last.isoformat()))
    found = Reading(listing.spec, listing.asker).applied(Group("all", (within,)), listing.matching)
    order = listing.spec.order_of(listing.spec.columns[0].name)
    counted = listing.spec.annotated(found, *order).annotate(
        day_shown=TruncDate(by.path) if by.type is Type.MOMENT else F(by.path)
    )
    counted = counted.annotate(
        day_count=Window(Count("pk"), partition_by=F("day_shown")),
        day_place=Window(RowNumber(), partition_by=F("day_shown"), order_by=order),
    )
    first_ones: Records = counted.filter(day_place__lte=SHOWN).order_by("day_shown", "day_place")
    return first_ones


def _table_of(listing: Listing, by: Field, day: date) -> str:
    """The table of the records of that day."""
    return table_of(listing, Condition(by.name, "between", (day.isoformat(), day.isoformat())))


def _month(text: str) -> date:
    """The first day of a month like `2026-03`; of this one where the text names none."""
    try:
        asked = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        asked = timezone.localdate().replace(day=1)
    return min(max(asked, FIRST), LAST)
