"""The board of a pipeline: columns with sums, cards with what comes next. Four statements, however many deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from triptych.core_crm.deals.cards import card_facts
from triptych.core_crm.deals.models import Deal, DealQuerySet, Pipeline, Stage
from triptych.core_crm.deals.totals import Totals, totals_by
from triptych.core_crm.lists.board import CARDS, MOST, first_of_each, more_of, moves_to
from triptych.core_crm.lists.cards import CardFacts
from triptych.tenants.members.models import Member

ON_BOARD = ("-entered_stage_at", "-pk")
"""The latest arrival in a stage comes first."""

RECENT = timedelta(days=30)
"""How long a won or lost deal stays on the board."""


@dataclass(frozen=True)
class Card:
    """As the component `board_card.html` takes it."""

    deal: Deal
    facts: CardFacts
    moves: SafeString | str

    @property
    def css(self) -> str:
        return f"due-{self.facts.due}"

    @property
    def move_url(self) -> str:
        return f"{self.deal.get_absolute_url()}move/"


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
    member: Member,
    now: datetime,
    shown: Mapping[str, int],
    address: str = "?",
    table: str = "?view=table",
) -> Board:
    """The board of a pipeline with the given stages and of these deals.

    `shown` says how many cards a stage shows, where it is not the usual number; `address` is the beginning of the
    links that show more, `table` the address of the table with the same deals.
    """
    on_board = deals.filter(Q(closed_at=None) | Q(closed_at__gte=now - RECENT), stage__in=stages)
    totals = totals_by(on_board, "stage_id")
    wanted = {str(stage.pk): (Q(stage=stage), shown.get(str(stage.pk), CARDS)) for stage in stages}
    by_stage = first_of_each(on_board.for_cards(), "stage_id", wanted, ON_BOARD)
    found = [deal for deals in by_stage.values() for deal in deals]
    facts = card_facts(found, member, now)
    columns = []
    for stage in stages:
        elsewhere = moves_to("stage", ((other.pk, other.name) for other in stages if other.pk != stage.pk))
        cards = [Card(deal, facts[deal.pk], elsewhere if deal.is_open else "") for deal in by_stage[str(stage.pk)]]
        total = totals[stage.pk]
        more = _more_url(address, table, stage, len(cards), shown) if total.count > len(cards) else ""
        columns.append(Column(stage, total, cards, more))
    return Board(pipeline, columns)


def _more_url(address: str, table: str, stage: Stage, count: int, shown: Mapping[str, int]) -> str:
    """Where the column shows more cards, the others as many as now; the table when a board is full."""
    if count >= MOST:
        return f"{table}&stage={stage.pk}"
    return address + more_of(str(stage.pk), count, shown)
