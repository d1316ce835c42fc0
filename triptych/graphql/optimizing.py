"""Fetching what a selection asks for, by strawberry-django's optimizer: columns, joins and prefetches, no N+1."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from strawberry_django.optimizer import OptimizerConfig, optimize

from triptych.graphql.context import ApiInfo

CONFIG = OptimizerConfig(prefetch_custom_queryset=True)  # so that a type's `get_queryset` gets its model's own queryset


def optimized(rows: QuerySet[Any], info: ApiInfo) -> QuerySet[Any]:
    """The rows with everything beside them that the client selects at this place of the document."""
    return optimize(rows, info, config=CONFIG)
