"""Related records that a member does not see: they stand as ones that tell nothing.

A deal may be somebody's to see and its company not. Wherever such a deal is fetched with its company, the company is
replaced by one with the same key, so that saving and comparing work, and without any of its facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _

from triptych.core_crm.rights.levels import Act, Noun

if TYPE_CHECKING:
    from triptych.core_crm.rights.sight import Sight


def veil(sight: Sight, rows: Iterable[Any]) -> None:
    """Replace what the rows bring along and the member does not see. Asks nothing that `sight` does not know."""
    for row in rows:
        if isinstance(row, Model):
            _veil_one(sight, row)


def _veil_one(sight: Sight, row: Any) -> None:
    for name, other in list(row._state.fields_cache.items()):
        if not isinstance(other, Model):
            continue
        noun = sight.nouns.get(type(other))
        if noun is not None and not sight.covers(noun, Act.READ, other):
            row._state.fields_cache[name] = unseen(noun, other.pk)
        elif noun is not None:
            _veil_one(sight, other)
    for rows in _prefetched(row):
        veil(sight, rows)


def _prefetched(row: Any) -> Iterator[Iterable[Any]]:
    for rows in getattr(row, "_prefetched_objects_cache", {}).values():
        if getattr(rows, "_result_cache", None) is not None:
            yield rows._result_cache


def unseen(noun: Noun, key: Any) -> Any:
    """A record of that kind and key that tells nothing else."""
    stand_in = noun.model(pk=key, **{noun.title: _("Not yours to see")})
    stand_in.is_veiled = True  # type: ignore[attr-defined]
    return stand_in
