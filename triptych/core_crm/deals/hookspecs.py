"""Hooks that deals call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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


def _everybody(_member: Member | None) -> bool:
    return True


@dataclass(frozen=True)
class DealRequirement:
    """Something that a stage may ask of a deal before it lets it in, besides what core knows.

    `name` begins with the plugin's id and a dot and never changes: stages remember it. `is_met` is asked of a deal that
    is about to enter, inside the transaction of the move. `how` is a sentence on how to meet it, `field` the input of a
    deal's form by which it is met, if there is one. `is_seen` says who may know of it by name. One that is not
    `is_offered` has gone: it is named in the settings of stages that asked for it, and asked of no deal.
    """

    name: str
    label: StrOrPromise
    is_met: Callable[[Deal], bool]
    how: StrOrPromise = ""
    field: str = ""
    is_seen: Callable[[Member | None], bool] = _everybody
    is_offered: bool = True


@hookspec
def deal_requirements(names: Collection[str]) -> list[DealRequirement]:
    """What stages may ask of deals. `names` are those that the stages at hand ask for already.

    Called on each move into a stage that asks for something of this sort, so building the list may cost no statement.
    """
    raise AssertionError(names)


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
