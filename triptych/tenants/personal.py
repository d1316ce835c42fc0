"""What belongs to a person, not to one of their tenants: read in any of those, written in the control scope alone.

A tenant's role may read the rows of its members and nothing more (`isolation`). Passwords, second factors, e-mail
addresses and the time of the last sign-in are written on a tenant's host, too, by Django and allauth, which save their
models themselves: so the models know where. A row is found under the tenant's policies first and written by its key.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, TypeVar

from django.db import models

from triptych.platform.scope import CONTROL, entered

Rows = TypeVar("Rows", bound=models.Model)


class PersonalRows(models.QuerySet[Rows]):
    """Rows that are locked, and deleted one by one, in the control scope. `update` stays where it is: refused."""

    def delete(self) -> tuple[int, dict[str, int]]:
        counts: dict[str, int] = {}
        for row in self:
            for label, count in row.delete()[1].items():
                counts[label] = counts.get(label, 0) + count
        return sum(counts.values()), counts

    def _fetch_all(self) -> None:
        with entered(CONTROL) if self.query.select_for_update else nullcontext():
            super()._fetch_all()


def written_in_control(model: type[Rows]) -> type[Rows]:
    """Make a model save, delete and lock its rows in the control scope, wherever the connection stands."""
    for name in ("save", "delete"):
        setattr(model, name, _in_control(getattr(model, name)))
    type(model._default_manager)._queryset_class = PersonalRows  # type: ignore[attr-defined]
    return model


def _in_control(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def elsewhere(*args: Any, **kwargs: Any) -> Any:
        with entered(CONTROL):
            return method(*args, **kwargs)

    elsewhere.alters_data = True  # type: ignore[attr-defined]  # templates call neither
    return elsewhere
