"""What a stage can ask of the lines of a deal."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from triptych.core_crm.deals.hookspecs import DealRequirement
from triptych.core_crm.deals.models import Deal
from triptych.plugins.operational.sales.models import DealLine


def _has_lines(deal: Deal) -> bool:
    return DealLine.objects.of(deal).exists()


def _adds_up(deal: Deal) -> bool:
    return (DealLine.objects.of(deal).aggregate(total=Sum("total"))["total"] or 0) > 0


REQUIREMENTS = [
    DealRequirement("sales.lines", _("Lines"), _has_lines, how=_("Add products on the deal's page.")),
    DealRequirement(
        "sales.lines_total",
        _("Lines that add up to more than 0"),
        _adds_up,
        how=_("Add products on the deal's page, with prices above 0."),
    ),
]
