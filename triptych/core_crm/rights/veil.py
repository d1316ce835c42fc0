"""What a member may not know of the records that they fetch: hidden fields, and related records that are not theirs.

A hidden field comes empty.
A deal may be somebody's to see and its company not. Wherever such a deal is fetched with its company, the company is
replaced by one with the same key, so that saving and comparing work, and without any of its facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Model, TextField
from django.utils.translation import gettext as _

from triptych.core_crm.rights.levels import Act, Noun

if TYPE_CHECKING:
    from triptych.core_crm.rights.sight import Sight


def veil(sight: Sight, rows: Iterable[Any]) -> None:
    """Take from the rows what the member may not know. Asks nothing that `sight` does not know."""
    _veil(sight, rows, set())


def _veil(sight: Sight, rows: Iterable[Any], done: set[int]) -> None:
    for row in rows:
        if isinstance(row, Model) and id(row) not in done:
            done.add(id(row))  # what was fetched along leads back to where it came from
            _veil_one(sight, row, done)


def _veil_one(sight: Sight, row: Any, done: set[int]) -> None:
    own = sight.nouns.get(type(row))
    if own is not None:
        _blank(sight, own, row)
    for name, other in list(row._state.fields_cache.items()):
        if not isinstance(other, Model):
            continue
        noun = sight.nouns.get(type(other))
        if noun is not None and not sight.covers(noun, Act.READ, other):
            row._state.fields_cache[name] = unseen(noun, other.pk)
        elif noun is not None:
            _veil(sight, [other], done)
    for rows in _prefetched(row):
        _veil(sight, rows, done)


def _blank(sight: Sight, noun: Noun, row: Any) -> None:
    """Take the values of hidden fields off a record, and note on it what is withheld, for pages."""
    rights, hidden = sight.field_rights(noun), sight.hidden(noun)
    if rights:
        row.withheld = rights
    for name in hidden:
        field = next((field for field in noun.model._meta.concrete_fields if field.name == name), None)
        if field is not None:
            row.__dict__[name] = _empty(field)


def _empty(field: Any) -> Any:
    if field.null or field.generated:
        return None
    return "" if isinstance(field, CharField | TextField) else field.get_default()


def _prefetched(row: Any) -> Iterator[Iterable[Any]]:
    for rows in getattr(row, "_prefetched_objects_cache", {}).values():
        if getattr(rows, "_result_cache", None) is not None:
            yield rows._result_cache


def unseen(noun: Noun, key: Any) -> Any:
    """A record of that kind and key that tells nothing else."""
    stand_in = noun.model(pk=key, **{noun.title: _("Not yours to see")})
    stand_in.is_veiled = True  # type: ignore[attr-defined]
    return stand_in
