"""How long customers wait, counted by the one clock: in working hours of the default calendar.

Nothing of it is kept: it is worked out for a page of cases at once, with one statement for the calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Choice
from django.db.models import DateTimeField, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from triptych.core_crm.calendar.access import default_hours
from triptych.core_crm.calendar.hours import WorkingHours, business_time_between
from triptych.core_crm.calendar.words import plain_time, working_time
from triptych.core_crm.cases.models import Case, CaseMessage
from triptych.platform import clock
from triptych.platform.web.markup import markup
from triptych.platform.web.templatetags.parts import exact


def waiting_since() -> Choice:
    """Since when the customer of an open case waits for an answer: their last message, else when it was opened.

    Null where nobody waits. What a program wrote, such as an out-of-office note, asks for nothing.
    """
    said = CaseMessage.objects.filter(
        case=OuterRef("pk"), kind=CaseMessage.Kind.PUBLIC, author=None, sent_to="", is_automatic=False
    )
    last = Subquery(said.order_by("-at", "-pk").values("at")[:1])
    return Choice(
        When(awaits_reply=True, status__in=Case.OPEN_STATUSES, then=Coalesce(last, F("created_at"))),
        default=None,
        output_field=DateTimeField(),
    )


@dataclass(frozen=True)
class Span:
    """From when to when, and how much working time lies between."""

    start: datetime
    end: datetime
    worked: timedelta

    @property
    def seconds(self) -> int:
        """The working time in whole seconds."""
        return int(self.worked.total_seconds())

    @property
    def as_text(self) -> str:
        """The working time in hours and minutes, as spreadsheets read it: 26:05."""
        minutes = self.seconds // 60
        return f"{minutes // 60}:{minutes % 60:02}"

    def __str__(self) -> str:
        return working_time(self.worked)


@dataclass(frozen=True)
class Clocks:
    """How long the customer has waited so far, waited for the first answer, and until the case was resolved; None for
    what is not the case (yet).
    """

    waiting: Span | None
    first_response: Span | None
    resolution: Span | None


def measure(cases: Sequence[Case], *, now: datetime | None = None) -> None:
    """Note on each of these cases its `clocks`. They need `waiting`, that is `waiting_since()`, to know who waits."""
    if not cases:
        return
    hours, now = default_hours(), now or clock.now()
    for case in cases:
        case.clocks = clocks_of(case, hours, now)  # type: ignore[attr-defined]


def clocks_of(case: Case, hours: WorkingHours, now: datetime) -> Clocks:
    """The clocks of a case that was fetched with `waiting`."""

    def span(start: datetime | None, end: datetime | None) -> Span | None:
        return Span(start, end, business_time_between(hours, start, end)) if start and end else None

    return Clocks(
        waiting=span(getattr(case, "waiting", None), now),
        first_response=span(case.created_at, case.first_responded_at),
        resolution=span(case.created_at, case.resolved_at),
    )


def shown(name: str) -> Callable[[Case], SafeString]:
    """What pages show of one of the clocks of a case that was measured: working time, on hover the plain time."""

    def show(case: Case) -> SafeString:
        span: Span | None = getattr(_clocks(case), name)
        if span is None:
            return SafeString("")
        hint = _("Working hours. By the wall clock: %(time)s, since %(start)s.")
        words = {"time": plain_time(span.end - span.start), "start": exact(span.start)}
        return markup('<span class="nowrap" title="{}">{}</span>', hint % words, span)

    return show


def text(name: str) -> Callable[[Case], str]:
    """The same for exports: hours and minutes."""

    def bare(case: Case) -> str:
        span: Span | None = getattr(_clocks(case), name)
        return span.as_text if span else ""

    return bare


def _clocks(case: Case) -> Clocks:
    if not hasattr(case, "clocks"):
        measure([case])
    found: Clocks = case.clocks  # type: ignore[attr-defined]
    return found
