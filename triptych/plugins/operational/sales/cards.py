"""What the lines card of a deal's page shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from triptych.core_crm.deals.models import Deal
from triptych.plugins.operational.sales.access import lines_visible_to
from triptych.tenants.members.models import Member


def lines_card(deal: Deal, member: Member) -> dict[str, Any]:
    """The lines of a deal in order, with their total, as the member may see them."""
    lines = lines_visible_to(member).of(deal)
    return {"deal": deal, "lines": list(lines), "total": lines.aggregate(total=Sum("total"))["total"]}
