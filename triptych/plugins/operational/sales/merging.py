"""What becomes of lines when two deals are merged: they move by themselves, and the amount follows them."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext as _

from triptych.core_crm.deals.models import Deal
from triptych.core_crm.duplicates.hookspecs import MergedValue
from triptych.platform.records import Record
from triptych.platform.refusals import Refused
from triptych.plugins.operational.sales.models import DealLine


def check_merge(winner: Record, loser: Record) -> None:
    """Make sure that lines of both deals can be added up.

    Raises:
        Refused: they are in different currencies.
    """
    if not isinstance(winner, Deal) or not isinstance(loser, Deal) or winner.currency == loser.currency:
        return
    if DealLine.objects.filter(deal__in=[winner, loser]).exists():
        message = _("The lines of these deals are in %(one)s and %(other)s. Bring them into one currency first.")
        raise Refused(message % {"one": winner.currency, "other": loser.currency})


def merged_values(winner: Record) -> list[MergedValue]:
    """The total of a deal's lines as its amount, if it has any."""
    if not isinstance(winner, Deal):
        return []
    lines = DealLine.objects.filter(deal=winner)
    if not lines.exists():
        return []
    total = lines.aggregate(total=Sum("total"))["total"]
    values = [MergedValue("amount_is_total", total is not None)]
    return values if total is None else [*values, MergedValue("amount", total)]
