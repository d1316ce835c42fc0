"""What the lines card of a deal's page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from triptych.core_crm.deals.models import Deal
from triptych.plugins.operational.sales.models import DealLine


def lines_card(deal: Deal) -> dict[str, Any]:
    """The lines of a deal in order, with their total."""
    lines = DealLine.objects.of(deal)
    return {"deal": deal, "lines": list(lines), "total": lines.aggregate(total=Sum("total"))["total"]}
