"""Names that rows begin with, put into the language of whoever they are for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, QuerySet, Value, When
from django.utils import translation

from triptych.platform.languages import SOURCE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def say_names(rows: QuerySet[Any], names: Iterable[StrOrPromise]) -> None:
    """Call rows that are called one of these in English the same in the language that is spoken. One statement.

    Rows that somebody has changed stay as they are.
    """
    labels = list(names)
    with translation.override(SOURCE):
        made = list(map(str, labels))
    cases = [When(name=name, then=Value(str(label))) for name, label in zip(made, labels, strict=True)]
    rows.filter(version=1, name__in=made).update(name=Case(*cases, default=F("name")))
