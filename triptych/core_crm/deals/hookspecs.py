"""Hooks that deals call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from triptych.platform.plugins import hookspec

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from triptych.core_crm.deals.models import Deal, Stage
    from triptych.tenants.members.models import Member


@dataclass(frozen=True)
class Badge:
    """A word on a card and in the head of a deal. `tone` is one of neutral, good, warning, bad."""

    label: StrOrPromise
    tone: str = "neutral"

    @property
    def colour(self) -> str:
        """The tone as the components of pages call it."""
        return {"good": "green", "warning": "amber", "bad": "red"}.get(self.tone, "")


@hookspec
def check_deal_move(deal: Deal, to: Stage, by: Member | None) -> None:
    """Refuse that a deal enters a stage, by raising `Refused` with a sentence that says what is missing.

    Called with the deal locked and still in its old stage, also when it is won, lost or reopened.
    """
    raise AssertionError(deal, to, by)


@hookspec
def deal_badges(deals: Sequence[Deal], now: datetime) -> dict[UUID, list[Badge]]:
    """Words to show on the cards of these deals, by the deal's id. Called once for a whole board or page.

    The deals come with company, owner and stage; ask for anything else in one query for all of them.
    """
    raise AssertionError(deals, now)
