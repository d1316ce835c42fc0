"""Rows of which a workspace has few, by name for whoever reads them."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from triptych.platform.collation.keys import in_order

Row = TypeVar("Row", bound=models.Model)


class NamedQuerySet(models.QuerySet[Row]):
    """Rows with a `name` that are all fetched at once where they are shown: members, teams, roles. No key is kept."""

    _in_order = False

    def by_name(self) -> Self:
        """By name in the order of the language that is spoken. A slice is cut in the order of the database."""
        ordered = self.order_by("name", "pk")
        ordered._in_order = True
        return ordered

    def order_by(self, *names: Any) -> Self:
        ordered = super().order_by(*names)
        ordered._in_order = False
        return ordered

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._in_order = self._in_order
        return clone

    def _fetch_all(self) -> None:
        is_fetched = self._result_cache is not None
        super()._fetch_all()
        if not is_fetched and self._result_cache:
            self._result_cache = self._put_in_order(self._result_cache)

    def iterator(self, chunk_size: int | None = None) -> Any:
        """As Django's; where the order is by name, all rows are fetched first. Choices of forms come this way."""
        rows = super().iterator(chunk_size)
        return iter(self._put_in_order(list(rows))) if self._in_order else rows

    def _put_in_order(self, rows: list[Any]) -> list[Any]:
        if not self._in_order or not isinstance(rows[0] if rows else None, self.model):
            return rows
        return in_order(rows, key=lambda row: row.name)
