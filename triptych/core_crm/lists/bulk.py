"""Acts on many records of a list at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from triptych.platform.refusals import Refused
from triptych.tenants.members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 1000
"""How many records one act takes: what a person can wait for."""


@dataclass(frozen=True)
class Act:
    """Something to do with many records: `run(record, value, by=…, now=…)` for each, in one transaction.

    `done` says afterwards what was done, for a number of records. `undo` takes the act back for one record;
    `done_at` finds the records that were done at an instant. An act that `asks_for_owner` gets a member, or None
    for nobody, as `value`.
    """

    name: str
    label: StrOrPromise
    icon: str
    done: Callable[[int], str]
    run: Callable[..., Any]
    undo: Callable[..., Any] | None = None
    done_at: Callable[[datetime], QuerySet[Any]] | None = None
    asks_for_owner: bool = False
    danger: bool = False


@transaction.atomic
def run_act(act: Act, records: QuerySet[Any], *, value: Any = None, by: Member, now: datetime) -> list[UUID]:
    """Do it to all of the records, or to none of them if one refuses. Returns their ids.

    Raises:
        Refused: there are too many records or none, or one refuses; the message names it.
    """
    chosen = list(records.order_by("pk")[: MOST + 1])
    if not chosen:
        raise Refused(_("Choose at least one record."))
    if len(chosen) > MOST:
        message = _("Choose at most %(most)s records at once, for example by filtering the list.")
        raise Refused(message % {"most": MOST})
    for record in chosen:
        try:
            act.run(record, value, by=by, now=now)
        except Refused as refused:
            raise Refused(_("“%(record)s”: %(why)s") % {"record": record, "why": refused.message}) from refused
    return [record.pk for record in chosen]


@transaction.atomic
def undo_act(act: Act, *, at: datetime, by: Member, now: datetime) -> int:
    """Take back an act that was done at that instant. Returns the number of records.

    Raises:
        Refused: it cannot be undone, or has been already.
    """
    records = list(act.done_at(at).order_by("pk")[:MOST]) if act.done_at and act.undo else []
    if not records or not act.undo:
        raise Refused(_("There is nothing left to undo."))
    for record in records:
        act.undo(record, by=by, now=now)
    return len(records)
