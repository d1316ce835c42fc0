"""What a picker is answered while somebody types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import JsonResponse

from triptych.platform import search
from triptych.tenants.routing import TenantRequest

MOST = 20


def picked(request: TenantRequest, records: QuerySet[Any], kind: str, hint: Callable[[Any], object]) -> JsonResponse:
    """Those records whose words begin with the ones typed (`?q=`); without any the ones changed last.

    `kind` is what the search calls them; `hint` tells apart records of the same name, None if there is nothing to say.
    """
    typed = request.GET.get("q", "").strip()
    if typed:
        records = records.filter(pk__in=search.matching(kind, typed, member=request.member).values("pk"))
    found = records.order_by("-updated_at", "-pk")[:MOST]
    return JsonResponse(
        [{"value": str(one.pk), "text": str(one), "hint": str(hint(one) or "")} for one in found], safe=False
    )
