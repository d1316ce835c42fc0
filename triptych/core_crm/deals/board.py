"""The board of a pipeline: columns with sums, cards with what comes next. Four statements, however many deals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from triptych.core_crm.activities.upcoming import next_due
from triptych.core_crm.deals.due import Due, due_of
from triptych.core_crm.deals.models import Deal, DealQuerySet, Pipeline, Stage
from triptych.core_crm.deals.totals import Totals, totals_by
from triptych.platform.plugins import hooks
from triptych.platform.web.templatetags.parts import icon, money, when

CARDS = 20
"""How many cards a column shows at first, and how many more with each further step."""

MOST = 500
"""How many cards a column shows at most; the table shows the rest."""

RECENT = timedelta(days=30)
"""How long a won or lost deal stays on the board."""


@dataclass(frozen=True)
class Card:
    """As the component `board_card.html` takes it."""

    deal: Deal
    next: SafeString
    due: Due
    age: str
    badges: Sequence[Any]
    moves: SafeString | str

    @property
    def css(self) -> str:
        return f"due-{self.due}"

    @property
    def move_url(self) -> str:
        return f"{self.deal.get_absolute_url()}move/"

    @property
    def amount(self) -> SafeString | str:
        return money(self.deal.amount, self.deal.currency) if self.deal.amount is not None else ""


@dataclass(frozen=True)
class Column:
    """As the component `board_column.html` takes it."""

    stage: Stage
    totals: Totals
    cards: list[Card]
    more_url: str

    @property
    def swaps(self) -> str:
        """What more cards replace; nothing where they are in the table."""
        return "" if "view=table" in self.more_url else "#board"

    @property
    def asks(self) -> bool:
        """Whether a card dropped here may have to be asked something first."""
        return self.stage.is_lost or bool(self.stage.required_fields or self.stage.further_gates)

    @property
    def sum(self) -> SafeString:
        """The value of the column and, while its deals are open, the weighted one."""
        value = self.totals.value_text
        if self.stage.is_closed or not self.totals.has_amounts:
            return value
        weighted = format_html(_("{} weighted"), self.totals.weighted_text)
        return format_html('<span class="d-block">{}</span><span class="d-block">{}</span>', value, weighted)


@dataclass(frozen=True)
class Board:
    pipeline: Pipeline
    columns: list[Column]

    @property
    def totals(self) -> Totals:
        """Of all its open deals."""
        return Totals.of(column.totals for column in self.columns if not column.stage.is_closed)

    @property
    def without_rate(self) -> list[str]:
        """The currencies among its amounts for which there is no rate, so that they are not in the sums."""
        return sorted({currency for column in self.columns for currency in column.totals.unknown})


def board_of(
    pipeline: Pipeline,
    stages: Sequence[Stage],
    deals: DealQuerySet,
    *,
    now: datetime,
    shown: dict[UUID, int],
    address: str = "?",
    table: str = "?view=table",
) -> Board:
    """The board of a pipeline with the given stages and of these deals.

    `shown` says how many cards a stage shows, where it is not the usual number; `address` is the beginning of the
    links that show more, `table` the address of the table with the same deals.
    """
    on_board = deals.filter(Q(closed_at=None) | Q(closed_at__gte=now - RECENT), stage__in=stages)
    totals = totals_by(on_board, "stage_id")
    by_stage = _first_of_each(on_board, {stage.pk: shown.get(stage.pk, CARDS) for stage in stages})
    found = [deal for stage in stages for deal in by_stage[stage.pk]]
    due, badges = next_due([deal.pk for deal in found]), hooks.gather_rows("deal_badges", deals=found, now=now)
    columns = []
    for stage in stages:
        elsewhere = _moves(other for other in stages if other.pk != stage.pk)
        cards = [
            Card(
                deal=deal,
                next=_next(deal, due),
                due=due_of(deal, due, now=now),
                age=_age(deal, now),
                badges=_badges(deal, badges.get(deal.pk, ()), now=now),
                moves=elsewhere if deal.is_open else "",
            )
            for deal in by_stage[stage.pk]
        ]
        total = totals[stage.pk]
        more = _more_url(address, table, stage, len(cards), shown) if total.count > len(cards) else ""
        columns.append(Column(stage, total, cards, more))
    return Board(pipeline, columns)


def _more_url(address: str, table: str, stage: Stage, count: int, shown: dict[UUID, int]) -> str:
    """Where the column shows more cards, the others as many as now; the table when a board is full."""
    if count >= MOST:
        return f"{table}&stage={stage.pk}"
    numbers = {**shown, stage.pk: min(count + CARDS, MOST)}
    return address + "&".join(f"more={pk}:{number}" for pk, number in numbers.items())


def _first_of_each(deals: DealQuerySet, wanted: dict[UUID, int]) -> dict[UUID, list[Deal]]:
    """The first deals of each stage, in one statement that stops in the index after as many as are wanted."""
    pieces = [
        deals.filter(stage_id=stage_id).as_on_the_board().values("pk")[:number] for stage_id, number in wanted.items()
    ]
    found: dict[UUID, list[Deal]] = {stage_id: [] for stage_id in wanted}
    if pieces:
        firsts = reduce(lambda left, right: left.union(right, all=True), pieces)
        for deal in deals.filter(pk__in=firsts).for_cards().as_on_the_board():
            found[deal.stage_id].append(deal)
    return found


def _next(deal: Deal, due: dict[UUID, datetime | None]) -> SafeString:
    """What comes next: the next open activity, else the next step's date, else that there is none."""
    if not deal.is_open:
        return format_html("{} {}", icon("check" if deal.is_won else "x", "icon-sm"), when(deal.closed_at))
    if deal.pk in due and due[deal.pk] is not None:
        return format_html("{} {}", icon("calendar-check", "icon-sm"), when(due[deal.pk], due=True))
    if deal.next_step_date:
        return format_html("{} {}", icon("arrow-right", "icon-sm"), when(deal.next_step_date, due=True))
    if deal.next_step or deal.pk in due:
        return format_html("{} {}", icon("arrow-right", "icon-sm"), deal.next_step or _("Task without a date"))
    return format_html('<span class="quiet">{}</span>', _("No next step"))


def _badges(deal: Deal, contributed: Iterable[Any], *, now: datetime) -> list[dict[str, Any]]:
    stale = [{"label": _("Stale"), "tone": "amber"}] if deal.is_stale(now=now) else []
    return [*stale, *({"label": badge.label, "tone": badge.colour} for badge in contributed)]


def _age(deal: Deal, now: datetime) -> str:
    """How long it has stood in its stage, in days; nothing on its first day."""
    days = max(0, deal.time_in_stage(now=now).days)
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days} if days and deal.is_open else ""


def _moves(stages: Iterable[Stage]) -> SafeString:
    """What “Move to…” offers; the same for all cards of a column."""
    buttons = ((stage.pk, stage.name) for stage in stages)
    head = format_html('<div class="dropdown-header">{}</div>', _("Move to…"))
    return head + format_html_join("", '<button class="dropdown-item" name="stage" value="{}">{}</button>', buttons)


def shown_numbers(texts: Iterable[str]) -> dict[UUID, int]:
    """How many cards stages show, from texts like `<stage id>:40`; what makes no sense counts for nothing."""
    shown: dict[UUID, int] = {}
    for text in texts:
        stage_id, _colon, number = text.partition(":")
        try:
            shown[UUID(stage_id)] = max(CARDS, min(int(number), MOST))
        except ValueError:
            continue
    return shown
